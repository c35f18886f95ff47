"""Parse the formats of manifests, and access untrusted documents without assuming their shape."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET

import yaml

from achievement_pipeline.judging.skills.ecosystems import Ecosystem
from achievement_pipeline.parsing.patterns import compile_pattern
from achievement_pipeline.parsing.untrusted import DEEPEST, parse_json, parse_toml

Dependencies = dict[tuple[Ecosystem, str], str | None]
"""Version as written, or None, by ecosystem and normalised name."""


_LARGEST_TOML = 4 << 20
_MOST_MERGED = 10_000
"""Maximum number of keys that YAML's ``<<`` may merge into one mapping: ten lines can expand to 2**30."""
_LONGEST = 1_000
"""Maximum length of a name or version, in characters."""
_BRACKET = compile_pattern(r"[\[\]{}]")
_DEEP_YAML = compile_pattern(rf"(?:[-?:][ \t]+){{{DEEPEST}}}")
"""Nested lists and complex keys that start on one line."""


class UnreadableManifestError(ValueError):
    """The file is not a valid manifest. The message says why."""


def read_json(text: str) -> Any:  # noqa: ANN401 - any document
    """Parse JSON."""
    return parse_json(text)


def read_toml(text: str) -> dict[str, Any]:
    """Parse TOML."""
    return parse_toml(text, max_bytes=_LARGEST_TOML)


def read_xml(text: str) -> ET.Element:
    """Parse XML and return the root element, without namespaces.

    Expat does not open external entities, but internal ones can grow without bound. No manifest needs them, so
    documents with a DTD are refused.
    """
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise UnreadableManifestError("it has a DTD")
    root = ET.fromstring(text)  # noqa: S314 - see above
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return root


def read_yaml(text: str) -> Iterator[Any]:
    """Parse a YAML stream into documents."""
    if _DEEP_YAML.search(text) or _bracket_depth(text) > DEEPEST:
        raise UnreadableManifestError("nested too deeply")
    return yaml.load_all(text, Loader=_Loader)


def _bracket_depth(text: str) -> int:
    """Return the maximum nesting depth of brackets, including those in strings and comments."""
    steps = ({"[": 1, "{": 1, "]": -1, "}": -1}[bracket] for bracket in _BRACKET.findall(text))
    return max(itertools.accumulate(steps), default=0)


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """A safe loader that ignores application tags (GitLab's !reference, CloudFormation's !Ref)."""

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        super().flatten_mapping(node)
        if len(node.value) > _MOST_MERGED:
            raise UnreadableManifestError("it merges too many keys")


_Loader.add_multi_constructor("!", lambda *_: None)


def table(value: Any) -> dict[str, Any]:  # noqa: ANN401 - any part of a document
    """Return the value if it is a table, else an empty one."""
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[Any]:  # noqa: ANN401 - any part of a document
    """Return the value if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def at(value: Any, *keys: str) -> Any:  # noqa: ANN401 - any part of a document
    """Return the value under nested keys, or None."""
    for key in keys:
        value = table(value).get(key)
    return value


def text_of(value: Any) -> str | None:  # noqa: ANN401 - any part of a document
    """Return the value as text if it is a text or number of a plausible length, else None."""
    if not isinstance(value, (str, int, float)) or isinstance(value, bool):
        return None
    text = str(value)
    return text if len(text) <= _LONGEST else None


def values_of(value: Any, key: str) -> Iterator[Any]:  # noqa: ANN401 - any document
    """Yield all values under this key at any depth. Parts repeated by aliases are visited once."""
    seen: set[int] = set()
    rest = [value]
    while rest:
        part = rest.pop()
        if not isinstance(part, (dict, list)) or id(part) in seen:
            continue
        seen.add(id(part))
        if isinstance(part, dict) and key in part:
            yield part[key]
        rest.extend(part.values() if isinstance(part, dict) else part)
