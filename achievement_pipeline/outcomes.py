"""Outcomes in texts: numbers that changed, with their unit and direction.

Found are "p95 420 → 130 ms", "from 3.2 s to 0.8 s", "40 % faster", "3x less memory", "reduces queries by 80 %", and
what benchmarks print. benchmarks/outcomes.py measures how well. Versions, ranges, dates and counts of lines are no
outcome. Nothing is computed that the text does not state.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from achievement_pipeline.benchmark_output import Change, find_changes, without_rows
from achievement_pipeline.parsing.patterns import IGNORECASE, compile_pattern

IN_USE: Final = "in use"
"""The rule of ledger lines for how much of a piece of work is still in use."""

_NUMBER = r"\d{1,3}(?:,\d{3}){1,4}(?:\.\d{1,6})?|\d{1,12}(?:\.\d{1,6})?"
_UNIT = (
    r"%|percent\b|[µμun]s(?:/op|/iter)?\b|[kKMGT]i?B/s\b|ms\b|s\b|secs?\b|seconds?\b|mins?\b|minutes?\b|hours?\b|h\b|[kKMGT]i?B\b|bytes?\b|B\b"
    r"|[kM]?(?:req|ops|rows)/s(?:ec)?\b|rps\b|qps\b|fps\b|calls?\b|queries\b|allocations?\b|allocs?\b|requests?\b|points?\b"
)
_TO_ANOTHER = rf"(?:\s?[-\u2013]\s?(?:{_NUMBER}))?"
_ABOUT = (
    r"(?:(?:about|around|approximately|approx\.|ca\.?|almost|nearly|over|only|up\sto|at\smost|roughly|an?)\s){0,2}~?\+?"
)
_FROM_TO = compile_pattern(
    rf"(?<![\w.,#/-])(?P<lead>from\s{{1,3}}{_ABOUT})?~?(?P<before>{_NUMBER})\s?(?P<unit_before>{_UNIT})?"
    r"(?:\.?\s\([^()\n]{1,30}\))?\s{0,3}(?P<link>→|->|=>|\bto\b|\bdown to\b|\bup to\b)\s{0,3}"
    rf"{_ABOUT}(?P<after>{_NUMBER})\s?(?P<unit>{_UNIT})?(?![\w.-]{{0,20}}\d)",
    IGNORECASE,
)
_TO_FROM = compile_pattern(
    rf"\bto\s~?(?P<after>{_NUMBER})\s?(?P<unit>{_UNIT})\s{{0,3}}from\s~?(?P<before>{_NUMBER})\s?(?P<unit_before>{_UNIT})",
    IGNORECASE,
)
_COUNTED = compile_pattern(
    r"\b(?:reduc|decreas|lower|cut|drop|shrink|increas|rais)[a-z]{0,4}\b[^.;\n]{0,60}?\b(?P<unit>[a-z]{2,20}s)[`'\"]?\s"
    r"from\s(?P<before>\d{1,7})\sto\s(?P<after>\d{1,7})\b(?![.\d])",
    IGNORECASE,
)
"""Things that are counted: "reduces the number of stat syscalls from 3 to 1"."""
_RELATIVE = compile_pattern(
    rf"(?<![\w.,#/-])~?(?P<amount>{_NUMBER})\s?(?:±\s?(?:{_NUMBER})\s?|(?:%|x\b)?\s?(?:-|\u2013|to\b)\s?~?(?:{_NUMBER})\s?)?"
    r"(?P<unit>%|percent\b|x\b|\u00d7|times\b)\)?\s?(?:(?!of\b|is\b|are\b|and\b|or\b|in\b)[a-z]{2,15}\s){0,2}?"
    r"(?P<word>faster|quicker|slower|smaller|larger|bigger|less|fewer|more|lower|higher|cheaper|speed[- ]?ups?"
    r"|improvements?|reductions?|increase|decrease|savings?)\b",
    IGNORECASE,
)
_BY = compile_pattern(
    r"\b(?P<word>reduc\w+|decreas\w+|cut\w*|lower\w*|improv\w+|optimi[sz]\w+|accelerat\w+|increas\w+|speed\w*\sup|sped\sup|shrink\w*|shrank|drop\w*|fell|falls?|grew|rose)\b"
    rf"(?P<what>(?:[^.;\n]|\.(?=\w)){{0,80}}?)\sby\s{_ABOUT}(?P<amount>{_NUMBER}){_TO_ANOTHER}\s?"
    rf"(?P<unit>{_UNIT}|x\b|times\b)",
    IGNORECASE,
)
_OF = compile_pattern(
    rf"\b(?P<word>reduction|decrease|increase|speed-?up|improvement|savings?|reduction\sin\s[^.;\n]{{0,40}}?)\s(?:(?:of|is|on)\s(?:[^.;\n]{{0,40}}?\sis\s)?)"
    rf"{_ABOUT}(?P<amount>{_NUMBER}){_TO_ANOTHER}\s?(?P<unit>{_UNIT}|x\b|times\b)",
    IGNORECASE,
)
_FACTOR = compile_pattern(
    rf"\b(?P<word>reduc\w+|decreas\w+|improv\w+|increas\w+)\b[^.;\n]{{0,80}}?\sby\sa\sfactor\s(?:of\s)?[>~]?\s?x?(?P<amount>{_NUMBER})",
    IGNORECASE,
)
_SAVES = compile_pattern(
    rf"(?:\b(?P<word>sav(?:e|es|ed|ing)|shav(?:e|es|ed|ing)(?:\soff)?|adds|gains?)\s(?:us\s(?:from\s\w{{3,12}}ing\s)?)?{_ABOUT}"
    rf"|(?<!\S)[-\u2212])(?P<amount>{_NUMBER}){_TO_ANOTHER}\s?(?P<unit>{_UNIT})",
    IGNORECASE,
)
_REMOVES = compile_pattern(rf"\bremov(?:e|es|ed|ing)\s{_ABOUT}(?P<amount>{_NUMBER})\s?(?P<unit>%)\sof\b", IGNORECASE)
_SIGNED = compile_pattern(
    rf"(?:\w:\s|\()~?(?P<sign>[+\u2212-])(?P<amount>{_NUMBER}){_TO_ANOTHER}\s?(?P<unit>%)(?![\w/])"
)
"""A difference with its sign: "lookup: -2.8%", "speed (~+1-2%)"."""
_SENTENCE_END = compile_pattern(r"(?<=[.!?])\s+(?=[A-Z0-9`\"'(])|\n[^\S\n]*+\n|\n(?=[^\S\n]*+[-*+]\s)")
_BULLET = compile_pattern(r"^\s*[-*+]\s+")
_NOT_AN_OUTCOME = compile_pattern(
    r"(?i)\b(?:bump|upgrad\w+|updat\w+|version|releas\w+|python|node|line|lines|page|pages|step|issue|pr|chapter|rows?\sof"
    r"|renam\w+|mov\w+|port(?:s|ed)?)\b[^.;\n]{0,30}$"
)
_TIME = compile_pattern(r"\b(?:times?|latency|duration)\b", IGNORECASE)
_UP = (
    "optimi",
    "accelerat",
    "faster",
    "quicker",
    "more",
    "larger",
    "bigger",
    "higher",
    "speed",
    "sped",
    "grew",
    "rose",
    "improv",
    "increas",
)
_WOULD = compile_pattern(r"\b(?:would|could|might|potential)\b", IGNORECASE)
"""What would be is no outcome."""
_GAINS = frozenset({"adds", "gain", "gains"})
_TIMES = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1, "sec": 1, "seconds": 1, "min": 60}
_BYTES = {f"{prefix}{end}": 1000**power for power, prefix in enumerate(" kMGT") for end in ("B", "iB", "b")}
_SIZES = {**_TIMES, **{name.strip(): size for name, size in _BYTES.items()}, "KB": 1000, "KiB": 1024}
"""By unit, to compare two amounts; nothing that is shown is computed."""
_VERBS_UP = frozenset({"increase", "increases", "increased", "raise", "raises", "raised"})
_VERB = compile_pattern(
    r"\b(increase[sd]?|raise[sd]?|reduce[sd]?|decrease[sd]?|lower(?:s|ed)?|shrinks?|cuts?|drops?)\b", IGNORECASE
)
_LONGEST_TEXT = 20_000
_LONGEST_SENTENCE = 400
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
    """Return the outcomes that a text states: those of its sentences, at most one each, then rows of benchmarks."""
    text = text[:_LONGEST_TEXT]
    found = (_outcome(sentence) for sentence in sentences(without_rows(text)))
    return [*(outcome for outcome in found if outcome), *map(_measured, find_changes(text))][:_MOST]


def sentences(text: str) -> Iterator[str]:
    """Yield the sentences and list items of a text, each on one line. Very long ones are left out."""
    for part in _SENTENCE_END.split(text):
        sentence = " ".join(_BULLET.sub("", part).split())
        if 0 < len(sentence) <= _LONGEST_SENTENCE:
            yield sentence


def _outcome(sentence: str) -> Outcome | None:
    found = (read(sentence) for read in (_from_to, _counted, _relative, _by, _saves, _signed))
    return next((outcome for outcome in found if outcome), None)


def _measured(change: Change) -> Outcome:
    if change.before is None or change.after is None:
        percent = change.percent or 0
        return Outcome(change.words, None, None, abs(percent), "%", _compared(0, percent))
    return Outcome(change.words, change.before, change.after, None, change.unit, _compared(change.before, change.after))


def _from_to(sentence: str) -> Outcome | None:
    for match in (*_TO_FROM.finditer(sentence), *_FROM_TO.finditer(sentence)):
        unit = match["unit"] or match["unit_before"] or ""
        groups = match.groupdict()
        is_range = groups.get("link", "").casefold() == "to" and not groups["lead"]
        measured = match["unit"] and match["unit_before"]
        if not unit or is_range or (not measured and _NOT_AN_OUTCOME.search(sentence[: match.start()])):
            continue
        before, after = _number(match["before"]), _number(match["after"])
        sizes = [_SIZES.get(each) for each in (match["unit_before"] or unit, match["unit"] or unit)]
        if sizes[0] and sizes[1]:
            direction = _compared(before * sizes[0], after * sizes[1])
        else:
            direction = _compared(before, after) if match["unit_before"] in (None, match["unit"]) else None
        direction = _stated_direction(sentence[: match.start()]) or direction
        return Outcome(sentence, before, after, None, unit, direction)
    return None


def _stated_direction(text: str) -> Direction | None:
    """Return the direction that a verb states: of "increase from 16384 to 2 MiB" the numbers tell the wrong one."""
    found = _VERB.findall(text)
    return (Direction.UP if found[-1].casefold() in _VERBS_UP else Direction.DOWN) if found else None


def _compared(before: float, after: float) -> Direction | None:
    return None if before == after else Direction.UP if after > before else Direction.DOWN


def _counted(sentence: str) -> Outcome | None:
    match = _COUNTED.search(sentence)
    if not match or _NOT_AN_OUTCOME.search(f"{sentence[: match.start('unit')]}{match['unit']} "):
        return None
    before, after = _number(match["before"]), _number(match["after"])
    return Outcome(sentence, before, after, None, match["unit"], _compared(before, after))


def _relative(sentence: str) -> Outcome | None:
    match = _RELATIVE.search(sentence)
    return match and Outcome(
        sentence, None, None, _number(match["amount"]), match["unit"].casefold(), _direction(match["word"])
    )


def _by(sentence: str) -> Outcome | None:
    if match := _FACTOR.search(sentence):
        return Outcome(sentence, None, None, _number(match["amount"]), "x", _direction(match["word"]))
    if match := _OF.search(sentence):
        return Outcome(sentence, None, None, _number(match["amount"]), match["unit"], _direction(match["word"]))
    match = _BY.search(sentence)
    if not match:
        return None
    # a time that improves goes down
    improves = match["word"].casefold().startswith(("improv", "optimi"))
    is_time = improves and (match["unit"] in _TIMES or _TIME.search(match["what"]) is not None)
    direction = Direction.DOWN if is_time else _direction(match["word"])
    return Outcome(sentence, None, None, _number(match["amount"]), match["unit"], direction)


def _saves(sentence: str) -> Outcome | None:
    if match := _REMOVES.search(sentence):
        return Outcome(sentence, None, None, _number(match["amount"]), match["unit"], Direction.DOWN)
    match = None if _WOULD.search(sentence) else _SAVES.search(sentence)
    if not match or (match["word"] is None and not match["unit"].casefold().startswith("alloc")):
        return None
    direction = Direction.UP if (match["word"] or "").casefold() in _GAINS else Direction.DOWN
    return Outcome(sentence, None, None, _number(match["amount"]), match["unit"], direction)


def _signed(sentence: str) -> Outcome | None:
    match = _SIGNED.search(sentence)
    if not match:
        return None
    direction = Direction.UP if match["sign"] == "+" else Direction.DOWN
    return Outcome(sentence, None, None, _number(match["amount"]), match["unit"], direction)


def _direction(word: str) -> Direction:
    return Direction.UP if word.casefold().startswith(_UP) else Direction.DOWN


def _number(text: str) -> float:
    return float(text.replace(",", ""))
