"""Numbers that an imported history brings are those of another repository."""

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandera.typing import DataFrame

from achievement_pipeline.judging.links.foreign_numbers import are_foreign, without_foreign_numbers
from achievement_pipeline.judging.links.history import History

START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def foreign(numbers: list[int], apart: dt.timedelta = dt.timedelta(days=1)) -> list[int]:
    """The numbers, the oldest first, that are not of the repository."""
    at = pd.Series([START + apart * place for place in range(len(numbers))])
    values = pd.Series(numbers)
    return values[are_foreign(values, at)].to_list()


def test_numbers_begin_again_after_an_import() -> None:
    assert foreign([1500, 1501, 1499, *range(1, 80)]) == [1500, 1501, 1499]


@pytest.mark.parametrize(
    "numbers",
    [
        [*range(1, 200)],
        [900, *range(500, 560), 901],  # a backlog
        [15000, 3000, *range(2990, 3080)],  # nothing begins again
        [1500, 1501, *range(1, 40)],  # too few to know
    ],
)
def test_numbers_of_one_repository_stay(numbers: list[int]) -> None:
    assert foreign(numbers) == []


def test_an_import_itself_says_nothing_about_what_was_before() -> None:
    """Of a repository that took in another one, the numbers before are its own."""
    assert foreign([1500, 1501, *range(1, 80)], apart=dt.timedelta(minutes=1)) == []


@given(st.lists(st.integers(min_value=-60, max_value=60), min_size=60, max_size=150))
def test_numbers_in_about_the_order_of_their_work_stay(late: list[int]) -> None:
    assert foreign([max(1, 200 + place + by) for place, by in enumerate(late)]) == []


def test_a_number_stays_where_it_was_given_and_is_removed_where_it_was_imported() -> None:
    numbers = [1500, *range(1, 80)]
    rows = range(len(numbers))
    commits = pd.DataFrame(
        {
            "repository": [*["github.com/acme/engine"] * len(numbers), *["github.com/acme/pump"] * len(numbers)],
            "sha": [f"{row}" for row in rows] * 2,
            "parents": ["" if row == 0 else f"{row - 1}" for row in rows] * 2,
            "committed_at": [START + dt.timedelta(days=row) for row in rows] * 2,
        }
    )
    headers = pd.DataFrame(
        {"number": pd.array([*map(str, numbers), "1500", *map(str, range(1501, 1580))], dtype="str")}
    )
    found = without_foreign_numbers(History(DataFrame(commits)), headers)["number"]
    assert found.isna().sum() == 1
    assert pd.isna(found[0])
