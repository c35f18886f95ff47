"""Texts that other people wrote are parsed within limits, and what comes out can be stored."""

import json
import resource
import time
import tomllib
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from achievement_pipeline.parsing.untrusted import DEEPEST, UnreadableTextError, find_value, parse_json, parse_toml

_DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)
_PIECES = st.lists(
    st.sampled_from([*"[]{}\"a.=,:\n1-'#", "e9", "\\ud800", "\\u0000", "NaN"])
)  # fmt: skip


def _values(document: Any) -> list[Any]:
    match document:
        case dict():
            return [*document, *(each for value in document.values() for each in _values(value))]
        case list():
            return [each for value in document for each in _values(value)]
        case _:
            return [document]


def _depth(document: Any) -> int:
    inner = document.values() if isinstance(document, dict) else document if isinstance(document, list) else ()
    return 1 + max(map(_depth, inner), default=0)


@given(_DOCUMENTS)
@example("\ud800")
@example({"\0": ["a\0b", 2**64, -(10**18)]})
def test_what_is_parsed_can_be_stored(document: Any) -> None:
    parsed = parse_json(json.dumps(document))
    for value in _values(parsed):
        if isinstance(value, str):
            assert "\0" not in value
            value.encode()
        if isinstance(value, int):
            assert -(2**63) <= value < 2**63


@given(_DOCUMENTS)
def test_an_ordinary_document_comes_out_as_it_is(document: Any) -> None:
    text = json.dumps(document)
    ordinary = all(
        not (isinstance(value, str) and ("\0" in value or not value.isprintable()))
        and not (isinstance(value, int) and abs(value) >= 10**18)
        for value in _values(document)
    )
    if ordinary and _depth(document) < DEEPEST:
        assert parse_json(text) == parse_json(text.encode()) == document


@given(_PIECES.map("".join))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    for parse in (parse_json, lambda it: parse_toml(it, max_bytes=10_000)):
        try:
            assert _depth(parse(text)) <= DEEPEST + 1
        except UnreadableTextError:
            continue


@given(st.binary())
def test_any_bytes_are_parsed_or_refused(content: bytes) -> None:
    for parse in (parse_json, lambda it: parse_toml(it, max_bytes=10_000)):
        try:
            parse(content)
        except UnreadableTextError:
            continue


_MANY = 200_000
_BOMBS = {
    "lists": "[" * _MANY,
    "closed lists": "[" * _MANY + "]" * _MANY,
    "objects": '{"a":' * _MANY,
    "a deep value": '{"a":' + "[" * (DEEPEST + 10) + "]" * (DEEPEST + 10) + "}",
    "digits": "9" * _MANY,
    "many values": "[" + "[]," * 6_000_000 + "1]",
}
_TOML_BOMBS = {
    "lists": "a=" + "[" * 50_000,
    "inline tables": "a=" + "{a=" * 50_000,
    "a dotted key": ".".join(["a"] * 50_000) + "=1",
    "a dotted table": "[" + ".".join(["a"] * 50_000) + "]",
    "a quoted dotted key": ".".join(['""'] * 50_000) + "=1",
    "a key with a quote": '"\\"".' + ".".join(["a"] * 50_000) + '."x"=1',
    "an inline dotted key": "a={" + ".".join(["a"] * 50_000) + "=1}",
    "digits": "a=" + "9" * 50_000,
}


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in _BOMBS.items()])
def test_a_bomb_of_json_is_refused_soon(text: str) -> None:
    begin, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if text.isdigit():
        assert parse_json(text) is None
    else:
        with pytest.raises(UnreadableTextError):
            parse_json(text)
    assert time.process_time() - begin < 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 * 1024


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in _TOML_BOMBS.items()])
def test_a_bomb_of_toml_is_refused_soon(text: str) -> None:
    begin = time.process_time()
    with pytest.raises(UnreadableTextError):
        parse_toml(text, max_bytes=1 << 20)
    assert time.process_time() - begin < 2


def test_ordinary_toml_is_read() -> None:
    text = 'a.b = "1.2.3"\nnames = [' + ", ".join(f'"host{n}.example.com"' for n in range(500)) + "]\n"
    assert parse_toml(text, max_bytes=1 << 20) == tomllib.loads(text)


def test_toml_above_the_limit_is_refused() -> None:
    with pytest.raises(UnreadableTextError, match="1 KiB"):
        parse_toml("# " + "x" * 2000, max_bytes=1024)


@given(_DOCUMENTS, st.text("ab."))
def test_a_value_is_looked_for_in_any_shape(document: Any, path: str) -> None:
    find_value(document, path)
    assert find_value({"a": {"b": document}}, "a.b") == document
