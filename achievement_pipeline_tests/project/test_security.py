"""The threat model names its tests, and what is installed may be used."""

import re
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

_PROJECT = Path(__file__).parents[2]
_PERMISSIVE = re.compile(
    r"MIT|BSD|Apache|ISC|Python Software Foundation|PSF|MPL|Mozilla|Unlicense|Zlib|CC0|HPND|Public Domain|PostgreSQL"
    r"|LGPL|Lesser|ZPL|Zope",
    re.IGNORECASE,
)
"""Licences that allow to run and to pass on this program under its own; of the LGPL what is imported as it is."""


def test_every_row_of_the_threat_model_names_tests_that_exist() -> None:
    rows = [line for line in (_PROJECT / "SECURITY.md").read_text().splitlines() if line.startswith("|")][2:]
    for row in rows:
        named = re.findall(r"`([\w/.]+)`", row.rstrip(" |").rpartition("|")[2])
        assert named, row
        missing = [name for name in named if not (_PROJECT / "achievement_pipeline_tests" / name).exists()]
        assert not missing, missing


def test_the_faults_that_were_found_name_tests_that_exist() -> None:
    rows = [line for line in (_PROJECT / "docs/internals/faults.md").read_text().splitlines() if line.startswith("| ")]
    named = {name for row in rows[2:] for name in re.findall(r"`([\w/]+\.py)`", row.split("|")[3])}
    assert named
    assert not {name for name in named if not (_PROJECT / "achievement_pipeline_tests" / name).exists()}


def test_every_package_that_is_needed_has_a_licence_that_goes_with_ours() -> None:
    installed: dict[str, Distribution] = {canonicalize_name(one.name): one for one in distributions()}
    unknown = {name for name in _needed(installed) if not _PERMISSIVE.search(_licence(installed[name]))}
    assert not unknown, sorted(f"{name}: {_licence(installed[name])}" for name in unknown)


def test_the_notice_names_every_licence_that_is_passed_on() -> None:
    notice = (_PROJECT / "NOTICE").read_text()
    named = {name for name in re.findall(r"[\w./]+\b(?:LICENSE)[\w.]*", notice) if "/" in name and "//" not in name}
    folders = (_PROJECT / "achievement_pipeline", _PROJECT / "achievement_pipeline_tests")
    there = {str(file.relative_to(_PROJECT)) for folder in folders for file in folder.rglob("*LICENSE*")}
    assert named == there


@pytest.mark.parametrize("file", ["Makefile", ".github/workflows/audit.yml"])
def test_an_audit_that_can_t_look_a_package_up_fails(file: str) -> None:
    [command] = re.findall(r"pip-audit --requirement .*|pip-audit .*--requirement .*", (_PROJECT / file).read_text())
    assert {"--strict", "--require-hashes"} <= set(command.split())


def test_what_is_locked_by_hashes_is_what_is_pinned() -> None:
    pinned, locked = _versions("constraints.txt"), _versions("requirements.lock")
    differing = {name for name in pinned.keys() & locked.keys() if pinned[name] != locked[name]}
    assert locked
    assert not differing, "make requirements.lock"


def _versions(file: str) -> dict[str, str]:
    pins = re.findall(r"^([\w.-]+)==([^\s;]+)", (_PROJECT / file).read_text(), re.MULTILINE)
    return {canonicalize_name(name): version for name, version in pins}


def _needed(installed: dict[str, Distribution]) -> set[str]:
    """The packages that come along with this one, without those of its extras."""
    needed: set[str] = set()
    waiting = ["achievement-pipeline"]
    while waiting:
        name = waiting.pop()
        if name in needed or name not in installed:
            continue
        needed.add(name)
        requirements = map(Requirement, installed[name].requires or ())
        waiting += [
            canonicalize_name(one.name) for one in requirements if not one.marker or one.marker.evaluate({"extra": ""})
        ]
    return needed


def _licence(distribution: Distribution) -> str:
    """What a package says of its licence, in all the places where packages say so."""
    metadata: Any = distribution.metadata
    classifiers = [line for line in metadata.get_all("Classifier") or () if line.startswith("License")]
    return " ".join([metadata.get("License-Expression") or "", (metadata.get("License") or "")[:300], *classifiers])
