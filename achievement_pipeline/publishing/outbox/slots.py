"""When something may be posted: on the user's days and hours, not too often, never two too close together.

Days and hours are those of the user's clock, distances are real time; so the days on which clocks change are no
exception.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from enum import StrEnum
from typing import Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from achievement_pipeline.parsing.strict_model import StrictModel

_WEEK = dt.timedelta(days=7)
_DAYS_AHEAD = 22
"""Enough for one weekday a week, should its hours fall out when clocks change."""


class Weekday(StrEnum):
    """A day of the week."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class PostingTimes(StrictModel):
    """When and how often something is posted."""

    days: tuple[Weekday, ...] = Field(
        default=(Weekday.TUESDAY, Weekday.WEDNESDAY, Weekday.THURSDAY), min_length=1, description="Days of posting"
    )
    first_hour: int = Field(default=9, ge=0, le=23, description="From this hour on, by the user's clock")
    last_hour: int = Field(default=17, ge=1, le=24, description="Before this hour")
    most_a_week: int = Field(default=2, ge=1, le=50, description="At most so many in any seven days")
    hours_between: float = Field(default=24, ge=0, description="From one to the next")

    @model_validator(mode="after")
    def _is_a_span(self) -> Self:
        if self.first_hour >= self.last_hour:
            raise ValueError("first_hour has to be before last_hour")
        return self


def next_slot(now: dt.datetime, sent: Sequence[dt.datetime], times: PostingTimes, zone: ZoneInfo) -> dt.datetime:
    """Return the first moment, now or later, at which something may be posted.

    Args:
        now: With its zone.
        sent: When something was posted before, in any order.
        times: When and how often.
        zone: The user's time zone.

    Returns:
        In UTC.
    """
    newest = sorted(sent, reverse=True)
    earliest = now.astimezone(dt.UTC)
    if newest:
        earliest = max(earliest, newest[0].astimezone(dt.UTC) + dt.timedelta(hours=times.hours_between))
    if len(newest) >= times.most_a_week:
        earliest = max(earliest, newest[times.most_a_week - 1].astimezone(dt.UTC) + _WEEK)
    today = earliest.astimezone(zone).date()
    wanted = set(times.days)
    for ahead in range(_DAYS_AHEAD):
        day = today + dt.timedelta(days=ahead)
        opens, closes = (_moment(day, hour, zone) for hour in (times.first_hour, times.last_hour))
        slot = max(earliest, opens)
        if list(Weekday)[day.weekday()] in wanted and slot < closes:
            return slot
    raise AssertionError(f"no hour of {times} is on any day")


def _moment(day: dt.date, hour: int, zone: ZoneInfo) -> dt.datetime:
    """Return a full hour of a day, in UTC; one that clocks leave out is the moment of their change."""
    midnight = dt.datetime.combine(day + dt.timedelta(days=hour // 24), dt.time(hour % 24), zone)
    return midnight.astimezone(dt.UTC)
