"""Rows of measurements that show a change by themselves, whatever their heading.

Such a row has an arrow between two amounts, or prints the difference of two amounts beside them; or two rows have names
that differ by a word only, of which one is before and one after ("BenchmarkWords" and "BenchmarkWordsOld").
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from achievement_pipeline.outcomes.amounts import NUMBER, number, scale
from achievement_pipeline.outcomes.spelled_amounts import in_digits
from achievement_pipeline.parsing.patterns import IGNORECASE, Match, compile_pattern

MEASURE = (
    r"(?:ns/iter|[munµμ]?s/op|[kKM]?B/op|allocs?/op|[µμun]s|ms|secs?|seconds?|s|min|[kKMGT]i?B(?:/s)?|bytes|B|%|i/s|ops/s(?:ec)?"
    r"|req/s(?:ec)?|[KMG]?gas/s|[KMG]cycles)"
)
"""Units of measurements."""
_AMOUNT = rf"{NUMBER}\s?{MEASURE}(?![\w/])"
_ARROW = compile_pattern(
    rf"(?<![\w.,-])(?P<before>{NUMBER})\s?(?P<unit_before>{MEASURE})?[*`\s]{{0,3}}(?:->|→|=>)"
    rf"[~*`\s]{{0,4}}(?P<after>{NUMBER})\s?(?P<unit>{MEASURE})(?![\w/])"
)
_CLOCK = compile_pattern(r"(?<![\w:.])(?P<minutes>\d{1,3}):(?P<seconds>[0-5]\d)(?![\w:.])")
_VALUE = compile_pattern(
    rf"(?<![\w.,:+\u2212-])(?P<value>{NUMBER})\s?(?P<unit>{MEASURE})(?![\w/]|\s(?:faster|slower|smaller|less|larger|more))"
)
_DELTA = compile_pattern(
    rf"(?<![\w.])(?:(?P<sign>[+\u2212-])\s?(?P<percent>{NUMBER})\s?%|(?P<share>{NUMBER})\s?%\s(?:faster|smaller|less|fewer|quicker|reduction|improvement|shorter)"
    rf"|(?P<times>{NUMBER})\s?[x\u00d7]\s?(?:faster|smaller|less|fewer|quicker|speed-?up|improvement)"
    rf"|\|\s{{1,9}}\**(?P<bare>{NUMBER})[x\u00d7]\**\s{{0,9}}(?:\||$))",
    IGNORECASE,
)
_IS_ROW = compile_pattern(r"\||\t|\S\s\s+\S")
_NEAR = 0.03
"""How much a printed ratio may differ from that of the amounts, as both are rounded."""
_LONGEST_ROW = 400
_LONGEST_NAME = 80
_BEFORE_WORD = r"(?:old|orig(?:inal)?|before|naive|legacy|baseline|previous|unoptimi[sz]ed)"
_AFTER_WORD = r"(?:new|after|optimi[sz]ed|improved|patched)"
_PHASE_IN_NAME = compile_pattern(
    rf"(?:(?<=[a-z0-9])(?-i:(?=[A-Z]))|[_/-]|\b)(?:(?P<before>{_BEFORE_WORD})|(?P<after>{_AFTER_WORD}))(?=[A-Z_/\s:-]|$)(?-i:(?![a-z]))",
    IGNORECASE,
)
_NAMED = compile_pattern(
    rf"^\W{{0,9}}(?P<name>[A-Za-z][\w./()-]{{2,70}}(?:\s\((?:old|new|before|after)[^()\n]{{0,30}}\))?)\W[^\n]{{0,60}}?(?<![\w.-])(?<!\d,)(?<!±)(?<!±\s)(?P<value>{NUMBER})\s?(?P<unit>{MEASURE})(?![\w/])"
)


@dataclass(frozen=True)
class Row:
    """Two amounts of one measure, the first of which is before."""

    name: str
    before: tuple[str, str]
    """The number and its unit, as written."""
    after: tuple[str, str]


def find_rows(text: str) -> Iterator[Row]:
    """Yield the rows of a text that show a change by themselves, then the pairs of rows whose names do."""
    lines = [line.strip() for line in text.splitlines() if len(line) <= _LONGEST_ROW]
    for line in lines:
        if _IS_ROW.search(line) and (row := _proven(in_digits(line))):
            yield row
    yield from _pairs(lines)


def find_arrows(block: str) -> Iterator[Row]:
    """Yield the changes of a block of code or a table that have an arrow between two amounts with their unit."""
    for line in block.splitlines():
        for found in _ARROW.finditer(line[:_LONGEST_ROW]):
            name, unit = _name(line[: found.start()]), found["unit"]
            yield Row(name, (found["before"], found["unit_before"] or unit), (found["after"], unit))


def _proven(line: str) -> Row | None:
    """Return the two amounts of a row whose difference is the one printed beside them."""
    line = _CLOCK.sub(lambda time: f"{int(time['minutes']) * 60 + int(time['seconds'])} s", line)
    values = list(_VALUE.finditer(line))
    for first, second in itertools.pairwise(values):
        before, after = _size(first), _size(second)
        delta = _DELTA.search(line, second.end())
        if not delta or not before or not after or before[0] != after[0] or min(before[1], after[1]) <= 0:
            continue
        row = Row(_name(line[: first.start()]), _amount(first), _amount(second))
        falls = not before[0].endswith("/s")
        if delta["sign"] and _is_near(1 + _signed(delta) / 100, after[1] / before[1]):
            return row
        if not delta["sign"] and _is_ratio(delta, before[1], after[1]):
            is_in_order = (after[1] < before[1]) == falls
            return row if is_in_order else Row(row.name, row.after, row.before)
    return None


def _amount(value: Match[str]) -> tuple[str, str]:
    return value["value"], value["unit"]


def _size(value: Match[str]) -> tuple[str, float] | None:
    measured = scale(value["unit"]) or (value["unit"].casefold(), 1.0)
    return measured[0], number(value["value"]) * measured[1]


def _signed(delta: Match[str]) -> float:
    return number(delta["percent"]) * (1 if delta["sign"] == "+" else -1)


def _is_ratio(delta: Match[str], first: float, second: float) -> bool:
    """Whether a difference without a sign is that of two amounts, in whichever order."""
    ratio = max(first, second) / min(first, second)
    if delta["bare"]:
        return number(delta["bare"]) > 1 and _is_near(number(delta["bare"]), ratio)
    if delta["times"]:
        return _is_near(number(delta["times"]), ratio)
    share = number(delta["share"]) / 100
    return share > 0 and (_is_near(1 + share, ratio) or _is_near(1 - share, 1 / ratio))


def _is_near(printed: float, actual: float) -> bool:
    return abs(printed - actual) <= _NEAR * max(abs(actual), _NEAR)


def _name(text: str) -> str:
    return " ".join(text.replace("|", " ").split()).strip(" :*`~(")[:_LONGEST_NAME]


def _pairs(lines: list[str]) -> Iterator[Row]:
    """Yield the pairs of rows of which one name has a word for before or after, and is else the other's."""
    amounts: dict[str, tuple[str, str]] = {}
    phases: dict[str, dict[str, tuple[str, str]]] = {}
    for found in filter(None, map(_NAMED.match, lines)):
        amount = _amount(found)
        if phase := _PHASE_IN_NAME.search(found["name"]):
            stem = _PHASE_IN_NAME.sub("", found["name"], count=1)
            phases.setdefault(stem, {}).setdefault(phase.lastgroup or "", amount)
        else:
            amounts.setdefault(found["name"], amount)
    for stem, known in phases.items():
        before, after = (known.get(phase) or amounts.get(stem) for phase in ("before", "after"))
        if stem and before and after and before != after:
            yield Row(stem, before, after)
