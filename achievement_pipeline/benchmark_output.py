"""What benchmarks print, in messages: rows of benchstat and benchcmp, Criterion's changes, a before and an after."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from achievement_pipeline.parsing.patterns import IGNORECASE, MULTILINE, Match, compile_pattern

_NUMBER = r"\d{1,3}(?:,\d{3}){1,4}(?:\.\d{1,20})?|\d{1,12}(?:\.\d{1,20})?"
_SPREAD = r"(?:\s±\s{1,3}[\d.∞]{1,5}%)?"
_ROW = compile_pattern(
    rf"^\s*(?P<name>[^\s|]{{1,80}})\s{{1,60}}(?P<before>{_NUMBER})(?P<unit_before>[a-zA-Zµ/]{{0,6}}){_SPREAD}"
    rf"\s{{1,20}}(?:(?:->|→)\s{{1,20}})?(?P<after>{_NUMBER})(?P<unit>[a-zA-Zµ/]{{0,6}}){_SPREAD}"
    r"(?:\s{1,20}[+-][\d,]{1,15})?\s{1,20}(?P<percent>[+-]\d{1,9}(?:\.\d{1,4})?%)",
    MULTILINE,
)
"""A row of benchstat: name, before, after, and the difference, if it is significant."""
_CRITERION = compile_pattern(
    r"^\s*(?P<name>[^\s|]{1,80})\s{1,60}time:\s{1,9}\[[^\]\n]{1,100}\]\s{1,60}change:\s{1,9}\[\S{1,20}%\s"
    r"(?P<percent>[+-]\d{1,9}(?:\.\d{1,4})?%)\s\S{1,20}%\]",
    MULTILINE,
)
"""What Criterion prints of a benchmark that it knows from before."""
_PREFIXED = {"µ": "µs", "n": "ns", "m": "ms", "Ki": "KiB", "Mi": "MiB", "Gi": "GiB"}
"""Units of benchstat's second form, where the unit itself is in the heading: times and bytes."""
_HEADING = compile_pattern(r"\b(?:old|new|oops) (?P<unit>ns/iter|ns/op|MB/s|allocs|bytes)", IGNORECASE)
"""The unit of benchcmp's rows."""
_PHASE = compile_pattern(
    r"^\W{0,6}(?:benchmarks? with )?(?P<phase>before|after|old|new|previous|this change)\b"
    r"|[(](?P<remark>before|after|with|without) (?:this )?(?:patch|pr|change|commit)[)]",
    IGNORECASE,
)
_BEFORE = frozenset({"before", "old", "previous", "without"})
_VALUE = compile_pattern(
    rf"(?<![\w.-])(?P<value>{_NUMBER})\s?(?P<unit>ns/iter|ns/op|[µμun]s|ms|s|sec|seconds|[kKMGT]i?B(?:/s)?|bytes)(?![\w/])"
)
_FIGURES = compile_pattern(r"[\d.,±+/()-]{1,40}")
_SPACES = compile_pattern(r"\s+")
_LONGEST_NAME = 80


@dataclass(frozen=True)
class Change:
    """What a benchmark measured before and after."""

    words: str
    """For people: ``Encode-8: 89.10 µs → 33.38 µs (-62.54%)``."""
    before: float | None
    after: float | None
    """Neither where only the difference is printed."""
    unit: str
    """May be empty."""
    percent: float | None


def without_rows(text: str) -> str:
    """Return a text without the rows of benchmarks, which are no sentences."""
    return _ROW.sub("", text)


def find_changes(text: str) -> Iterator[Change]:
    """Yield what benchmarks printed, in the order of the forms: rows, Criterion, before and after."""
    for row in _ROW.finditer(text):
        heading = [found["unit"] for found in _HEADING.finditer(text[: row.start()])][-1:]
        in_heading = heading[0] if heading else ""
        units = [_PREFIXED.get(row[name], row[name]) or in_heading for name in ("unit_before", "unit")]
        before, after = (f"{row[name]} {unit}".rstrip() for name, unit in zip(("before", "after"), units, strict=True))
        words = f"{row['name']}: {before} → {after} ({row['percent']})"
        yield Change(words, _number(row["before"]), _number(row["after"]), units[1], _percent(row["percent"]))
    for found in _CRITERION.finditer(text):
        yield Change(f"{found['name']}: time {found['percent']}", None, None, "", _percent(found["percent"]))
    yield from _before_and_after(text)


def _before_and_after(text: str) -> Iterator[Change]:
    """Yield values that a block or line "before" and one "after" give under the same name, in whichever order."""
    phase = ""
    values: dict[tuple[str, str], Match[str]] = {}
    for line in text.splitlines():
        if heading := _PHASE.search(line):
            word = (heading["phase"] or heading["remark"]).casefold()
            phase = "before" if word in _BEFORE else "after"
        found = _VALUE.search(line)
        if not phase or not found:
            continue
        start = heading.end() if heading and heading["phase"] and heading.end() <= found.start() else 0
        name = "" if heading and heading["remark"] else _name(line[start : found.start()])
        values.setdefault((phase, name), found)
        before, after = values.get(("before", name)), values.get(("after", name))
        if before and after and before["unit"] == after["unit"]:
            del values["before", name], values["after", name]
            words = f"{before['value']} {after['unit']} → {after['value']} {after['unit']}"
            numbers = _number(before["value"]), _number(after["value"])
            yield Change(f"{name}: {words}" if name else words, *numbers, after["unit"], None)


def _name(text: str) -> str:
    return _SPACES.sub(" ", _FIGURES.sub(" ", text)).strip(" :|=*`~>")[:_LONGEST_NAME]


def _percent(text: str) -> float:
    return float(text.rstrip("%"))


def _number(text: str) -> float:
    return float(text.replace(",", ""))
