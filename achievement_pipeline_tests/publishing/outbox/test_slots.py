import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from achievement_pipeline.publishing.outbox.slots import PostingTimes, Weekday, next_slot

VIENNA = ZoneInfo("Europe/Vienna")
EVERY_DAY = tuple(Weekday)
moments = st.integers(1_735_689_600, 1_798_761_600).map(lambda seconds: dt.datetime.fromtimestamp(seconds, dt.UTC))
spans = st.tuples(st.integers(0, 23), st.integers(1, 24)).filter(lambda hours: hours[0] < hours[1])
plans = st.builds(
    lambda days, hours, most, between: PostingTimes(
        days=tuple(days), first_hour=hours[0], last_hour=hours[1], most_a_week=most, hours_between=between
    ),
    st.sets(st.sampled_from(Weekday), min_size=1),
    spans,
    st.integers(1, 3),
    st.floats(0, 72),
)


def at(text: str) -> dt.datetime:
    """A moment by the clocks of Vienna."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=VIENNA)


@given(
    moments,
    st.lists(moments, max_size=6),
    plans,
    st.sampled_from(["Europe/Vienna", "America/Santiago", "Australia/Lord_Howe", "Pacific/Apia", "UTC"]),
)
def test_every_slot_keeps_every_rule(now: dt.datetime, sent: list[dt.datetime], times: PostingTimes, zone: str) -> None:
    slot = next_slot(now, sent, times, ZoneInfo(zone))
    assert slot >= now
    local = slot.astimezone(ZoneInfo(zone))
    assert list(Weekday)[local.weekday()] in times.days
    assert local.hour < times.last_hour
    assert sum(slot - each < dt.timedelta(days=7) for each in sent) < times.most_a_week
    assert all(slot - each >= dt.timedelta(hours=times.hours_between) for each in sent)


def test_inside_the_hours_it_is_now() -> None:
    now = at("2026-03-04 12:30")
    assert next_slot(now, [], PostingTimes(), VIENNA) == now


@pytest.mark.parametrize(
    ("now", "slot"),
    [
        ("2026-03-04 08:00", "2026-03-04 09:00"),
        ("2026-03-04 17:00", "2026-03-05 09:00"),
        ("2026-03-06 10:00", "2026-03-10 09:00"),
        ("2026-03-26 18:00", "2026-03-31 09:00"),  # clocks go forward on the 29th
        ("2026-10-22 18:00", "2026-10-27 09:00"),  # and back on the 25th
    ],
)
def test_outside_of_them_it_is_when_they_begin_by_the_clock_of_the_user(now: str, slot: str) -> None:
    assert next_slot(at(now), [], PostingTimes(), VIENNA) == at(slot)


def test_an_hour_that_clocks_leave_out_is_no_hour_of_posting() -> None:
    night = PostingTimes(days=(Weekday.SUNDAY,), first_hour=2, last_hour=3)
    assert next_slot(at("2026-03-29 00:00"), [], night, VIENNA) == at("2026-04-05 02:00")


def test_distance_and_week_are_kept_in_real_time() -> None:
    sent = [at("2026-03-03 10:00"), at("2026-03-04 10:00")]
    one = PostingTimes(days=EVERY_DAY, most_a_week=9)
    assert next_slot(at("2026-03-04 11:00"), sent, one, VIENNA) == at("2026-03-05 10:00")
    two = PostingTimes(days=EVERY_DAY)
    assert next_slot(at("2026-03-04 11:00"), sent, two, VIENNA) == at("2026-03-10 10:00")


def test_hours_that_end_before_they_begin_are_refused() -> None:
    with pytest.raises(ValidationError, match="first_hour has to be before last_hour"):
        PostingTimes(first_hour=17, last_hour=9)
