"""From the database and the settings to what may be shown."""

import pytest
import sqlalchemy as sa

from achievement_pipeline.channels import BRAG, PORTFOLIO
from achievement_pipeline.publishing.channel import Channel
from achievement_pipeline.publishing.documents.period import Period
from achievement_pipeline.publishing.gate.clearing import clear_for, known_for
from achievement_pipeline.publishing.gate.policy import Privacy, PrivacyPolicy, Visibility
from achievement_pipeline.publishing.gate.privacy import Reason
from achievement_pipeline.store.decisions.edits import record_edit
from achievement_pipeline.store.reading import AchievementFilter
from achievement_pipeline.store.repositories import note_visibility, remember_repository
from achievement_pipeline.store.tables import EditField
from achievement_pipeline_tests.store.sample_pieces import REPOSITORY, Piece, by_the_rules, collect

pytestmark = pytest.mark.e2e

COMMIT = Piece(f"git:{REPOSITORY}@1111", columns={"title": "Add a cache"})
ME = frozenset({"ann@example.com"})


def shown(engine: sa.Engine, privacy: Privacy, channel: Channel = PORTFOLIO) -> list[str | Reason]:
    with engine.connect() as connection:
        cleared = clear_for(connection, channel, privacy, Period(), AchievementFilter())
    return [*(each.title for each in cleared.public), *(each.reason for each in cleared.held)]


def decide(engine: sa.Engine, *, approved: bool, channel: str | None = None) -> None:
    with engine.begin() as connection:
        record_edit(connection, COMMIT.key, EditField.APPROVED, value=approved, made_by="ann", channel=channel)


def test_what_is_stored_is_private_and_not_approved(engine: sa.Engine) -> None:
    collect(engine, by_the_rules, git=(COMMIT,))
    assert shown(engine, Privacy()) == [Reason.LEFT_OUT]
    assert shown(engine, Privacy(visibility={REPOSITORY: Visibility.PUBLIC})) == [Reason.NOT_APPROVED]


def test_what_is_public_and_approved_goes_out(engine: sa.Engine) -> None:
    collect(engine, by_the_rules, git=(COMMIT,))
    decide(engine, approved=True)
    assert shown(engine, Privacy(visibility={REPOSITORY: Visibility.PUBLIC})) == ["Add a cache"]


def test_what_the_user_refuses_passes_no_rule(engine: sa.Engine) -> None:
    collect(engine, by_the_rules, git=(COMMIT,))
    policy = PrivacyPolicy.model_validate({"channels": {"portfolio": {"auto_approve": {"portfolio_ready": False}}}})
    privacy = Privacy(policy=policy, visibility={REPOSITORY: Visibility.PUBLIC})
    assert shown(engine, privacy) == ["Add a cache"]
    decide(engine, approved=False, channel="portfolio")
    assert shown(engine, privacy) == [Reason.NOT_APPROVED]
    assert shown(engine, privacy, BRAG) == ["Add a cache"]


def test_the_host_of_a_repository_says_who_can_see_it(engine: sa.Engine) -> None:
    collect(engine, by_the_rules, git=(COMMIT,))
    remember_repository(engine, REPOSITORY, "~/src/engine", "default")
    decide(engine, approved=True)
    note_visibility(engine, REPOSITORY, "public")
    assert shown(engine, Privacy()) == ["Add a cache"]
    note_visibility(engine, REPOSITORY, None)
    assert shown(engine, Privacy()) == [Reason.LEFT_OUT]


def test_the_settings_win_over_the_host_and_know_a_repository_by_its_location(engine: sa.Engine) -> None:
    collect(engine, by_the_rules, git=(COMMIT,))
    remember_repository(engine, REPOSITORY, "~/src/engine", "default")
    decide(engine, approved=True)
    note_visibility(engine, REPOSITORY, "public")
    assert shown(engine, Privacy(visibility={"~/src/engine": Visibility.PRIVATE})) == [Reason.LEFT_OUT]


def test_the_gate_knows_everybody_and_which_names_are_mine(engine: sa.Engine) -> None:
    other = Piece(f"git:{REPOSITORY}@2222", columns={"person": "bob@example.com", "person_name": "Bob"})
    collect(engine, by_the_rules, git=(COMMIT, other))
    with engine.connect() as connection:
        known = known_for(connection, Privacy(me=ME, people=frozenset({"Eve"})), [COMMIT.key])
    assert known.me == {"ann@example.com", "Ann"}
    assert known.people == {"bob@example.com", "Bob", "Eve"}
    assert known.vocabulary == {"Python"}
    assert [skill.skill for skill in known.skills[COMMIT.key]] == ["Python"]


def test_other_origins_are_public_where_the_policy_says_so(engine: sa.Engine) -> None:
    policy = PrivacyPolicy(public=("manual", "linear"))
    with engine.connect() as connection:
        known = known_for(connection, Privacy(policy=policy))
    assert known.visibility_of == {"manual": Visibility.PUBLIC, "linear": Visibility.PUBLIC}
