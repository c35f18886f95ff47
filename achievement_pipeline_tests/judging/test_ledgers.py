"""A score is exactly the sum of its ledger lines."""

from __future__ import annotations

import json

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from achievement_pipeline.judging.ledgers import Measure, add_up, constant, per_point, per_unit, sum_ledger

KEYS = pd.Index(["git:o/n@1", "git:o/n@2"], dtype="str")
REPOSITORIES = pd.Series(["o/n", "o/n"], index=KEYS, dtype="str")


def counts(*numbers: int) -> pd.Series[int]:
    return pd.Series(numbers, index=KEYS)


def scores(*lines: pd.DataFrame) -> pd.DataFrame:
    return sum_ledger(pd.concat(lines), REPOSITORIES).set_index("key")


def test_points_per_item_and_per_some_items_are_capped() -> None:
    assert per_unit("files", counts(1, 9), "file", 5, 20).points.tolist() == [5, 20]
    assert per_point("lines", counts(25, 900), "line", 50, 15).points.tolist() == [0.5, 15]
    assert per_unit("files", counts(1, 1_200), "file", 5, 20).evidence.tolist() == [
        "1 file, 5 points each, capped at 20",
        "1,200 files, 5 points each, capped at 20",
    ]


def test_what_exceeds_the_maximum_is_a_line_of_its_own() -> None:
    both = [constant("base", 60, "every commit", KEYS), per_unit("files", counts(1, 9), "file", 10)]
    found = scores(add_up("impact", both, 100), add_up("complexity", both, 100))
    assert found["impact"].tolist() == [70, 100]
    cut = [line for line in json.loads(found["ledger"].iloc[1]) if line["rule"] == "cut"]
    assert [(line["score"], line["points"]) for line in cut] == [("impact", -50.0), ("complexity", -50.0)]


def test_lines_without_points_are_dropped_but_the_base() -> None:
    found = scores(add_up("impact", [constant("base", 0, "a page", KEYS), constant("none", 0, "nothing", KEYS)], 100))
    assert {line["rule"] for line in json.loads(found["ledger"].iloc[0])} == {"base"}


@given(st.lists(st.floats(min_value=-100, max_value=100), min_size=1, max_size=6), st.integers(1, 100))
def test_the_lines_sum_to_the_score_exactly(points: list[float], maximum: int) -> None:
    measures = [Measure(f"rule {n}" if n else "base", counts(0, 0) + one, REPOSITORIES) for n, one in enumerate(points)]
    found = scores(add_up("impact", measures, maximum))
    hundredths = sum(round(line["points"] * 100) for line in json.loads(found["ledger"].iloc[0]))
    assert hundredths == round(found["impact"].iloc[0] * 100) <= maximum * 100
