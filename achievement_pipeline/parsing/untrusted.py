"""Parse JSON and TOML that other people wrote: the answers of servers, files of a repository, a file from elsewhere.

Python's parsers recurse on nested text, take quadratic memory for long keys, and return values that a dataframe or
Postgres can't hold. Here a text is parsed within limits, and what comes out is storable: no deeper than `DEEPEST`,
numbers of at most 64 bits, strings without NUL and without halves of surrogate pairs.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from typing import Any, Final

from achievement_pipeline.parsing.patterns import compile_pattern

DEEPEST: Final = 100
"""Levels of nesting above which a text is not read."""
_MOST_VALUES = 5_000_000
"""Values in one text: `[],` is three bytes, and 64 in memory."""
_MOST_DIGITS = 18
"""Digits of an integer that fits in 64 bits, whatever they are."""
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_UNSTORABLE = compile_pattern("[\0\ud800-\udfff]")
_QUOTED = compile_pattern(r'"(?>(?:[^"\\]|\\.)*)"' + r"|'[^']*+'")


class UnreadableTextError(ValueError):
    """The text is not of its format, or exceeds a limit; the message is a clause for people."""


def parse_json(content: bytes | str) -> Any:  # noqa: ANN401 - JSON
    """Parse a JSON document. An integer of more than 64 bits is None, as no column can hold it.

    Raises:
        UnreadableTextError: It is no JSON, or exceeds a limit.
    """
    text = _decode(content)
    if sum(map(text.count, ",[{")) > _MOST_VALUES:
        raise UnreadableTextError("it has too many values")
    return _parse(lambda: json.loads(text, parse_int=_parse_int))


def parse_toml(content: bytes | str, *, max_bytes: int) -> dict[str, Any]:
    """Parse a TOML document.

    Raises:
        UnreadableTextError: It is no TOML, or exceeds a limit.
    """
    if len(content) > max_bytes:
        raise UnreadableTextError(f"it has more than {max_bytes // 1024} KiB")
    text = _decode(content)
    # the parser keeps every prefix of a dotted key
    if any(line.count(".") > DEEPEST and _QUOTED.sub("", line).count(".") > DEEPEST for line in text.splitlines()):
        raise UnreadableTextError("it has a key of too many parts")
    document: dict[str, Any] = _parse(lambda: tomllib.loads(text))
    return document


def find_value(value: Any, path: str) -> Any:  # noqa: ANN401 - JSON
    """Return what is at a dotted path of parsed JSON, whatever its shape; None where there is nothing."""
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _decode(content: bytes | str) -> str:
    try:
        return content if isinstance(content, str) else content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableTextError(f"it is not UTF-8: {error}") from error


def _parse(parse: Callable[[], Any]) -> Any:  # noqa: ANN401 - JSON
    try:
        return _storable(parse(), 0)
    except RecursionError:
        problem = UnreadableTextError("it is nested too deeply")
    except UnreadableTextError:
        raise
    except ValueError as error:
        problem = UnreadableTextError(str(error))
    raise problem


def _parse_int(digits: str) -> int | None:
    return int(digits) if len(digits.lstrip("-")) <= _MOST_DIGITS else None


def _storable(value: Any, depth: int) -> Any:  # noqa: ANN401 - JSON
    if depth > DEEPEST:
        raise UnreadableTextError("it is nested too deeply")
    match value:
        case str():
            return _UNSTORABLE.sub(_REPLACEMENT, value)
        case dict():
            return {_storable(key, depth): _storable(each, depth + 1) for key, each in value.items()}
        case list():
            return [_storable(each, depth + 1) for each in value]
        case int() if not -(2**63) <= value < 2**63:
            raise UnreadableTextError("it has an integer of more than 64 bits")
        case _:
            return value
