"""Achievements as they are stored and retracted."""

from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from achievement_pipeline.app.decide.statements import AchievementCreate, create_achievement
from achievement_pipeline.store.pieces.changes import ChangeCounts
from achievement_pipeline.store.pieces.upsert import SliceChanges, UpsertResult
from achievement_pipeline_tests.store.sample_pieces import (
    collect,
)
from achievement_pipeline_tests.store.stored import COMMIT, OTHER, counted, everything, retracted, rows

pytestmark = pytest.mark.e2e


def test_an_achievement_is_stored_with_all_that_was_composed(engine: sa.Engine) -> None:
    awkward = replace(COMMIT, columns={"title": 'a\tb\n"c" \\N', "description": "", "coauthors": "bo@x.org,cy@x.org"})

    collect(engine, git=(awkward,))

    (stored,) = rows(engine, "achievements")
    assert stored["title"] == 'a\tb\n"c" \\N'
    assert stored["description"] == ""
    assert stored["source_url"] is None
    assert stored["coauthors"] == ["bo@x.org", "cy@x.org"]
    assert stored["skills_demonstrated"] == ["Python"]
    assert stored["evidence"] == [{"key": COMMIT.key}]
    assert sum(line["points"] for line in stored["score_ledger"] if line["score"] == "impact") == stored["impact_score"]
    assert rows(engine, "skills") == [
        {
            "achievement_key": COMMIT.key,
            "skill": "Python",
            "kind": "language",
            "weight": 0.5,
            "evidence": f"files of {COMMIT.key}",
        }
    ]


def test_an_achievement_that_is_touched_and_equal_keeps_its_row(engine: sa.Engine) -> None:
    collect(engine, git=(COMMIT,))
    before = everything(engine)["achievements"]

    # its activity says something else, which no achievement shows
    kept = collect(engine, git=(replace(COMMIT, columns={"files": 2}),))

    assert kept == UpsertResult(ChangeCounts(unchanged=1), {"git": SliceChanges(written=1, gone=0)})
    assert everything(engine)["achievements"] == before


def test_an_activity_that_is_gone_retracts_and_coming_back_restores(engine: sa.Engine) -> None:
    collect(engine, git=(COMMIT, OTHER))

    assert collect(engine, git=(COMMIT,)).achievements == ChangeCounts(retracted=1)
    assert retracted(engine) == {OTHER.key: "gone from its source"}
    assert [row["key"] for row in rows(engine, "activities")] == [COMMIT.key]

    assert collect(engine, git=(COMMIT, OTHER)).achievements == ChangeCounts(restored=1)
    assert retracted(engine) == {}


def test_a_whole_slice_may_go(engine: sa.Engine) -> None:
    collect(engine, git=(COMMIT, OTHER))

    assert collect(engine, git=()).achievements == ChangeCounts(retracted=2)
    assert counted(engine) == []


def test_an_activity_that_is_no_longer_significant_retracts(engine: sa.Engine) -> None:
    collect(engine, git=(COMMIT,))

    collect(engine, git=(replace(COMMIT, significant=False),))

    assert retracted(engine) == {COMMIT.key: "no longer significant"}


def test_a_revert_retracts_with_the_reason_that_was_composed(engine: sa.Engine) -> None:
    reverted = replace(COMMIT, columns={"retracted_by": OTHER.key})
    collect(engine, git=(COMMIT,))

    assert collect(engine, git=(reverted,)).achievements == ChangeCounts(retracted=1)
    assert retracted(engine) == {COMMIT.key: f"reverted by {OTHER.key}"}

    since = rows(engine, "achievements")[0]["retracted_at"]
    collect(engine, git=(replace(reverted, impact=51),))
    assert rows(engine, "achievements")[0]["retracted_at"] == since

    assert collect(engine, git=(COMMIT,)).achievements == ChangeCounts(restored=1)


def test_what_was_reverted_before_it_was_ever_seen_is_stored_as_retracted(engine: sa.Engine) -> None:
    kept = collect(engine, git=(replace(COMMIT, columns={"retracted_by": OTHER.key}),))

    assert kept.achievements == ChangeCounts(retracted=1)
    assert counted(engine) == []


def test_what_a_person_wrote_down_is_left_alone(engine: sa.Engine) -> None:
    talk = AchievementCreate(
        title="A talk", category="talk", author="ann@example.com", impact_score=60, complexity_score=20
    )
    with orm.Session(engine) as session, session.begin():
        create_achievement(session, talk)
    before = rows(engine, "achievements")

    collect(engine, git=(COMMIT,))
    collect(engine, git=())

    assert [row for row in rows(engine, "achievements") if row["key"] == talk.key] == before
