"""Manifests of Rust and Go."""

from __future__ import annotations

from collections.abc import Iterator

from achievement_pipeline.judging.skills.ecosystems import Ecosystem
from achievement_pipeline.judging.skills.manifests.documents import Dependencies, at, read_toml, table, text_of
from achievement_pipeline.parsing.patterns import compile_pattern

_CARGO_GROUPS = ("dependencies", "dev-dependencies", "build-dependencies")
_MAJOR = compile_pattern(r"/v\d++$")
_GO_BLOCK = compile_pattern(r"\A(\w++)\s*+\($")
_GO_REQUIREMENT = compile_pattern(r"^(?>(?:require\s++)?)([^\s().]*+\.[^\s()]++)\s++(v[^\s]++)\s*+(//.*)?$")


def read_cargo_toml(text: str) -> Dependencies:
    """Read ``Cargo.toml``: package, workspace and targets. A renamed crate gives its real name."""
    document = read_toml(text)
    found: Dependencies = {}
    for owner in (document, document.get("workspace"), *table(document.get("target")).values()):
        for group in _CARGO_GROUPS:
            for name, value in table(at(owner, group)).items():
                real = text_of(at(value, "package")) or name
                found[Ecosystem.CARGO, real] = text_of(at(value, "version") if isinstance(value, dict) else value)
    return found


def read_go_mod(text: str) -> Dependencies:
    """Read ``go.mod``: direct requirements. The major version in a path (``/v4``) is removed from the name."""
    return {
        (Ecosystem.GO, _MAJOR.sub("", module)): version
        for module, version, comment in _go_requirements(text)
        if "indirect" not in comment
    }


def _go_requirements(text: str) -> Iterator[tuple[str, str, str]]:
    block = ""
    for line in text.splitlines():
        written = line.strip()
        opened = _GO_BLOCK.match(written)
        if opened:
            block = opened[1]
        elif written == ")":
            block = ""
        elif block == "require" or (not block and written.startswith("require ")):
            found = _GO_REQUIREMENT.match(written)
            if found:
                yield found[1], found[2], found[3] or ""
