import datetime as dt
from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from achievement_pipeline.app.decide.statements import AchievementCreate, create_achievement
from achievement_pipeline.store.decisions.approvals import (
    Approval,
    Origin,
    approvals,
    name_people,
    origins,
    people,
    reviewed_texts,
    skill_names,
)
from achievement_pipeline.store.decisions.edits import record_edit, undo
from achievement_pipeline.store.reading import AchievementFilter, find_achievements, get_achievement
from achievement_pipeline.store.repositories import remember_repository
from achievement_pipeline.store.tables import EditField
from achievement_pipeline_tests.store.sample_pieces import NOON, REPOSITORY, Piece, by_the_rules, collect
from achievement_pipeline_tests.store.upgrading import at_revision

pytestmark = pytest.mark.e2e

COMMIT = Piece("git:github.com/acme/engine@1111", impact=30)
PULL = Piece("github:github.com/acme/engine#7", impact=80)
APPROVED = EditField.APPROVED


def test_an_approval_for_a_channel_does_not_apply_to_another(engine: sa.Engine) -> None:
    collect(engine, git=(COMMIT, PULL))
    with engine.begin() as connection:
        record_edit(connection, COMMIT.key, APPROVED, value=True, made_by="ann", channel="linkedin")
        record_edit(connection, PULL.key, APPROVED, value=True, made_by="ann")

        assert approvals(connection, "linkedin") == {COMMIT.key: Approval.APPROVED, PULL.key: Approval.APPROVED}
        assert approvals(connection, "feed") == {PULL.key: Approval.APPROVED}


def test_the_last_decision_that_covers_a_channel_holds(engine: sa.Engine) -> None:
    collect(engine, git=(COMMIT,))
    with engine.begin() as connection:
        record_edit(connection, COMMIT.key, APPROVED, value=True, made_by="ann")
        refusal = record_edit(connection, COMMIT.key, APPROVED, value=False, made_by="ann", channel="linkedin")
        assert approvals(connection, "linkedin") == {COMMIT.key: Approval.REFUSED}
        assert approvals(connection, "feed") == {COMMIT.key: Approval.APPROVED}

        undo(connection, refusal)
        assert approvals(connection, "linkedin") == {COMMIT.key: Approval.APPROVED}


def test_an_approval_goes_along_with_what_absorbs_it_as_long_as_the_text_is_the_same(engine: sa.Engine) -> None:
    collect(engine, by_the_rules, git=(COMMIT,))
    with engine.begin() as connection:
        record_edit(connection, COMMIT.key, APPROVED, value=True, made_by="ann", channel="feed")
    branch = Piece(COMMIT.key, parent=PULL.key)
    pull = replace(PULL, columns={"title": f"Title of {COMMIT.key}"})
    collect(engine, by_the_rules, git=(branch,), github=(pull,))
    with engine.begin() as connection:
        assert approvals(connection, "feed")[PULL.key] is Approval.APPROVED

    collect(engine, by_the_rules, git=(branch,), github=(replace(PULL, columns={"title": "Other words"}),))
    with engine.begin() as connection:
        assert approvals(connection, "feed")[PULL.key] is Approval.LAPSED
        record_edit(connection, PULL.key, APPROVED, value=False, made_by="ann")
        assert approvals(connection, "feed")[PULL.key] is Approval.REFUSED


