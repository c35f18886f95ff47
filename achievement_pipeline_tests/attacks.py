"""Texts that make a backtracking engine slow, made from an expression itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from re import _constants as ops
from re import _parser as parser
from typing import Any

_CLASSES = {
    ops.CATEGORY_DIGIT: "7",
    ops.CATEGORY_NOT_DIGIT: "x",
    ops.CATEGORY_SPACE: " ",
    ops.CATEGORY_NOT_SPACE: "x",
    ops.CATEGORY_WORD: "x",
    ops.CATEGORY_NOT_WORD: "-",
}
_ENDS = ("", "\0", "\n", "\0\n", " é!", "a\0")


def attacks(expression: str, flags: int, length: int) -> Iterator[str]:
    """Yield texts of about a length: what leads to each repetition, then what it repeats, then what it can't take."""
    tree = parser.parse(expression, flags)
    pieces: dict[tuple[str, str], None] = {}
    whole = _sample(tree)
    for lead, repeated in _repetitions(tree, ""):
        pieces[lead, repeated] = None
        pieces["", repeated] = None
        pieces["", lead + repeated] = None
    pieces["", whole] = None
    for start in range(1, min(len(whole), 12)):
        pieces["", whole[:start]] = None
    for character in (" ", "\n", "é", "x", "7", "-"):
        pieces["", character] = None
    for lead, repeated in pieces:
        if repeated:
            body = lead + repeated * max(1, length // len(repeated))
            yield from (body + end for end in _ENDS)


def _repetitions(tree: Any, lead: str) -> Iterator[tuple[str, str]]:
    """Yield what leads to each repetition in a tree, and what one round of it takes."""
    for op, argument in tree:
        if op in (ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT):
            most, body = argument[1], argument[2]
            if most > 1:
                for variant in _variants(body):
                    yield lead, variant
            yield from _repetitions(body, lead)
            if any(True for _ in _repetitions(body, "")):
                yield from _repetitions(body, lead + _sample(body))
        else:
            for inner in _inner(op, argument):
                yield from _repetitions(inner, lead)
        lead += _sample([(op, argument)])


def _inner(op: Any, argument: Any) -> list[Any]:
    if op is ops.SUBPATTERN:
        return [argument[3]]
    if op is ops.ATOMIC_GROUP:
        return [argument]
    if op in (ops.ASSERT, ops.ASSERT_NOT):
        return [argument[1]]
    return argument[1] if op is ops.BRANCH else []


def _variants(body: Any) -> Iterator[str]:
    yield _sample(body)
    if len(body) == 1 and body[0][0] is ops.BRANCH:
        yield from (_sample(branch) for branch in body[0][1][1])
    if len(body) == 1 and body[0][0] is ops.IN:
        yield from _members(body[0][1])


def _members(items: Any) -> list[str]:
    if items[0][0] is ops.NEGATE:
        excluded = {chr(value) for op, value in items[1:] if op is ops.LITERAL}
        found = [character for character in ("x", " ", "7", "-", "(", "é", "\n") if character not in excluded]
        categories = {value for op, value in items[1:] if op is ops.CATEGORY}
        if ops.CATEGORY_SPACE in categories:
            found = [character for character in found if not character.isspace()]
        if ops.CATEGORY_NOT_WORD in categories:
            found = [character for character in found if character.isalnum()]
        if ops.CATEGORY_WORD in categories:
            found = [character for character in found if not character.isalnum()]
        return found[:3] or ["x"]
    found = []
    for op, value in items:
        if op is ops.LITERAL:
            found.append(chr(value))
        elif op is ops.RANGE:
            found.append(chr(value[0]))
        elif op is ops.CATEGORY:
            found.append(_CLASSES.get(value, "x"))
    return found


def _sample(tree: Any) -> str:
    """A text that the tree takes, about."""
    text = ""
    for op, argument in tree:
        if op is ops.LITERAL:
            text += chr(argument)
        elif op is ops.NOT_LITERAL:
            text += "x" if argument != ord("x") else "y"
        elif op is ops.ANY:
            text += "x"
        elif op is ops.IN:
            text += _members(argument)[0]
        elif op in (ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT):
            text += _sample(argument[2]) * max(1, argument[0])
        elif op is ops.SUBPATTERN:
            text += _sample(argument[3])
        elif op is ops.ATOMIC_GROUP:
            text += _sample(argument)
        elif op is ops.BRANCH:
            text += _sample(argument[1][0])
    return text


def flags_of(pattern: re.Pattern[Any]) -> int:
    """The flags that `attacks` takes: those of bytes are those of their characters."""
    return pattern.flags & (re.IGNORECASE | re.DOTALL | re.MULTILINE | re.VERBOSE)
