"""What benchmarks print, in messages: rows of benchstat, benchcmp and asv, Criterion's changes, a before and an after.

The before and after are lines or blocks under such words, columns of a table with such headings, or rows that need no
heading (`achievement_pipeline.outcomes.measured_rows`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from achievement_pipeline.outcomes.amounts import NUMBER, number, scale
from achievement_pipeline.outcomes.measured_rows import MEASURE, find_arrows, find_rows
from achievement_pipeline.outcomes.spelled_amounts import in_digits
from achievement_pipeline.parsing.patterns import DOTALL, IGNORECASE, MULTILINE, Match, compile_pattern

_SPREAD = r"(?:\s±\s{1,3}[\d.∞]{1,5}%?(?:\s[¹²³])?)?"
_ROW = compile_pattern(
    rf"^[^\S\n]*(?P<name>[^\s|]{{1,80}})\s{{1,60}}(?P<before>{NUMBER})(?P<unit_before>[a-zA-Zµ/]{{0,6}}){_SPREAD}"
    rf"\s{{1,20}}(?:(?:->|→)\s{{1,20}})?(?P<after>{NUMBER})(?P<unit>[a-zA-Zµ/]{{0,6}}){_SPREAD}"
    r"(?:\s{1,20}[+-][\d,]{1,15})?\s{1,20}(?:(?P<percent>[+-]\d{1,9}(?:\.\d{1,4})?%)|(?P<ratio>\d{1,6}\.\d{1,4}x)\s*$)",
    MULTILINE,
)
"""A row of benchstat or benchcmp: name, before, after, and the difference, if it is significant."""
_CRITERION = compile_pattern(
    r"^[^\S\n]*(?P<name>[^\s|]{1,80}(?:\x20[^\s|]{1,40}){0,9})\s{1,60}time:\s{1,9}\[[^\]\n]{1,100}\]\s{1,60}change:\s{1,9}\[\S{1,20}%\s"
    r"(?P<percent>[\u2212-]\d{1,9}(?:\.\d{1,4})?%)\s\S{1,20}%\](?!\s\(p = [\d.]{1,9} > )",
    MULTILINE,
)
"""What Criterion prints of a benchmark that it knows from before and that is faster since."""
_INTERVAL = compile_pattern(
    r"(?<!change: )\[[\u2212-][\d.]{1,9}%\s(?P<percent>[\u2212-][\d.]{1,9}%)\s[\u2212-][\d.]{1,9}%\]\s\(p = 0\.0\d?\s<"
)
"""A change of Criterion that is quoted without what is around it."""
_HYPERFINE = compile_pattern(rf"\bran\s{{1,9}}(?P<times>{NUMBER})(?:\s±\s{{1,9}}[\d.]{{1,9}})? times faster than\b")
_MINISTAT = compile_pattern(
    rf"^Difference at {NUMBER}% confidence\n\s{{0,20}}-?{NUMBER} \+/- {NUMBER}"
    rf"\n\s{{0,20}}(?P<percent>-?{NUMBER})% \+/- ",
    MULTILINE,
)
_PYPERF = compile_pattern(
    rf"^[|+]\s{{1,9}}(?P<name>[^|\n]{{1,80}}?)\s{{0,80}}\|\s{{1,9}}(?P<before>{NUMBER})\s(?P<unit_before>[a-zµ]{{1,3}})\s{{1,40}}\|"
    rf"\s{{1,9}}(?P<after>{NUMBER})\s(?P<unit>[a-zµ]{{1,3}}):\s{NUMBER}x\s(?:faster|slower)",
    MULTILINE,
)
"""A row of pyperf's comparisons."""
_PREFIXED = {"µ": "µs", "n": "ns", "m": "ms", "Ki": "KiB", "Mi": "MiB", "Gi": "GiB"}
"""Units of benchstat's second form, where the unit itself is in the heading: times and bytes."""
_HEADING = compile_pattern(r"\b(?:old|new|oops|before|after) (?P<unit>ns/iter|ns/op|MB/s|allocs|bytes)", IGNORECASE)
"""The unit of benchcmp's rows."""
_PHASE = compile_pattern(
    r"^\W{0,40}(?:(?:benchmarks?|results?) (?:with )?)?(?P<phase>before|after|old|new|previous|pre|post|now|master|main"
    r"|baseline|patched|original|revised|improved|optimi[sz]ed|this (?:change|pr|branch|patch|commit))\b"
    r"(?: (?:this|the) (?:change|pr|branch|patch|commit)\b)?"
    r"|^\W{0,40}(?:results? )?(?P<lack>with|without) (?:this |the )?(?:fix|patch|change|pr|commit)\b"
    r"|\b(?P<ending>before|after|now|old|new|on master|on main)"
    r"(?: (?:this|the) (?:pr|change|patch|commit))?\W{0,3}:{1,2}$",
    IGNORECASE,
)
_REMARK = compile_pattern(
    r"[(](?P<bracketed>before|after|with|without) (?:this )?(?:patch|pr|change|commit)[)]"
    r"|\b(?P<phase>before|after|with|without) (?:this|the) (?:patch|pr|change|commit)\W{0,3}$",
    IGNORECASE,
)
_BRACKETED = compile_pattern(r"^\s?\([^()\n]{1,80}\)")
"""Behind such a word: what it means here."""
_BEFORE = frozenset(
    {"before", "old", "previous", "pre", "without", "master", "main", "baseline", "on master", "on main", "original"}
)
_ASV = compile_pattern(
    rf"^[\t\x20+-]{{0,40}}(?P<name>[a-z_]\w{{0,40}})?\s{{1,40}}(?P<before>{NUMBER})±[\d.]{{1,9}}(?P<unit_before>[µμn]?s|ms)"
    rf"\s{{1,40}}(?P<after>{NUMBER})±[\d.]{{1,9}}(?P<unit>[µμn]?s|ms)",
    MULTILINE | IGNORECASE,
)
"""A row of asv: before and after, each with its spread."""
_INLINE = compile_pattern(
    r"\b(?:before|old|main|master|baseline)(?:\s?[:=]\s?|\s)"
    rf"~?(?P<before>{NUMBER})\s?(?P<unit_before>{MEASURE})(?![\w/])[^\n]{{0,40}}?"
    r"\b(?:after|new|now|pr|this (?:pr|branch|patch))(?:\s?[:=]\s?|\s)"
    rf"~?(?P<after>{NUMBER})\s?(?P<unit>{MEASURE})(?![\w/])",
    IGNORECASE,
)
_COLUMN_BEFORE = compile_pattern(
    r"^\W{0,4}(?:bef(?:ore)?|old|previous|main|master|base|(?:\w{1,12} )?baseline|current|original)\b", IGNORECASE
)
_COLUMN_AFTER = compile_pattern(
    r"^\W{0,4}(?:aft(?:er)?|new|now|pr|(?:[\w+]{1,12} ){0,3}this(?: (?:pr|branch|patch|change|commit))?"
    r"|branch|patched|optimi[sz]ed)\b",
    IGNORECASE,
)
_UNIT_OF_COLUMN = compile_pattern(rf"\((?P<unit>{MEASURE})\)")
_BLOCK = compile_pattern(r"^[^\S\n]{0,8}```.*?(?:^[^\S\n]{0,8}```|\Z)|^[^\S\n]{0,8}\|[^\n]*", MULTILINE | DOTALL)
"""Code and tables."""
_BARE = compile_pattern(NUMBER)
_GAP = compile_pattern(r"\t|\s\s")
_RULE = compile_pattern(r"[\s|:=+-]{1,400}")
_MOST_CELLS = 20
_VALUE = compile_pattern(
    rf"(?<![\w.-])(?<!\d,)(?<!±)(?<!±\s)(?<!\+-\s)(?<!/-\s)(?P<value>{NUMBER})\s?"
    rf"(?P<unit>{MEASURE}|[kM]?\s{{1,3}}\(±\s?[\d.]{{1,9}}%\)\s{{1,3}}i/s)(?![\w/])"
)
_SPREAD_BEFORE_UNIT = compile_pattern(r"\s{1,3}\(.{1,20}\)")
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
    unit_before: str
    unit: str
    """May be empty."""
    difference: float | None
    """With its sign, where neither is printed."""


