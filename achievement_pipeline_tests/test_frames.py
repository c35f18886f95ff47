"""The check of a frame's columns and dtypes, on its way from step to step."""

import pandas as pd
import pytest

from achievement_pipeline.errors import FrameError
from achievement_pipeline.frames import Scores, Skills, checked, typed


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
