"""Links between activities lead to the piece of work that each belongs to."""

from dataclasses import replace

import pytest
import sqlalchemy as sa
from pandera.typing import DataFrame

from achievement_pipeline.frames import Achievements, PiecesOfWork
from achievement_pipeline.store.pieces.changes import ChangeCounts
from achievement_pipeline.store.pieces.links import are_all
from achievement_pipeline.store.pieces.upsert import SliceChanges
from achievement_pipeline_tests.store.sample_pieces import (
    Piece,
    collect,
    compose,
    pieces_of_work,
)
from achievement_pipeline_tests.store.stored import COMMIT, OTHER, PULL, counted, impacts, retracted, row, rows

pytestmark = pytest.mark.e2e
ISSUE = Piece("linear:0f3c", impact=90)


def test_a_parent_that_appears_absorbs(engine: sa.Engine) -> None:
    collect(engine, git=(replace(COMMIT, parent=PULL.key), OTHER))
    assert counted(engine) == [COMMIT.key, OTHER.key]

    kept = collect(engine, github=(PULL,))

    assert kept.achievements == ChangeCounts(new=1, retracted=1)
    assert counted(engine) == [OTHER.key, PULL.key]
    assert retracted(engine) == {COMMIT.key: f"absorbed by {PULL.key}"}
    assert row(engine, COMMIT.key)["absorbed_by"] == PULL.key


def test_what_is_absorbed_twice_names_the_root(engine: sa.Engine) -> None:
    collect(engine, git=(replace(COMMIT, parent=PULL.key),))
    collect(engine, github=(replace(PULL, parent=ISSUE.key),))

    collect(engine, linear=(ISSUE,))

    assert retracted(engine) == {COMMIT.key: f"absorbed by {ISSUE.key}", PULL.key: f"absorbed by {ISSUE.key}"}


def test_a_link_that_moves_touches_the_piece_that_lost_and_the_one_that_won(engine: sa.Engine) -> None:
    loser, winner = replace(PULL, impact=30), Piece("github:github.com/acme/engine#8", impact=30)
    collect(engine, git=(replace(COMMIT, parent=loser.key, impact=75),), github=(loser, winner))
    assert impacts(engine) == {loser.key: 75, winner.key: 30}

    kept = collect(engine, git=(replace(COMMIT, parent=winner.key, impact=75),))

    assert kept.achievements == ChangeCounts(changed=2)
    assert impacts(engine) == {loser.key: 30, winner.key: 75}


def test_a_link_that_is_cut_restores_what_was_absorbed(engine: sa.Engine) -> None:
    collect(engine, git=(COMMIT,))
    collect(engine, git=(replace(COMMIT, parent=PULL.key),), github=(PULL,))
    assert counted(engine) == [PULL.key]

    kept = collect(engine, git=(COMMIT,))

    assert kept.achievements == ChangeCounts(changed=1, restored=1)
    assert counted(engine) == [COMMIT.key, PULL.key]
    assert all(row["absorbed_by"] is None for row in rows(engine, "achievements"))


def test_an_issue_that_is_reopened_gives_back_what_it_absorbed(engine: sa.Engine) -> None:
    commit = replace(COMMIT, parent=ISSUE.key)
    collect(engine, git=(commit,), linear=(ISSUE,))
    assert counted(engine) == [ISSUE.key]

    collect(engine, linear=())

    assert counted(engine) == [COMMIT.key]
    assert retracted(engine) == {ISSUE.key: "reopened, or gone from its source"}


def test_links_in_a_circle_end(engine: sa.Engine) -> None:
    def empty(_: PiecesOfWork) -> DataFrame[Achievements]:
        return compose(pieces_of_work())

    circle = (replace(COMMIT, parent=OTHER.key), replace(OTHER, parent=COMMIT.key))

    assert collect(engine, empty, git=circle).slices == {"git": SliceChanges(written=2, gone=0)}


def test_parents_of_a_first_collection_are_looked_up_one_by_one(engine: sa.Engine) -> None:
    """The statistics of that moment say that there are none: reading all for each took minutes for 30,000."""
    # long keys make the index of keys as deep as that of a large project, and few parents keep theirs small
    pulls = [Piece(f"github:github.com/acme/{'engine' * 60}#{number}") for number in range(5)]
    commits = [Piece(f"git:github.com/acme/{'engine' * 60}@{n:040x}", pulls[n % 5].key) for n in range(1_000)]
    collect(engine, linear=(ISSUE,))  # else these would be all, and nothing would be looked up
    collect(engine, git=(*pulls, *commits))
    with engine.begin() as connection:
        connection.execute(sa.text("SELECT pg_stat_force_next_flush()"))
    with engine.connect() as connection:
        query = "SELECT idx_tup_read FROM pg_stat_user_indexes WHERE indexrelname = 'ix_activities_parent'"
        assert connection.scalar(sa.text(query)) < 10 * len(commits)


def test_all_activities_are_known_as_all_unless_names_of_others_are_kept(engine: sa.Engine) -> None:
    keys = [COMMIT.key, OTHER.key]

    def known_as_all(*given: str) -> bool:
        with engine.connect() as connection:
            return are_all(connection, given)

    assert known_as_all()
    collect(engine, git=(COMMIT, OTHER))
    assert known_as_all(*keys)
    assert known_as_all(*keys, PULL.key)
    assert not known_as_all(COMMIT.key)
    assert not known_as_all(COMMIT.key, PULL.key)
    collect(engine, git=(COMMIT,))
    assert not known_as_all(*keys)  # the achievement of the other one keeps its names