class TestAnApprovalBelongsToTheTextThatWasShown:
    @pytest.mark.parametrize("changed", [{"title": "Leak names"}, {"description": "Told by Bob"}])
    def test_it_lapses_when_somebody_else_changes_the_text(self, engine: sa.Engine, changed: dict[str, str]) -> None:
        collect(engine, git=(COMMIT,))
        with engine.begin() as connection:
            record_edit(connection, COMMIT.key, APPROVED, value=True, made_by="ann")

        collect(engine, git=(replace(COMMIT, columns=changed),))

        with engine.begin() as connection:
            assert approvals(connection, "linkedin") == {COMMIT.key: Approval.LAPSED}
            seen = get_achievement(connection, COMMIT.key)
            assert (seen.lapsed, seen.decided) == (True, False)
            record_edit(connection, COMMIT.key, APPROVED, value=seen.fingerprint, made_by="ann")
            assert approvals(connection, "linkedin") == {COMMIT.key: Approval.APPROVED}

    def test_it_lapses_when_somebody_else_states_an_outcome(self, engine: sa.Engine) -> None:
        collect(engine, git=(COMMIT,))
        with engine.begin() as connection:
            before = get_achievement(connection, COMMIT.key).fingerprint
            record_edit(connection, COMMIT.key, APPROVED, value=True, made_by="ann")
            edit = record_edit(connection, COMMIT.key, EditField.OUTCOME, "Users wait less.", made_by="eve")
            assert approvals(connection, "feed") == {COMMIT.key: Approval.LAPSED}
            undo(connection, edit)
            assert approvals(connection, "feed") == {COMMIT.key: Approval.APPROVED}
            record_edit(connection, COMMIT.key, EditField.OUTCOME, "", made_by="eve")
            assert get_achievement(connection, COMMIT.key).fingerprint == before

    def test_what_is_not_text_changes_nothing(self, engine: sa.Engine) -> None:
        collect(engine, git=(COMMIT,))
        with engine.begin() as connection:
            record_edit(connection, COMMIT.key, APPROVED, value=True, made_by="ann")

        collect(engine, git=(replace(COMMIT, impact=77, columns={"completed_at": NOON + dt.timedelta(1)}),))

        with engine.begin() as connection:
            assert approvals(connection, "linkedin") == {COMMIT.key: Approval.APPROVED}

    def test_whoever_edits_what_they_approved_approves_what_they_wrote(self, engine: sa.Engine) -> None:
        collect(engine, git=(COMMIT,))
        with engine.begin() as connection:
            record_edit(connection, COMMIT.key, APPROVED, value=True, made_by="ann")
            record_edit(connection, COMMIT.key, EditField.TITLE, "My words", made_by="ann")
            assert approvals(connection, "linkedin") == {COMMIT.key: Approval.APPROVED}
            theirs = record_edit(connection, COMMIT.key, EditField.TITLE, "Bob's words", made_by="bob")
            assert approvals(connection, "linkedin") == {COMMIT.key: Approval.LAPSED}
            undo(connection, theirs)
            assert approvals(connection, "linkedin") == {COMMIT.key: Approval.APPROVED}

    def test_what_was_approved_is_what_was_shown_not_what_has_come_since(self, engine: sa.Engine) -> None:
        collect(engine, git=(COMMIT,))
        with engine.connect() as connection:
            shown = get_achievement(connection, COMMIT.key).fingerprint
        collect(engine, git=(replace(COMMIT, columns={"title": "Other words"}),))
        with engine.begin() as connection:
            record_edit(connection, COMMIT.key, APPROVED, value=shown, made_by="ann")
            assert approvals(connection, "linkedin") == {COMMIT.key: Approval.LAPSED}

    def test_approvals_from_before_hold_for_the_text_at_the_upgrade(self, engine: sa.Engine) -> None:
        collect(engine, git=(COMMIT, PULL))
        with engine.begin() as connection:
            record_edit(connection, COMMIT.key, EditField.TITLE, "Mine", made_by="ann")
            for key in (COMMIT.key, PULL.key):
                record_edit(connection, key, APPROVED, value=True, made_by="ann")
        with at_revision(engine, "0005"):
            pass

        with engine.begin() as connection:
            assert set(approvals(connection, "linkedin").values()) == {Approval.APPROVED}


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


def test_everybody_who_took_part_is_known_by_name_and_nobody_by_address(engine: sa.Engine) -> None:
    shared = "bob+git@example.com,1+zoe@users.noreply.github.com"
    collect(engine, git=(Piece(COMMIT.key, columns={"coauthors": shared}),))
    written = AchievementCreate(
        title="A talk", category="talk", author="eve@example.com", impact_score=1, complexity_score=1
    )
    with Session(engine) as session, session.begin():
        create_achievement(session, written)
    with engine.connect() as connection:
        assert people(connection).keys() == {"ann@example.com", *shared.split(","), "eve@example.com"}
        assert sorted(name_people(connection).values()) == ["Ann", "bob", "eve", "zoe"]


def test_the_skills_that_work_shows_are_known(engine: sa.Engine) -> None:
    collect(engine, git=(Piece(COMMIT.key, skills=("Rust",)), PULL))
    with engine.connect() as connection:
        assert skill_names(connection) == {"Rust", "Python"}
