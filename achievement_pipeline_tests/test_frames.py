"""The check of a frame's columns and dtypes, on its way from step to step."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandera.errors import SchemaErrors

from achievement_pipeline.errors import FrameError
from achievement_pipeline.frames import Scores, Skills, checked, typed, validated


def test_a_frame_of_the_schema_is_passed_on_as_it_is() -> None:
    frame = Scores.empty()

    assert typed(Scores, frame) is frame


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (Scores.empty().drop(columns="ledger"), "no ledger"),
        (Scores.empty().assign(more=1), "more of int64"),
        (Scores.empty().astype({"impact": "int64"}), "impact of int64"),
    ],
)
def test_a_frame_of_other_columns_is_refused_and_they_are_named(frame: pd.DataFrame, said: str) -> None:
    with pytest.raises(FrameError, match=f"Scores has {said}, which"):
        typed(Scores, frame)


def test_the_order_of_columns_is_free() -> None:
    frame = Skills.empty()[sorted(Skills.empty().columns)]

    assert typed(Skills, frame) is frame


def test_of_a_frame_from_outside_the_values_are_checked_too() -> None:
    row = {"key": "git:a", "repository": "a", "skill": "Python", "kind": "language", "weight": 2.0, "evidence": ""}
    frame = pd.DataFrame([row]).astype(Skills.empty().dtypes.to_dict())

    assert typed(Skills, frame) is frame
    with pytest.raises(FrameError, match="weight"):
        checked(Skills, frame)


ROW = {"key": "git:a", "repository": "a", "skill": "Python", "kind": "language", "weight": 0.5, "evidence": ""}
FAULTS: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "no column": lambda frame: frame.drop(columns="evidence"),
    "one more column": lambda frame: frame.assign(more=1),
    "a column twice": lambda frame: pd.concat([frame, frame[["evidence"]]], axis="columns"),
    "another dtype": lambda frame: frame.astype({"weight": "str"}),
    "a missing text": lambda frame: frame.assign(skill=frame["skill"].where(frame.index != 0)),
    "a missing number": lambda frame: frame.assign(weight=frame["weight"].where(frame.index != 0)),
    "out of range": lambda frame: frame.assign(weight=2.0),
    "a key twice": lambda frame: pd.concat([frame, frame], ignore_index=True),
}


@given(st.sets(st.sampled_from(sorted(FAULTS)), max_size=2), st.integers(0, 3))
def test_a_frame_is_valid_where_pandera_finds_nothing_wrong(faults: set[str], rows: int) -> None:
    names = Skills.empty().dtypes.to_dict()
    frame = pd.DataFrame([ROW | {"key": f"git:{n}"} for n in range(rows)], columns=list(names)).astype(names)
    for fault in sorted(faults):
        with suppress(KeyError, ValueError):  # another fault took its column away
            frame = FAULTS[fault](frame)

    assert _failures(partial(validated, Skills), frame) == _failures(partial(Skills.validate, lazy=True), frame)


def _failures(validate: Callable[[pd.DataFrame], object], frame: pd.DataFrame) -> list[str]:
    try:
        validate(frame)
    except SchemaErrors as errors:
        return sorted(map(str, errors.failure_cases["check"]))
    return []
