from dataclasses import replace

import pytest
import sqlalchemy as sa

from achievement_pipeline.store.pieces.changes import ChangeCounts, Snapshot, changes_since, take_snapshot
from achievement_pipeline_tests.store.sample_pieces import Piece, collect

pytestmark = pytest.mark.e2e

COMMIT = Piece("git:github.com/acme/engine@1111")
OTHER = Piece("git:github.com/acme/engine@2222")
PULL = Piece("github:acme/engine#7", impact=80)
ISSUE = Piece("linear:0f3c", impact=90)


def now(engine: sa.Engine) -> Snapshot:
    with engine.connect() as connection:
        return take_snapshot(connection)


def since(engine: sa.Engine, snapshot: Snapshot) -> ChangeCounts:
    with engine.connect() as connection:
        return changes_since(connection, snapshot)


def test_what_was_new_only_between_two_jobs_is_neither_new_nor_retracted(engine: sa.Engine) -> None:
    collect(engine, git=(replace(COMMIT, parent=PULL.key), OTHER))
    before = now(engine)

    collect(engine, github=(replace(PULL, parent=ISSUE.key),))
    collect(engine, linear=(ISSUE,))

    assert since(engine, before) == ChangeCounts(new=1, unchanged=1, retracted=1)


def test_changed_achievements_are_distinguished_from_restored_ones(engine: sa.Engine) -> None:
    collect(engine, git=(COMMIT, OTHER))
    collect(engine, git=(OTHER,))
    before = now(engine)

    collect(engine, git=(COMMIT, replace(OTHER, impact=99)))

    assert since(engine, before) == ChangeCounts(changed=1, restored=1)


def test_nothing_changed_where_nothing_ran(engine: sa.Engine) -> None:
    collect(engine, git=(COMMIT, OTHER))
    collect(engine, git=(OTHER,))

    assert since(engine, now(engine)) == ChangeCounts(unchanged=1)
