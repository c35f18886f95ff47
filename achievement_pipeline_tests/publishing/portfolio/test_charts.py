"""Where what charts show stands on their pictures."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from achievement_pipeline.publishing.portfolio.charts import TimeAxis, Unit, bars


def on(*days: str) -> list[dt.datetime]:
    return [dt.datetime.fromisoformat(day).replace(tzinfo=dt.UTC) for day in days]


@pytest.mark.parametrize(
    ("days", "unit", "first", "last", "parts"),
    [
        (["2026-03-04"], Unit.MONTH, "Mar 2026", "Mar 2026", 1),
        (["2025-03-04", "2026-08-31"], Unit.MONTH, "Mar 2025", "Aug 2026", 18),
        (["2025-03-04", "2026-09-01"], Unit.QUARTER, "2025 Q1", "2026 Q3", 7),
        (["2021-01-01", "2025-12-31"], Unit.QUARTER, "2021 Q1", "2025 Q4", 20),
        (["2020-12-31", "2025-12-31"], Unit.YEAR, "2020", "2025", 6),
        (["1970-01-01", "2020-01-01", "9999-01-01"], Unit.YEAR, "1970", "9999", 3),
    ],
)
def test_a_time_axis_has_as_few_parts_as_tell_enough(
    days: list[str], unit: Unit, first: str, last: str, parts: int
) -> None:
    axis = TimeAxis.over(on(*days))
    assert (axis.unit, axis.labels[0], axis.labels[-1], len(axis.labels)) == (unit, first, last, parts)


def test_parts_without_work_have_their_place() -> None:
    moments = on("2026-01-05", "2026-03-01", "2026-03-31")
    axis = TimeAxis.over(moments)
    assert axis.labels == ("Jan 2026", "Feb 2026", "Mar 2026")
    assert axis.count(moments) == [1, 0, 2]


def test_without_moments_there_is_no_axis() -> None:
    assert TimeAxis.over([]).labels == ()


@given(st.lists(st.datetimes(timezones=st.just(dt.UTC)), min_size=1, max_size=30))
def test_every_moment_is_counted_once(moments: list[dt.datetime]) -> None:
    axis = TimeAxis.over(moments)
    assert sum(axis.count(moments)) == len(moments)
    assert len(axis.labels) <= 60 or len(axis.labels) <= len(moments)


@given(st.lists(st.integers(min_value=0, max_value=10_000), min_size=1, max_size=60))
def test_bars_stay_on_the_picture_and_the_highest_fills_it(counts: list[int]) -> None:
    drawn = bars([str(place) for place in range(len(counts))], counts)
    assert all(bar.left >= 0 and bar.left + bar.width <= 100.01 and 0 <= bar.height <= 100 for bar in drawn)
    assert max(bar.height for bar in drawn) == (100 if any(counts) else 0)
    assert drawn[-1].labelled_narrow
    assert all(bar.labelled for bar in drawn if bar.labelled_narrow)
    assert sum(bar.labelled for bar in drawn) <= 9
    assert sum(bar.labelled_narrow for bar in drawn) <= 4
