"""Proposals change nothing until the user accepts them."""

import pytest
import sqlalchemy as sa

from achievement_pipeline.errors import StoreError
from achievement_pipeline.store.decisions.edits import edits_of
from achievement_pipeline.store.decisions.proposals import accept, accepted_proposals, open_proposals, propose, reject
from achievement_pipeline.store.reading import get_achievement
from achievement_pipeline.store.tables import EditField, ProposalState
from achievement_pipeline_tests.store.sample_pieces import Piece, by_the_rules, collect

pytestmark = pytest.mark.e2e
KEY = "git:github.com/acme/engine@1111aaaa"
FACTS = ("Add a cache", "Pages load from memory")


@pytest.fixture
def connection(engine: sa.Engine) -> sa.Connection:
    collect(engine, by_the_rules, git=(Piece(KEY, columns={"title": "Add a cache"}),))
    return engine.connect()


def proposed(connection: sa.Connection, value: str = "Cached sessions", **given: object) -> int:
    arguments = {"field": EditField.TITLE, "made_by": "agent", "facts": FACTS, **given}
    return propose(connection, KEY, value=value, **arguments).id  # type: ignore[arg-type]


def test_a_proposal_is_open_and_changes_nothing(connection: sa.Connection) -> None:
    before = get_achievement(connection, KEY)
    proposed(connection)
    (found,) = open_proposals(connection)[KEY]
    assert (found.field, found.value, found.facts, found.state) == (
        EditField.TITLE,
        "Cached sessions",
        FACTS,
        ProposalState.OPEN,
    )
    assert get_achievement(connection, KEY) == before


def test_an_accepted_one_is_an_edit_by_the_user(connection: sa.Connection) -> None:
    accept(connection, proposed(connection), "ann@example.com")
    (edit,) = edits_of(connection, KEY)
    assert (edit.field, edit.value, edit.made_by) == (EditField.TITLE, "Cached sessions", "ann@example.com")
    assert open_proposals(connection) == {}
    assert [each.state for each in accepted_proposals(connection, [KEY])[KEY]] == [ProposalState.ACCEPTED]


def test_one_may_be_changed_while_it_is_accepted(connection: sa.Connection) -> None:
    accept(connection, proposed(connection), "ann@example.com", "Cached all sessions")
    assert get_achievement(connection, KEY).title == "Cached all sessions"


def test_a_rejected_one_is_gone_and_no_proposal_is_decided_twice(connection: sa.Connection) -> None:
    number = proposed(connection)
    reject(connection, number)
    assert open_proposals(connection) == {}
    with pytest.raises(StoreError, match="no open proposal"):
        reject(connection, number)
    with pytest.raises(StoreError, match="no open proposal"):
        accept(connection, number, "ann@example.com")
    assert get_achievement(connection, KEY).title == "Add a cache"


def test_a_newer_one_takes_the_place_of_an_open_one_by_the_same_maker(connection: sa.Connection) -> None:
    proposed(connection, "First")
    proposed(connection, "Second")
    proposed(connection, "Of a model", made_by="llama")
    proposed(connection, "An outcome", field=EditField.OUTCOME)
    assert [each.value for each in open_proposals(connection)[KEY]] == ["Second", "Of a model", "An outcome"]


@pytest.mark.parametrize(
    ("field", "value"), [(EditField.TITLE, ""), (EditField.TITLE, "two\nlines"), (EditField.OUTCOME, "x" * 301)]
)
def test_what_could_not_be_an_edit_is_no_proposal(connection: sa.Connection, field: EditField, value: str) -> None:
    with pytest.raises(StoreError, match=field.value):
        proposed(connection, value, field=field)


@pytest.mark.parametrize("field", [EditField.IMPACT_SCORE, EditField.APPROVED, EditField.HIDDEN])
def test_scores_and_decisions_are_never_proposed(connection: sa.Connection, field: EditField) -> None:
    with pytest.raises(StoreError, match="can't be proposed"):
        proposed(connection, "true", field=field)


def test_it_is_stale_once_one_of_its_facts_is_gone(connection: sa.Connection) -> None:
    proposed(connection)
    (found,) = open_proposals(connection)[KEY]
    assert not found.is_stale((*FACTS, "Another"))
    assert found.is_stale(FACTS[:1])


def test_one_for_a_commit_is_decided_with_the_pull_request_that_absorbed_it(engine: sa.Engine) -> None:
    commit = Piece(KEY)
    collect(engine, by_the_rules, git=(commit,))
    with engine.begin() as connection:
        number = proposed(connection)
    pull = Piece("github:acme/engine#7")
    collect(engine, by_the_rules, git=(Piece(KEY, parent=pull.key),), github=(pull,))
    with engine.begin() as connection:
        assert list(open_proposals(connection, [pull.key])) == [pull.key]
        accept(connection, number, "ann@example.com")
        assert get_achievement(connection, pull.key).title == "Cached sessions"
