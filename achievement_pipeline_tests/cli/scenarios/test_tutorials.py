"""README and docs do what they say: every command block is run, and prints what the page shows below it.

The blocks of a page are run by one shell, the pages one after the other in one data folder, the tutorials first.
`achievements` is a program that hands its words to this process, which has imported everything already.
"""

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import chdir, suppress
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner

from achievement_pipeline.cli import achievements
from achievement_pipeline.parsing.patterns import compile_pattern

pytestmark = pytest.mark.e2e

_ROOT = Path(__file__).parents[3]
_TUTORIALS = tuple(
    _ROOT / f"docs/{name}.md"
    for name in (
        "getting-started",
        "tutorials/promotion",
        "tutorials/job-hunt",
        "tutorials/team-digest",
        "tutorials/open-source-maintainer",
    )
)
_OTHERS = tuple(
    page for page in (_ROOT / "README.md", *sorted((_ROOT / "docs").glob("*.md"))) if page not in _TUTORIALS
)
_BLOCK = compile_pattern(
    r"(?ms)^(?:<!-- not run: (?P<reason>[^\n]+) -->\n)?```sh\n(?P<code>.*?)^```$(?:\n\n```text\n(?P<output>.*?)^```$)?"
)
_POINTS = compile_pattern(r"(?m)^(?:(?:impact|complexity) | +)[+-]?\d[\d.]*")
"""A number that a line begins with: points, which change a little each time that the impact model is learnt again."""
_END_OF_BLOCK = "\036"
_PROGRAM = f"""\
#!{sys.executable} -IS
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as test:
    test.connect(os.environ["TEST"])
    test.sendall(json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]).encode())
    test.shutdown(socket.SHUT_WR)
    code, mixed, output, errors = json.load(test.makefile(encoding="utf-8"))
is_one_file = os.path.samestat(os.fstat(1), os.fstat(2))
sys.stdout.write(mixed if is_one_file else output)
sys.stderr.write("" if is_one_file else errors)
sys.exit(code)
"""


class _Block(NamedTuple):
    code: str
    output: str
    """What the page shows of it; a line ``…`` stands for any lines, ``…`` in a line for any text."""


@pytest.mark.usefixtures("database")
def test_the_pages_do_what_they_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "bin/achievements"
    program.parent.mkdir()
    program.write_text(_PROGRAM)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("TEST", str(tmp_path / "test"))
    monkeypatch.delenv("XDG_CONFIG_HOME")
    wrong = []
    for page in (*_TUTORIALS, *_OTHERS):
        blocks = list(_blocks(page.read_text(encoding="utf-8")))
        outputs = _run(blocks, tmp_path) if blocks else []
        wrong += [
            f"{page.name}\n{block.code}\n{output}"
            for block, output in zip(blocks, outputs, strict=True)
            if not _is_shown(block.output, output)
        ]
    assert not wrong, "\n\n".join(wrong)


def _blocks(page: str) -> Iterator[_Block]:
    """Yield the command blocks of a page, but those that give a reason not to be run."""
    for found in _BLOCK.finditer(page):
        if not found["reason"]:
            yield _Block(found["code"], found["output"] or "…\n")


def _run(blocks: list[_Block], folder: Path) -> list[str]:
    """Run command blocks in one shell, which stops at the first error, and return what each prints."""
    lines = [
        "set -eo pipefail; shopt -u checkwinsize; unset COLUMNS",
        "exec 2>&1",
        *(f"{block.code}\nprintf '\\036'" for block in blocks),
    ]
    printed = folder / "printed"
    with socket.socket(socket.AF_UNIX) as test, printed.open("w") as file, chdir(folder):
        test.bind("test")
        test.listen()
        test.settimeout(0.1)
        shell = subprocess.Popen(["bash", "-c", "\n".join(lines)], stdin=subprocess.DEVNULL, stdout=file)
        while shell.poll() is None:
            with suppress(TimeoutError):
                _answer(test.accept()[0])
    (folder / "test").unlink()
    *outputs, rest = printed.read_text(encoding="utf-8").split(_END_OF_BLOCK)
    assert shell.returncode == 0, f"{blocks[len(outputs)].code}\n{rest}"
    return outputs


def _answer(connection: socket.socket) -> None:
    """Run the command that the program was given, in its folder and environment."""
    with connection:
        words, folder, environment = json.load(connection.makefile(encoding="utf-8"))
        with chdir(folder):
            result = CliRunner(env=dict.fromkeys(os.environ) | environment).invoke(
                achievements, words, catch_exceptions=False
            )
        answer = [result.exit_code, result.output, result.stdout, result.stderr]
        connection.sendall(json.dumps(answer).encode())


def _is_shown(expected: str, output: str) -> bool:
    """Whether the output of a block is what a page shows of it."""
    pattern = re.escape(_POINTS.sub("N", expected)).replace("…\\\n", r"(?:.*\n)*?").replace("…", ".*?")
    return re.fullmatch(pattern, _POINTS.sub("N", output)) is not None
