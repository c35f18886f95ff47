import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from achievement_pipeline.store.approvals import Origin, approvals, origins, people, reviewed_texts, skill_names
from achievement_pipeline.store.edits import record_edit, undo
from achievement_pipeline.store.manual import AchievementCreate, create_achievement
from achievement_pipeline.store.reading import AchievementFilter, find_achievements, get_achievement
from achievement_pipeline.store.repositories import remember_repository
from achievement_pipeline.store.tables import EditField
from achievement_pipeline_tests.store.pieces import REPOSITORY, Piece, collect

pytestmark = pytest.mark.e2e

COMMIT = Piece("git:github.com/acme/engine@1111", impact=30)
PULL = Piece("github:github.com/acme/engine#7", impact=80)
APPROVED = EditField.APPROVED


def test_an_approval_of_a_channel_says_nothing_of_another(engine: sa.Engine) -> None:
    collect(engine, git=(COMMIT, PULL))
    with engine.begin() as connection:
        record_edit(connection, COMMIT.key, APPROVED, value=True, made_by="ann", channel="linkedin")
        record_edit(connection, PULL.key, APPROVED, value=True, made_by="ann")

        assert approvals(connection, "linkedin") == {COMMIT.key: True, PULL.key: True}
        assert approvals(connection, "feed") == {PULL.key: True}


def test_the_last_decision_that_covers_a_channel_holds(engine: sa.Engine) -> None:
    collect(engine, git=(COMMIT,))
    with engine.begin() as connection:
        record_edit(connection, COMMIT.key, APPROVED, value=True, made_by="ann")
        refusal = record_edit(connection, COMMIT.key, APPROVED, value=False, made_by="ann", channel="linkedin")
        assert approvals(connection, "linkedin") == {COMMIT.key: False}
        assert approvals(connection, "feed") == {COMMIT.key: True}

        undo(connection, refusal)
        assert approvals(connection, "linkedin") == {COMMIT.key: True}


def test_an_approval_goes_along_with_what_absorbs_it(engine: sa.Engine) -> None:
    collect(engine, git=(COMMIT,))
    with engine.begin() as connection:
        record_edit(connection, COMMIT.key, APPROVED, value=True, made_by="ann", channel="feed")
    collect(engine, git=(Piece(COMMIT.key, parent=PULL.key),), github=(PULL,))
    with engine.begin() as connection:
        assert approvals(connection, "feed")[PULL.key]
        record_edit(connection, PULL.key, APPROVED, value=False, made_by="ann")
        assert not approvals(connection, "feed")[PULL.key]


def test_the_texts_that_were_reviewed_are_known_by_their_fingerprints(engine: sa.Engine) -> None:
    collect(engine, git=(COMMIT,))
    with engine.begin() as connection:
        record_edit(connection, COMMIT.key, EditField.REVIEWED, "0" * 64, "ann")
        second = record_edit(connection, COMMIT.key, EditField.REVIEWED, "1" * 64, "ann")
        undo(connection, second)

        assert reviewed_texts(connection) == {"0" * 64}


@pytest.mark.parametrize("field", [EditField.APPROVED, EditField.HIDDEN])
def test_what_was_approved_or_hidden_is_decided(engine: sa.Engine, field: EditField) -> None:
    collect(engine, git=(COMMIT,))
    with engine.begin() as connection:
        assert not get_achievement(connection, COMMIT.key).decided
        record_edit(connection, COMMIT.key, EditField.TITLE, "Better", "ann")
        assert not get_achievement(connection, COMMIT.key).decided
        record_edit(connection, COMMIT.key, field, value=True, made_by="ann")
        assert get_achievement(connection, COMMIT.key).decided


def test_what_is_pinned_comes_first(engine: sa.Engine) -> None:
    collect(engine, git=(COMMIT, PULL))
    with engine.begin() as connection:
        record_edit(connection, COMMIT.key, EditField.PINNED, value=True, made_by="ann")

        assert [each.key for each in find_achievements(connection, AchievementFilter())] == [COMMIT.key, PULL.key]


def test_every_repository_is_known_with_who_can_see_it(engine: sa.Engine) -> None:
    collect(engine, git=(COMMIT,))
    remember_repository(engine, "github.com/acme/other", "~/src/other", "all")
    with engine.connect() as connection:
        assert origins(connection) == [
            Origin(REPOSITORY, None, None),
            Origin("github.com/acme/other", "~/src/other", None),
        ]


def test_everybody_who_took_part_is_known_by_name(engine: sa.Engine) -> None:
    collect(engine, git=(Piece(COMMIT.key, columns={"coauthors": "bob@example.com"}),))
    written = AchievementCreate(
        title="A talk", category="talk", author="eve@example.com", impact_score=1, complexity_score=1
    )
    with Session(engine) as session, session.begin():
        create_achievement(session, written)
    with engine.connect() as connection:
        assert people(connection) == {"ann@example.com": {"Ann"}, "bob@example.com": set(), "eve@example.com": set()}


def test_the_skills_that_work_shows_are_known(engine: sa.Engine) -> None:
    collect(engine, git=(Piece(COMMIT.key, skills=("Rust",)), PULL))
    with engine.connect() as connection:
        assert skill_names(connection) == {"Rust", "Python"}
