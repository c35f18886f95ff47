"""Periods, as people name them."""

import datetime as dt

import pytest

from achievement_pipeline.publishing.documents.period import Period, parse_period, preceding, since, week_before


@pytest.mark.parametrize(
    ("text", "first", "last", "name"),
    [
        ("2026", "2026-01-01", "2026-12-31", "2026"),
        ("2026-H1", "2026-01-01", "2026-06-30", "First half of 2026"),
        ("2026-h2", "2026-07-01", "2026-12-31", "Second half of 2026"),
        ("2026-Q3", "2026-07-01", "2026-09-30", "Third quarter of 2026"),
        ("2024-02", "2024-02-01", "2024-02-29", "February 2024"),
        ("2026-W01", "2025-12-29", "2026-01-04", "29 December 2025 to 4 January 2026"),
        ("2026-11-03", "2026-11-03", "2026-11-03", "3 November 2026"),
        ("2026-03-01..2026-04-30", "2026-03-01", "2026-04-30", "1 March to 30 April 2026"),
        ("2026-03-01 ..", "2026-03-01", None, "Since 1 March 2026"),
        ("..2026-04-30", None, "2026-04-30", "Until 30 April 2026"),
        ("..", None, None, "All time"),
        ("2024..2026", "2024-01-01", "2026-12-31", "2024 to 2026"),
        ("2026-Q2..2026-08", "2026-04-01", "2026-08-31", "1 April to 31 August 2026"),
        ("2025-W02..", "2025-01-06", None, "Since 6 January 2025"),
    ],
)
def test_a_period_is_read_as_people_write_it(text: str, first: str | None, last: str | None, name: str) -> None:
    period = parse_period(text)
    days = [day and day.isoformat() for day in (period.first, period.last)]
    assert (*days, period.name) == (first, last, name)


@pytest.mark.parametrize("text", ["", "26", "2026-H3", "2026-Q0", "2026-13", "2026-W54", "2026-02-30", "2026-05..x"])
def test_what_is_no_period_says_how_one_is_written(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no period\. Write one as 2026, 2026-H1"):
        parse_period(text)


def test_today_and_yesterday_are_days() -> None:
    today = dt.date(2026, 3, 1)
    assert parse_period("Yesterday", today) == Period(dt.date(2026, 2, 28), dt.date(2026, 2, 28), "28 February 2026")
    assert parse_period("yesterday..today", today).name == "28 February to 1 March 2026"


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ("2026", "2025"),
        ("2026-H1", "Second half of 2025"),
        ("2026-Q2", "First quarter of 2026"),
        ("2026-01", "December 2025"),
        ("2026-02-01..2026-03-31", "1 December 2025 to 31 January 2026"),
        ("2026-W02", "29 December 2025 to 4 January 2026"),
        ("2026-03-01..", "19 to 28 February 2026"),
        ("..2026-04-30", None),
    ],
)
def test_the_period_before_is_as_long(text: str, before: str | None) -> None:
    found = preceding(parse_period(text), dt.date(2026, 3, 10))
    assert (found and found.name) == before


def test_a_period_that_ends_before_it_begins_is_none() -> None:
    with pytest.raises(ValueError, match="no period"):
        parse_period("2026-04-30..2026-03-01")


def test_both_its_days_are_in_it_in_utc() -> None:
    period = parse_period("2026-Q1")
    assert dt.datetime(2026, 1, 1, tzinfo=dt.UTC) in period
    assert dt.datetime(2026, 3, 31, 23, 59, 59, tzinfo=dt.UTC) in period
    assert dt.datetime(2026, 4, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=2))) in period
    assert dt.datetime(2026, 4, 1, tzinfo=dt.UTC) not in period


def test_what_has_no_date_is_in_all_time_only() -> None:
    assert None in Period()
    assert None not in since(dt.date(2020, 1, 1))


def test_a_week_ends_with_its_day() -> None:
    week = week_before(dt.date(2026, 11, 25))
    assert (week.first, week.last) == (dt.date(2026, 11, 19), dt.date(2026, 11, 25))
