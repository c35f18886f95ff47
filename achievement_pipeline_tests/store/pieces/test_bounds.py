"""What is stored has bounds, whatever a source says."""

import pandas as pd
import pytest
import sqlalchemy as sa

from achievement_pipeline_tests.cluster import stored
from achievement_pipeline_tests.store.sample_pieces import Piece, collect

pytestmark = pytest.mark.e2e


def test_long_texts_are_cut_and_impossible_times_are_missing(engine: sa.Engine) -> None:
    collect(
        engine,
        git=(
            Piece("git:a/b/c@1", columns={"title": "t" * 200_000, "description": "d" * 200_000}),
            Piece("git:a/b/c@2", columns={"completed_at": pd.Timestamp("9999-01-01", tz="UTC")}),
            Piece("git:a/b/c@3", columns={"completed_at": pd.Timestamp("1969-12-31", tz="UTC")}),
        ),
    )
    long, future, past = stored(engine)
    assert (len(long["title"]), len(long["description"])) == (300, 20_000)
    assert long["completed_at"] is not None
    assert future["completed_at"] is None
    assert past["completed_at"] is None