def without_rows(text: str) -> str:
    """Return a text without the rows of benchmarks, which are no sentences."""
    return _ROW.sub("", text)


def without_blocks(text: str) -> str:
    """Return a text without its blocks of code and its tables, which have no sentences."""
    return _BLOCK.sub("\n\n", text)


def find_changes(text: str) -> Iterator[Change]:
    """Yield what benchmarks printed, in the order of the forms: rows, Criterion, before and after; each amount once."""
    known: set[tuple[object, ...]] = set()
    for change in _changes(text):
        amounts = (change.before, change.unit_before, change.after, change.unit)
        if change.before is None or amounts not in known:
            known.add(amounts)
            yield change


def _changes(text: str) -> Iterator[Change]:
    for row in _ROW.finditer(text):
        heading = [found["unit"] for found in _HEADING.finditer(text[: row.start()])][-1:]
        in_heading = heading[0] if heading else ""
        units = [_PREFIXED.get(row[name], row[name]) or in_heading for name in ("unit_before", "unit")]
        before, after = (f"{row[name]} {unit}".rstrip() for name, unit in zip(("before", "after"), units, strict=True))
        words = f"{row['name']}: {before} → {after} ({row['percent'] or row['ratio']})"
        yield Change(words, number(row["before"]), number(row["after"]), units[0], units[1], None)
    for found in _CRITERION.finditer(text):
        yield Change(f"{found['name']}: time {found['percent']}", None, None, "%", "%", _percent(found["percent"]))
    for found in _INTERVAL.finditer(text):
        yield Change(f"time {found['percent']}", None, None, "%", "%", _percent(found["percent"]))
    for found in _HYPERFINE.finditer(text):
        yield Change(f"{found['times']} times faster", None, None, "times", "times", number(found["times"]))
    for found in _MINISTAT.finditer(text):
        yield Change(f"{found['percent']}%", None, None, "%", "%", _percent(found["percent"]))
    for found in (*_PYPERF.finditer(text), *_ASV.finditer(text), *_INLINE.finditer(text)):
        name = found.groupdict().get("name") or ""
        yield from _change(name, (found["before"], found["unit_before"]), (found["after"], found["unit"]))
    yield from _in_columns(text)
    yield from _before_and_after(text)
    for block in _BLOCK.finditer(text):
        for arrow in find_arrows(block[0]):
            yield from _change(arrow.name, arrow.before, arrow.after)
    for pair in find_rows(text):
        yield from _change(pair.name, pair.before, pair.after)


