"""Reading the formats that manifests are written in, and walking what they hold without trusting its shape."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET

import yaml

from achievement_pipeline.judging.skills.vocabulary import Ecosystem

Dependencies = dict[tuple[Ecosystem, str], str | None]
"""Ecosystem and name in its normal form, to the version as it is written; missing where none is."""


class UnreadableManifestError(ValueError):
    """The file is not what its name says; the message says why."""


def read_json(text: str) -> Any:  # noqa: ANN401 - any document
    """A JSON document."""
    return json.loads(text)


def read_toml(text: str) -> dict[str, Any]:
    """A TOML document."""
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
    return yaml.load_all(text, Loader=_Loader)


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """The safe loader; tags of other programs (GitLab's !reference, CloudFormation's !Ref) stand for nothing."""


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
    """The value if it is text or a number, as text."""
    return str(value) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else None


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
