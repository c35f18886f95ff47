"""Outcomes in texts: numbers that changed, with their unit and direction.

Found are "p95 420 → 130 ms", "from 3.2 s to 0.8 s", "40 % faster", "3x less memory", "reduces queries by 80 %".
Versions, ranges, dates and counts of lines are no outcome. Nothing is computed that the text does not state.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from achievement_pipeline.parsing.patterns import IGNORECASE, compile_pattern

IN_USE: Final = "in use"
"""The rule of ledger lines that say how much of a piece of work is still in use."""

_NUMBER = r"\d{1,3}(?:,\d{3}){1,4}(?:\.\d{1,6})?|\d{1,12}(?:\.\d{1,6})?"
_UNIT = (
    r"%|percent\b|[µμun]s\b|ms\b|s\b|secs?\b|seconds?\b|mins?\b|minutes?\b|hours?\b|h\b|[kKMGT]i?B\b|bytes?\b|B\b|MB/s\b"
    r"|GB/s\b|[kM]?(?:req|ops|rows)/s\b|rps\b|qps\b|fps\b|calls?\b|queries\b|allocations?\b|allocs\b|requests?\b|points?\b"
)
_FROM_TO = compile_pattern(
    rf"(?<![\w.,#/-])(?P<lead>from\s{{1,3}})?~?(?P<before>{_NUMBER})\s?(?P<unit_before>{_UNIT})?"
    r"\s{0,3}(?P<link>→|->|=>|\bto\b|\bdown to\b|\bup to\b)\s{0,3}~?"
    rf"(?P<after>{_NUMBER})\s?(?P<unit>{_UNIT})?(?![\w.-]{{0,20}}\d)",
    IGNORECASE,
)
_RELATIVE = compile_pattern(
    rf"(?<![\w.,#/-])~?(?P<amount>{_NUMBER})\s?(?P<unit>%|percent\b|x\b|times\b)\s?"
    r"(?P<word>faster|quicker|slower|smaller|larger|bigger|less|fewer|more|lower|higher|cheaper|speed-?ups?|improvement"
    r"|reduction|increase|decrease|savings?)\b",
    IGNORECASE,
)
_BY = compile_pattern(
    r"\b(?P<word>reduc\w+|decreas\w+|cut\w*|lower\w*|improv\w+|increas\w+|speed\w*\sup|sped\sup|shrink\w*|shrank|drop\w*)\b"
    rf"(?P<what>[^.;\n]{{0,80}}?)\sby\s(?:about\s|around\s|almost\s|over\s|up\sto\s|~)?(?P<amount>{_NUMBER})\s?"
    rf"(?P<unit>{_UNIT}|x\b|times\b)",
    IGNORECASE,
)
_SENTENCE_END = compile_pattern(r"(?<=[.!?])\s+(?=[A-Z0-9`\"'(])|\n[^\S\n]*+\n|\n(?=[^\S\n]*+[-*+]\s)")
_BULLET = compile_pattern(r"^\s*[-*+]\s+")
_NOT_AN_OUTCOME = compile_pattern(
    r"(?i)\b(?:bump|upgrad\w+|updat\w+|version|releas\w+|python|node|line|lines|page|pages|step|issue|pr|chapter|rows?\sof"
    r"|renam\w+|mov\w+|port(?:s|ed)?)\b[^.;\n]{0,30}$"
)
_UP = ("faster", "quicker", "more", "larger", "bigger", "higher", "speed", "sped", "improv", "increas")
_LONGEST_TEXT = 20_000
_LONGEST_SENTENCE = 200
_MOST = 20


class Direction(StrEnum):
    """Which way a number went."""

    UP = "up"
    DOWN = "down"


@dataclass(frozen=True)
class Outcome:
    """A change that a text states in numbers."""

    sentence: str
    """The sentence that states it, on one line."""
    before: float | None
    after: float | None
    """Both, or where only the difference is stated, neither."""
    amount: float | None
    """The stated difference."""
    unit: str
    direction: Direction | None
    """None where the numbers are equal."""


def find_outcomes(text: str) -> list[Outcome]:
    """Return the outcomes that a text states, in its order, at most one per sentence."""
    found = (_outcome(sentence) for sentence in sentences(text[:_LONGEST_TEXT]))
    return [outcome for outcome in found if outcome][:_MOST]


def sentences(text: str) -> Iterator[str]:
    """Yield the sentences and list items of a text, each on one line. Very long ones are left out."""
    for part in _SENTENCE_END.split(text):
        sentence = " ".join(_BULLET.sub("", part).split())
        if 0 < len(sentence) <= _LONGEST_SENTENCE:
            yield sentence


def _outcome(sentence: str) -> Outcome | None:
    return _from_to(sentence) or _relative(sentence) or _by(sentence)


def _from_to(sentence: str) -> Outcome | None:
    for match in _FROM_TO.finditer(sentence):
        unit = match["unit"] or match["unit_before"] or ""
        is_range = match["link"].casefold() == "to" and not match["lead"]
        if not unit or is_range or _NOT_AN_OUTCOME.search(sentence[: match.start()]):
            continue
        before, after = _number(match["before"]), _number(match["after"])
        if match["unit_before"] and match["unit"] and match["unit_before"].casefold() != match["unit"].casefold():
            direction = None  # comparing them would need a conversion that the text does not state
        else:
            direction = None if before == after else Direction.UP if after > before else Direction.DOWN
        return Outcome(sentence, before, after, None, unit, direction)
    return None


def _relative(sentence: str) -> Outcome | None:
    match = _RELATIVE.search(sentence)
    return match and Outcome(
        sentence, None, None, _number(match["amount"]), match["unit"].casefold(), _direction(match["word"])
    )


def _by(sentence: str) -> Outcome | None:
    match = _BY.search(sentence)
    return match and Outcome(sentence, None, None, _number(match["amount"]), match["unit"], _direction(match["word"]))


def _direction(word: str) -> Direction:
    return Direction.UP if word.casefold().startswith(_UP) else Direction.DOWN


def _number(text: str) -> float:
    return float(text.replace(",", ""))
