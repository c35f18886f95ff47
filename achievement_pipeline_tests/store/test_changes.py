from dataclasses import replace

import pytest
import sqlalchemy as sa

from achievement_pipeline.store.achievements import Outcome
from achievement_pipeline.store.changes import Moment, changes_since, this_moment
from achievement_pipeline_tests.store.pieces import Piece, collect

pytestmark = pytest.mark.e2e

COMMIT = Piece("git:github.com/acme/engine@1111")
OTHER = Piece("git:github.com/acme/engine@2222")
PULL = Piece("github:acme/engine#7", impact=80)
ISSUE = Piece("linear:0f3c", impact=90)


def now(engine: sa.Engine) -> Moment:
    with engine.connect() as connection:
        return this_moment(connection)


def since(engine: sa.Engine, moment: Moment) -> Outcome:
    with engine.connect() as connection:
        return changes_since(connection, moment)


def test_what_was_new_only_between_two_jobs_is_neither_new_nor_retracted(engine: sa.Engine) -> None:
    collect(engine, git=(replace(COMMIT, parent=PULL.key), OTHER))
    before = now(engine)

    collect(engine, github=(replace(PULL, parent=ISSUE.key),))
    collect(engine, linear=(ISSUE,))

    assert since(engine, before) == Outcome(new=1, unchanged=1, retracted=1)


def test_what_changed_is_told_from_what_counts_again(engine: sa.Engine) -> None:
    collect(engine, git=(COMMIT, OTHER))
    collect(engine, git=(OTHER,))
    before = now(engine)

    collect(engine, git=(COMMIT, replace(OTHER, impact=99)))

    assert since(engine, before) == Outcome(changed=1, restored=1)


def test_nothing_changed_where_nothing_ran(engine: sa.Engine) -> None:
    collect(engine, git=(COMMIT, OTHER))
    collect(engine, git=(OTHER,))

    assert since(engine, now(engine)) == Outcome(unchanged=1)
