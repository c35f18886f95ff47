"""Periods, as people name them: ``2026``, ``2026-H1``, ``2026-Q3``, ``2026-11``, ``2026-W12``, two days with dots."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass

from achievement_pipeline.parsing.patterns import compile_pattern

_YEAR = compile_pattern(r"(\d{4})")
_PART = compile_pattern(r"(\d{4})-(H[12]|Q[1-4])")
_WEEK = compile_pattern(r"(\d{4})-W(\d{2})")
_MONTH = compile_pattern(r"(\d{4})-(\d{2})")
_FORMS = (
    "2026, 2026-H1, 2026-Q3, 2026-11, 2026-W12, 2026-11-03 or 2026-03-01..2026-04-30, of which one day may be left out"
)
_PARTS = {"H": ("half", 6), "Q": ("quarter", 3)}
_ORDINALS = ("first", "second", "third", "fourth")
_DAYS_A_WEEK = 7


@dataclass(frozen=True)
class Period:
    """Days from the first to the last, both of them in it, in UTC; without one it has no such end."""

    first: dt.date | None = None
    last: dt.date | None = None
    name: str = "All time"
    """For people."""

    def __contains__(self, moment: dt.datetime | None) -> bool:
        """Whether something was done in it; what has no date was done at no time but all time."""
        if moment is None:
            return self.first is None and self.last is None
        day = moment.astimezone(dt.UTC).date()
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


def parse_period(text: str) -> Period:
    """Read a period.

    Raises:
        ValueError: It is none; the message says how one is written.
    """
    try:
        return _between(text) if ".." in text else _named(text.strip().upper())
    except ValueError as error:
        raise ValueError(f"{text!r} is no period. Write one as {_FORMS}.") from error


def since(day: dt.date) -> Period:
    """Return the period from a day on."""
    return Period(day, None, f"Since {_written(day)}")


def week_before(day: dt.date) -> Period:
    """Return the seven days that end with a day."""
    return _days(day - dt.timedelta(days=_DAYS_A_WEEK - 1), day)


def _between(text: str) -> Period:
    first, last = (dt.date.fromisoformat(day) if day else None for day in map(str.strip, text.split("..", 1)))
    if first and last:
        if last < first:
            raise ValueError("it ends before it begins")
        return _days(first, last)
    if first:
        return since(first)
    return Period(None, last, f"Until {_written(last)}") if last else Period()


def _named(text: str) -> Period:
    if match := _YEAR.fullmatch(text):
        return _months(int(text), 1, 12, match[1])
    if match := _PART.fullmatch(text):
        year, number = int(match[1]), int(match[2][1])
        noun, length = _PARTS[match[2][0]]
        return _months(
            year, (number - 1) * length + 1, length, f"{_ORDINALS[number - 1].capitalize()} {noun} of {year}"
        )
    if match := _WEEK.fullmatch(text):
        monday = dt.date.fromisocalendar(int(match[1]), int(match[2]), 1)
        return _days(monday, monday + dt.timedelta(days=_DAYS_A_WEEK - 1))
    if match := _MONTH.fullmatch(text):
        year, month = int(match[1]), int(match[2])
        return _months(year, month, 1, f"{dt.date(year, month, 1):%B %Y}")
    day = dt.date.fromisoformat(text)
    return Period(day, day, _written(day))


def _months(year: int, first: int, count: int, name: str) -> Period:
    last = first + count - 1
    return Period(dt.date(year, first, 1), dt.date(year, last, calendar.monthrange(year, last)[1]), name)


def _days(first: dt.date, last: dt.date) -> Period:
    written = _written(first)
    if first.year == last.year:
        written = str(first.day) if first.month == last.month else written.removesuffix(f" {first.year}")
    return Period(first, last, _written(first) if first == last else f"{written} to {_written(last)}")


def _written(day: dt.date) -> str:
    return f"{day.day} {day:%B %Y}"
