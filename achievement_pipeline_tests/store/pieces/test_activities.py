"""Of a slice only what differs is written."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from achievement_pipeline.store.pieces.changes import ChangeCounts
from achievement_pipeline.store.pieces.upsert import SliceChanges, UpsertResult, upsert_slices
from achievement_pipeline_tests.store.sample_pieces import (
    collect,
    compose,
    frames,
)
from achievement_pipeline_tests.store.stored import COMMIT, OTHER, counted, everything, rows

pytestmark = pytest.mark.e2e


def test_a_new_version_with_equal_rows_rewrites_no_row_of_them(engine: sa.Engine) -> None:
    collect(engine, git=(COMMIT, OTHER))
    before = everything(engine)

    kept = upsert_slices(engine, {"git": "another"}, lambda _: frames(OTHER, COMMIT), compose, rules="1")

    after = everything(engine)
    assert kept == UpsertResult(slices={"git": SliceChanges(written=0, gone=0)})
    assert {table: after[table] for table in after if table != "slices"} == {
        table: before[table] for table in before if table != "slices"
    }


def test_only_what_differs_is_rewritten(engine: sa.Engine) -> None:
    collect(engine, git=(COMMIT, OTHER))
    before = everything(engine)

    kept = collect(engine, git=(COMMIT, replace(OTHER, impact=60)))

    after = everything(engine)
    assert kept == UpsertResult(ChangeCounts(changed=1), {"git": SliceChanges(written=1, gone=0)})
    for table, changed in (("achievements", 1), ("activities", 1), ("skills", 0)):
        assert sum(row not in before[table] for row in after[table]) == changed


def test_an_activity_moves_to_the_slice_that_brings_it_now(engine: sa.Engine) -> None:
    collect(engine, git=(COMMIT,))

    collect(engine, renamed=(COMMIT,))
    collect(engine, git=())

    assert [row["slice"] for row in rows(engine, "activities")] == ["renamed"]
    assert counted(engine) == [COMMIT.key]


def test_skills_that_are_shown_no_more_go(engine: sa.Engine) -> None:
    collect(engine, git=(OTHER,))

    collect(engine, git=(replace(OTHER, skills=("Go", "Zig")),))

    assert [row["skill"] for row in rows(engine, "skills", "skill")] == ["Go", "Zig"]
