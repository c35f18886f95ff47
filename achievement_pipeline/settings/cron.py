"""Cron expressions, checked where they are read: Dagster refuses a wrong one only when it loads all definitions."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from pydantic import AfterValidator

from achievement_pipeline.parsing.patterns import compile_pattern

_PART = compile_pattern(
    r"(?:\*|(?P<first>[0-9]{1,2}|[a-z]{3})(?:-(?P<last>[0-9]{1,2}|[a-z]{3}))?)(?:/(?P<step>[0-9]{1,2}))?"
)
_LONGEST_MONTH = {2: 29, 4: 30, 6: 30, 9: 30, 11: 30}
"""Days of the months that have fewer than 31."""


class _Field(NamedTuple):
    name: str
    lowest: int
    highest: int
    words: tuple[str, ...] = ()
    """Names of the values, from the lowest on."""

    def values(self, text: str) -> set[int]:
        """Return the values of a list of numbers, ranges and steps.

        Raises:
            ValueError: It is none.
        """
        try:
            return {value for part in text.lower().split(",") for value in self._values_of_part(part)}
        except ValueError:
            problem = (
                f"{text!r} is no {self.name}. Write *, numbers from {self.lowest} to {self.highest}, ranges (1-5), "
                "lists (1,3) or steps (*/2)."
            )
        raise ValueError(problem)

    def _values_of_part(self, part: str) -> range:
        match = _PART.fullmatch(part)
        if not match:
            raise ValueError(part)
        first, last, step = match["first"], match["last"], int(match["step"] or 1)
        low = self._number(first) if first else self.lowest
        high = self._number(last) if last else low if first and not match["step"] else self.highest
        if not self.lowest <= low <= high <= self.highest:
            raise ValueError(part)
        return range(low, high + 1, step)  # of a step of 0 a ValueError

    def _number(self, text: str) -> int:
        return int(text) if text.isdigit() else self.lowest + self.words.index(text)


_FIELDS = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day of the month", 1, 31),
    _Field("month", 1, 12, ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")),
    _Field("day of the week", 0, 7, ("sun", "mon", "tue", "wed", "thu", "fri", "sat")),
)


def _check(text: str) -> str:
    parts = text.split(" ")
    if len(parts) != len(_FIELDS):
        names = ", ".join(field.name for field in _FIELDS)
        raise ValueError(f'a schedule has five parts ({names}): "0 3 * * *" is every day at three')
    *_, days, months, _ = (field.values(part) for part, field in zip(parts, _FIELDS, strict=True))
    if parts[-1] == "*" and min(days) > max(_LONGEST_MONTH.get(month, 31) for month in months):
        raise ValueError(f"there is no day {min(days)} in that month")
    return text


Cron = Annotated[str, AfterValidator(_check)]
"""Minute, hour, day of the month, month, day of the week."""
