"""Hostile contents cost themselves: they are examined in a process that the kernel ends when it takes too much."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Iterator

import pytest

from achievement_pipeline.app.collect.examiner.client import Examiner, _Process, examiner
from achievement_pipeline.app.collect.examiner.limits import LARGEST, SECONDS, Request
from achievement_pipeline.judging.noise.examine import ContentVerdict, examine
from achievement_pipeline_tests.running import cpu_seconds

SIMPLE = ("package.json", None, b'{"dependencies": {"vue": "3"}}')

LONG = ("composer.json", None, SIMPLE[2] + b" " * 1_000_000)
"""Two of these are more than what takes too long: the second one waits behind that."""


class Examined:
    """An examiner with its warnings."""

    def __init__(self, limited: Examiner, warnings: list[str]) -> None:
        self.examiner, self.warnings = limited, warnings

    def __call__(self, path: str, text: str | bytes) -> ContentVerdict:
        return self.examiner.examine(path, None, text if isinstance(text, bytes) else text.encode())


@pytest.fixture
def examined() -> Iterator[Examined]:
    warnings: list[str] = []
    with examiner(warnings.append) as limited:
        yield Examined(limited, warnings)


def merge_keys(levels: int) -> str:
    """Each level merges the one before it twice."""
    lines = ["a0: &a0 {x: 1, y: 2}"]
    lines += [f"a{n}: &a{n}\n  <<: [*a{n - 1}, *a{n - 1}]" for n in range(1, levels)]
    return "\n".join(lines)


def arguments(levels: int) -> str:
    """Each argument holds the one before it ten times."""
    lines = ["ARG A0=xxxxxxxxxx", *(f"ARG A{n}={f'${{A{n - 1}}}' * 10}" for n in range(1, levels))]
    return "\n".join([*lines, f"FROM ${{A{levels - 1}}}"])


def dependency(version: str, properties: str = "") -> str:
    return (
        f"<project><properties>{properties}</properties><dependencies><dependency><groupId>g</groupId>"
        f"<artifactId>a</artifactId><version>{version}</version></dependency></dependencies></project>"
    )


BOMBS = {
    "yaml-flow-depth": ("docker-compose.yml", "[" * 40_000),
    "yaml-flow-depth-curly": ("k8s/a.yaml", "{a: " * 40_000),
    "yaml-block-depth": ("k8s/a.yaml", "- " * 40_000),
    "yaml-complex-keys": ("action.yml", "? " * 40_000),
    "yaml-merge-keys": ("docker-compose.yml", merge_keys(40)),
    "yaml-aliases": (
        "k8s/a.yaml",
        "a0: &a0 [x]\n" + "\n".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 60)),
    ),
    "yaml-sexagesimal": ("compose.yml", "a: 1" + ":1" * 40_000),
    "yaml-huge-hex": ("Chart.yaml", "dependencies: [{name: a, version: 0x" + "f" * 400_000 + "}]"),
    "yaml-self": (".gitlab-ci.yml", "a: &a\n  image: *a\n  services: [*a]\n"),
    "toml-dotted-keys": ("pyproject.toml", ".".join("a" * 50_000) + " = 1"),
    "toml-dotted-table": ("Cargo.toml", f"[{'.'.join('a' * 50_000)}]"),
    "toml-quoted-keys": ("Pipfile", ".".join(['"a"'] * 30_000) + " = 1"),
    "toml-arrays": ("libs.versions.toml", "a = " + "[" * 100_000),
    "toml-inline-tables": ("Cargo.toml", "a = " + "{a = " * 50_000),
    "toml-inline-dotted": ("Cargo.toml", "a = {" + ".".join("a" * 20_000) + " = 1}"),
    "json-depth": ("package.json", '{"dependencies":' * 60_000),
    "json-list-depth": ("composer.json", "[" * 900_000),
    "json-huge-integer": ("package.json", '{"dependencies": {"a": 1' + "0" * 900_000 + "}}"),
    "json-many": ("package.json", '{"dependencies": {' + ",".join(f'"p{n}":"1"' for n in range(60_000)) + "}}"),
    "xml-entities": ("pom.xml", '<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><a>&b;</a>'),
    "xml-property": ("pom.xml", dependency("${p}" * 20_000, f"<p>{'x' * 400_000}</p>")),
    "xml-depth": ("a.csproj", "<a>" * 300_000),
    "xml-attribute": ("packages.config", '<packages><package id="' + "a" * 900_000 + '"/></packages>'),
    "dockerfile-arguments": ("Dockerfile", arguments(20)),
    "dockerfile-one-line": ("Dockerfile", "ARG A=" + "x" * 900 + "\nFROM " + "$A" * 400_000),
    "dockerfile-continuations": ("Dockerfile", "FROM a\\\n" + "#\n" * 400_000),
    "dockerfile-heredocs": ("Dockerfile", "RUN <<A\n" * 100_000),
    "gradle-comments": ("build.gradle", "/*" * 400_000),
    "gradle-quotes": ("build.gradle", "implementation " + "'a:b:" * 150_000),
    "gradle-spaces": ("build.gradle.kts", "plugins {\nid " + " " * 4_000),
    "gemfile-spaces": ("Gemfile", "gem " + " " * 900_000),
    "gemfile-lines": ("Gemfile", "\n" * 4_000),
    "gemspec": ("a.gemspec", "a.add_dependency " * 50_000),
    "go-mod-dots": ("go.mod", "require " + "." * 4_000),
    "go-mod-words": ("go.mod", "require (\n" + "a.b v" * 100_000),
    "requirements-spaces": ("requirements.txt", "a" + " " * 4_000 + "b"),
    "requirements-extras": ("requirements.txt", "a[" + "b," * 400_000),
    "requirements-marks": ("requirements.txt", "# " * 400_000),
    "setup-cfg-spaces": ("setup.cfg", "[options]\na" + " " * 900_000 + "b"),
    "setup-cfg-sections": ("setup.cfg", "[" * 900_000),
    "setup-py-depth": ("setup.py", "x = " + "(" * 90_000 + ")" * 90_000),
    "setup-py-unary": ("setup.py", "x = " + "-" * 200_000 + "1"),
    "setup-py-sum": ("setup.py", "x = 1" + "+1" * 200_000),
    "setup-py-attributes": ("setup.py", "x = a" + ".a" * 200_000),
    "setup-py-lists": ("setup.py", "setup(install_requires=" + "[" * 5_000 + "]" * 5_000 + ")"),
    "hcl-depth": ("main.tf", 'provider "a" {\n' * 5_000),
    "hcl-expression": ("main.tf", 'provider "a" { b = ' + "(" * 20_000),
    "hcl-template": ("main.tf", 'provider "a" { b = "' + "${" * 20_000 + '"}'),
    "hcl-sum": ("main.tf", 'provider "a" { b = 1' + " + 1" * 5_000 + "}"),
    "notebook-depth": ("a.ipynb", "[" * 400_000),
    "notebook-cells": ("a.ipynb", '{"cells": [' + ",".join(['{"source": [1]}'] * 50_000) + "]}"),
    "notebook-integer": ("a.ipynb", '{"cells": [{"source": 1' + "0" * 400_000 + "}]}"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_costs_itself(examined: Examined, name: str) -> None:
    started = time.process_time()

    verdict = examined(*BOMBS[name])

    assert all(change.change in {"added", "imported"} for change in verdict.dependencies)
    assert time.process_time() - started < 1  # nothing of it is done here
    assert examined.examiner.examine(*SIMPLE) == examine(*SIMPLE)


def python_bomb(statement: str) -> tuple[bytes, bytes]:
    """A change for which both sides are compiled: only the layout differs."""
    return f"{statement}\n".encode(), f"({statement})\n".encode()


@pytest.mark.parametrize(
    "statement",
    ["1" + "+1" * 90_000, "-" * 90_000 + "1", "a" + ".a" * 90_000, "a" + "()" * 90_000, "not " * 50_000 + "a"],
)
def test_python_that_no_compiler_takes_costs_itself(examined: Examined, statement: str) -> None:
    before, after = python_bomb(statement)

    assert examined.examiner.examine("a.py", before, after).dependencies == ()
    assert examined.examiner.examine(*SIMPLE) == examine(*SIMPLE)


@pytest.mark.e2e  # one process after the other
def test_what_takes_too_long_is_ended_and_named() -> None:
    warnings: list[str] = []
    processes = [_Process(seconds=1), _Process(seconds=1)]
    limited = Examiner(processes, warnings.append)

    files = [SIMPLE, ("x/main.tf", None, b'provider "a" {}\n' * 60_000), LONG, LONG, SIMPLE]  # all are sent at once
    before, slow, *long, after = limited.examine_all(Request(*file) for file in files)
    assert slow == ContentVerdict()
    (warning,) = warnings
    assert warning.startswith("'x/main.tf' was not analysed and shows no dependencies")
    assert warning.endswith("it took more than 1 seconds of CPU time")
    assert before == after == examine(*SIMPLE)
    assert long == [examine(*LONG)] * 2
    for process in processes:
        process.close()


def test_files_are_sent_while_long_answers_wait(examined: Examined) -> None:
    packages = ",".join(f'"package-{number}": "1"' for number in range(2_000))
    files = [("package.json", None, f'{{"dependencies": {{{packages}}}}}'.encode()), ("a.c", None, b"x" * 100_000)] * 4

    verdicts = list(examined.examiner.examine_all(Request(*file) for file in files))

    assert verdicts == [examine(*file) for file in files]


def test_what_is_not_sent_keeps_its_place(examined: Examined) -> None:
    files = [SIMPLE, ("a.c", None, b"x" * (LARGEST + 1)), SIMPLE]

    verdicts = list(examined.examiner.examine_all(Request(*file) for file in files))

    assert verdicts == [examine(*SIMPLE), ContentVerdict(), examine(*SIMPLE)]


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="only Linux tells the limits of another process")
def test_a_file_may_take_ten_seconds(examined: Examined) -> None:
    examined.examiner.examine(*SIMPLE)

    child = examined.examiner._processes[0]._child.pid
    soft, _ = resource.prlimit(child, resource.RLIMIT_CPU)
    spent = cpu_seconds({child: "the process"})
    assert SECONDS <= soft <= SECONDS + 1 + spent


def test_what_is_too_large_is_not_sent(examined: Examined) -> None:
    assert examined("a.c", b"x" * (LARGEST + 1)) == ContentVerdict()
    assert "larger than" in examined.warnings[0]


@pytest.mark.e2e  # one process after the other
def test_a_process_that_was_killed_is_replaced(examined: Examined) -> None:
    for _ in range(3):
        os.kill(examined.examiner._processes[0]._child.pid, 9)
        assert examined.examiner.examine(*SIMPLE) == ContentVerdict()

    (warning,) = examined.warnings  # of two attempts: the third one was not made
    assert "exited with code -9" in warning
    assert examined("lib/package.json", SIMPLE[2] or b"") == ContentVerdict()
    assert examined("pkg/package.json", SIMPLE[2] or b"").dependencies


@pytest.mark.parametrize(
    "file",
    [
        SIMPLE,
        ("a.py", b"import b\nimport a\n", b"import a\nimport b\n"),
        ("a.ipynb", b"{}", b'{"cells": [{"source": ["a\\n", "b"]}]}'),
        ("\udcff.c", b"x", None),
    ],
)
def test_the_answer_is_that_of_the_examiner(examined: Examined, file: tuple[str, bytes | None, bytes | None]) -> None:
    assert examined.examiner.examine(*file) == examine(*file)


IMPORTS = {
    "imports": b"import " * 50_000,
    "import-lines": b"import a\n" * 50_000,
    "from": b"from a import (" * 30_000,
    "import-braces": b"import {" * 50_000,
    "uses": b"use " * 100_000,
    "use-lines": b"use a\n" * 60_000,
    "using-lines": b"using a\n" * 60_000,
    "import-parentheses": b"import (\n" * 50_000,
    "comments": b"/*" * 200_000,
    "markers": b"# code generated by " + b"do not " * 50_000,
    "blanks": b" " * 400_000,
    "hashes": b"#" * 400_000,
    "quotes": b"'" * 400_000,
    "markup": b"<!--" * 100_000,
}


@pytest.mark.parametrize("path", ["a.py", "a.js", "a.go", "a.rs", "a.yaml", "a.md"])
@pytest.mark.parametrize("name", IMPORTS)
def test_sources_take_time_in_proportion_to_their_length(examined: Examined, name: str, path: str) -> None:
    content = IMPORTS[name]

    examined.examiner.examine(path, content, content + b"x")

    assert not examined.warnings
