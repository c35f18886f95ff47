"""Periods, as people name them: ``2026``, ``2026-H1``, ``2026-Q3``, ``2026-11``, ``today``, from one to another."""

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
    "2026, 2026-H1, 2026-Q3, 2026-11, 2026-W12, 2026-11-03, today, yesterday, or two of these as in"
    " 2026-03-01..2026-04-30, of which one may be left out"
)
_PARTS = {"H": 6, "Q": 3}
_NOUNS = {6: "half", 3: "quarter"}
_ORDINALS = ("First", "Second", "Third", "Fourth")
_DAYS_A_WEEK = 7
_MONTHS_A_YEAR = 12
_DAYS_AGO = {"today": 0, "yesterday": 1}


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


def parse_period(text: str, today: dt.date | None = None) -> Period:
    """Read a period.

    Args:
        text: The period as people write it.
        today: What ``today`` and ``yesterday`` count from; by default the day that it is in UTC.

    Raises:
        ValueError: It is not a period; the message describes the forms.
    """
    today = today or dt.datetime.now(dt.UTC).date()
    try:
        return _between(text, today) if ".." in text else _named(text.strip(), today)
    except ValueError as error:
        raise ValueError(f"{text!r} is no period. Write one as {_FORMS}.") from error


def since(day: dt.date) -> Period:
    """Return the period from a day on."""
    return Period(day, None, f"Since {_written(day)}")


def week_before(day: dt.date) -> Period:
    """Return the seven days that end with a day."""
    return _days(day - dt.timedelta(days=_DAYS_A_WEEK - 1), day)


def preceding(period: Period, newest: dt.date | None) -> Period | None:
    """Return the period of the same length before a period; None if that has no first day.

    Args:
        period: The period.
        newest: Where it has no last day: the day of its newest work, at which it ends then.
    """
    last = period.last or newest
    if period.first is None or last is None or last < period.first:
        return None
    before, after = period.first - dt.timedelta(days=1), last + dt.timedelta(days=1)
    if period.first.day == after.day == 1:
        count = (after.year - period.first.year) * _MONTHS_A_YEAR + after.month - period.first.month
        year, month = divmod(before.year * _MONTHS_A_YEAR + before.month - count, _MONTHS_A_YEAR)
        return _months(year, month + 1, count)
    return _days(before - (last - period.first), before)


def _between(text: str, today: dt.date) -> Period:
    begin, end = (_named(each, today) if each else Period() for each in map(str.strip, text.split("..", 1)))
    first, last = begin.first, end.last
    if first and last:
        if last < first:
            raise ValueError("it ends before it begins")
        return _days(first, last)
    if first:
        return since(first)
    return Period(None, last, f"Until {_written(last)}") if last else Period()


def _named(text: str, today: dt.date) -> Period:
    name = text.upper()
    if match := _YEAR.fullmatch(name):
        return _months(int(match[1]), 1, _MONTHS_A_YEAR)
    if match := _PART.fullmatch(name):
        length = _PARTS[match[2][0]]
        return _months(int(match[1]), (int(match[2][1]) - 1) * length + 1, length)
    if match := _WEEK.fullmatch(name):
        monday = dt.date.fromisocalendar(int(match[1]), int(match[2]), 1)
        return _days(monday, monday + dt.timedelta(days=_DAYS_A_WEEK - 1))
    if match := _MONTH.fullmatch(name):
        return _months(int(match[1]), int(match[2]), 1)
    day = _day(text, today)
    return _days(day, day)


def _day(text: str, today: dt.date) -> dt.date:
    days = _DAYS_AGO.get(text.lower())
    return dt.date.fromisoformat(text) if days is None else today - dt.timedelta(days=days)


def _months(year: int, first: int, count: int) -> Period:
    """Return so many whole months, under the name that they have together: a year, half, quarter or month."""
    begin = dt.date(year, first, 1)
    years, month = divmod(first - 1 + count - 1, _MONTHS_A_YEAR)
    end = dt.date(year + years, month + 1, calendar.monthrange(year + years, month + 1)[1])
    if count == _MONTHS_A_YEAR and first == 1:
        return Period(begin, end, f"{year}")
    if count in _NOUNS and first % count == 1:
        return Period(begin, end, f"{_ORDINALS[first // count]} {_NOUNS[count]} of {year}")
    return Period(begin, end, f"{begin:%B %Y}") if count == 1 else _days(begin, end)


def _days(first: dt.date, last: dt.date) -> Period:
    if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31):
        return Period(first, last, f"{first.year} to {last.year}")
    written = _written(first)
    if first.year == last.year:
        written = str(first.day) if first.month == last.month else written.removesuffix(f" {first.year}")
    return Period(first, last, _written(first) if first == last else f"{written} to {_written(last)}")


def _written(day: dt.date) -> str:
    return f"{day.day} {day:%B %Y}"