def _change(name: str, before: Sequence[str], after: Sequence[str]) -> Iterator[Change]:
    """Yield the change from one number and unit to another, if they measure the same."""
    unit_before, unit = (_SPREAD_BEFORE_UNIT.sub("", unit).strip() for _, unit in (before, after))
    measures, measured = scale(unit_before), scale(unit)
    is_reset = unit_before != unit and not number(after[0])
    if unit_before == unit or (measures and measured and measures[0] == measured[0] and not is_reset):
        words = f"{f'{before[0]} {unit_before}'.rstrip()} → {f'{after[0]} {unit}'.rstrip()}"
        words = f"{name}: {words}" if name else words
        yield Change(words, number(before[0]), number(after[0]), unit_before, unit, None)


def _in_columns(text: str) -> Iterator[Change]:
    """Yield the rows of tables that have a column before and one after, in Markdown or set with spaces."""
    columns: tuple[int, int] | None = None
    unit: str | None = None
    for line in text.splitlines():
        cells = _cells(line)
        if heading := _columns(cells):
            columns = heading
            named = _UNIT_OF_COLUMN.search(cells[columns[1]])
            unit = named["unit"] if named else "" if "|" in line else None
        elif len(cells) == 1 and not _RULE.fullmatch(line):
            columns = None
        elif columns and -min(columns) <= len(cells):
            named = _UNIT_OF_COLUMN.search(cells[0])
            before, after = (_in_cell(cells[column], named["unit"] if named else unit) for column in columns)
            if before and after:
                yield from _change(_name(cells[0]), before, after)


def _in_cell(cell: str, unit: str | None) -> tuple[str, str] | None:
    """Return the number and unit of a cell, if it begins with them; a bare number has that of its column."""
    text = cell.strip("~*` ")
    if unit is not None and _BARE.fullmatch(text):
        return text, unit
    found = _VALUE.match(text)
    return (found["value"], found["unit"]) if found else None


def _cells(line: str) -> list[str]:
    if "|" in line:
        return [cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split("|")][:_MOST_CELLS]
    return [cell.strip() for cell in _GAP.split(line) if cell.strip()][:_MOST_CELLS]


def _columns(cells: list[str]) -> tuple[int, int] | None:
    """Return the places of the columns before and after, from the right: names have no heading at times."""
    before, after = (
        [place - len(cells) for place, cell in enumerate(cells) if heading.match(cell) and not _VALUE.search(cell)]
        for heading in (_COLUMN_BEFORE, _COLUMN_AFTER)
    )
    return (before[0], after[0]) if len(before) == len(after) > 0 else None


def _before_and_after(text: str) -> Iterator[Change]:
    """Yield values that a block or line "before" and one "after" give under the same name, in whichever order."""
    phase = ""
    values: dict[tuple[str, str], Match[str]] = {}
    for line in map(str.strip, text.splitlines()):
        remark, heading = _REMARK.search(line), _PHASE.search(line)
        if stated := remark or heading:
            (word,) = filter(None, stated.groups())
            phase = "before" if word.casefold() in _BEFORE else "after"
        if not phase or not (found := _VALUE.search(line) or _VALUE.search(in_digits(line))):
            continue
        start = heading.end() if heading and heading.end() <= found.start() else 0
        name = "" if remark else _name(_BRACKETED.sub("", line[start : found.start()]))
        values.setdefault((phase, name), found)
        before, after = values.get(("before", name)), values.get(("after", name))
        if before and after and (changes := list(_change(name, *(v.group("value", "unit") for v in (before, after))))):
            del values["before", name], values["after", name]
            yield from changes


def _name(text: str) -> str:
    return _SPACES.sub(" ", _FIGURES.sub(" ", text)).strip(" :|=*`~>")[:_LONGEST_NAME]


def _percent(text: str) -> float:
    return float(text.rstrip("%").replace("\u2212", "-"))
