"""Reading the formats that manifests are written in, and walking what they hold without trusting its shape."""

from __future__ import annotations

import itertools
import json
import tomllib
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET

import yaml

from achievement_pipeline.judging.skills.ecosystems import Ecosystem
from achievement_pipeline.patterns import compile_pattern

Dependencies = dict[tuple[Ecosystem, str], str | None]
"""Ecosystem and name in its normal form, to the version as it is written; missing where none is."""


DEEPEST = 100
"""Levels of nesting above which a document is not read: parsers recurse, some of them in C."""
_MOST_MERGED = 10_000
"""Keys that YAML's ``<<`` may bring into one mapping: ten lines can ask for 2**30."""
_LONGEST = 1_000
"""Characters above which a name or a version is none."""
_BRACKET = compile_pattern(r"[\[\]{}]")
_DEEP_YAML = compile_pattern(rf"(?:[-?:][ \t]+){{{DEEPEST}}}")
"""Entries of lists and complex keys that begin in one line."""


class UnreadableManifestError(ValueError):
    """The file is not what its name says; the message says why."""


def read_json(text: str) -> Any:  # noqa: ANN401 - any document
    """A JSON document."""
    return json.loads(text)


def read_toml(text: str) -> dict[str, Any]:
    """A TOML document. The parser keeps every prefix of a dotted key, so that a long one takes gigabytes."""
    if any(line.partition("=")[0].count(".") > DEEPEST for line in text.splitlines()):
        raise UnreadableManifestError("it has a key of too many parts")
    return tomllib.loads(text)


def read_xml(text: str) -> ET.Element:
    """The root of an XML document, its namespaces dropped.

    Expat opens no external entities. Those that a document declares itself can grow without bound, and no manifest
    needs them: a document with a DTD is refused.
    """
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise UnreadableManifestError("it has a DTD")
    root = ET.fromstring(text)  # noqa: S314 - see above
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return root


def read_yaml(text: str) -> Iterator[Any]:
    """The documents of a YAML stream."""
    if _DEEP_YAML.search(text) or _bracket_depth(text) > DEEPEST:
        raise UnreadableManifestError("it is nested too deep")
    return yaml.load_all(text, Loader=_Loader)


def _bracket_depth(text: str) -> int:
    """How deep brackets are nested at most, those in strings and comments included."""
    steps = ({"[": 1, "{": 1, "]": -1, "}": -1}[bracket] for bracket in _BRACKET.findall(text))
    return max(itertools.accumulate(steps), default=0)


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """The safe loader; tags of other programs (GitLab's !reference, CloudFormation's !Ref) stand for nothing."""

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        super().flatten_mapping(node)
        if len(node.value) > _MOST_MERGED:
            raise UnreadableManifestError("it merges too many keys")


_Loader.add_multi_constructor("!", lambda *_: None)


def table(value: Any) -> dict[str, Any]:  # noqa: ANN401 - any part of a document
    """The value if it is a table, else an empty one."""
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[Any]:  # noqa: ANN401 - any part of a document
    """The value if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def at(value: Any, *keys: str) -> Any:  # noqa: ANN401 - any part of a document
    """What stands under nested keys; missing where any of them is."""
    for key in keys:
        value = table(value).get(key)
    return value


def text_of(value: Any) -> str | None:  # noqa: ANN401 - any part of a document
    """The value if it is text or a number, as text; none that is too long to be a name or a version."""
    if not isinstance(value, (str, int, float)) or isinstance(value, bool):
        return None
    text = str(value)
    return text if len(text) <= _LONGEST else None


def values_of(value: Any, key: str) -> Iterator[Any]:  # noqa: ANN401 - any document
    """Every value that stands under this key, however deep. Parts that aliases repeat are visited once."""
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
