"""`achievements review`, by keys that are read one a line."""

import json
from dataclasses import replace

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from achievement_pipeline.cli import achievements
from achievement_pipeline.store.decisions.proposals import propose
from achievement_pipeline.store.tables import EditField
from achievement_pipeline_tests.cli.conftest import Run
from achievement_pipeline_tests.store.sample_pieces import Piece, by_the_rules, collect

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("settings_of_ann")]

FIRST = Piece("git:github.com/acme/engine@1111aaaa", impact=80, columns={"title": "Add a cache"})
SECOND = Piece("git:github.com/acme/engine@2222bbbb", impact=70, columns={"title": "Fix a crash"})
THIRD = Piece(
    "git:github.com/acme/zephyr@3333cccc",
    impact=60,
    columns={"title": "Tune the frobnicator", "repository": "github.com/acme/zephyr"},
)


@pytest.fixture(autouse=True)
def _collected(engine: sa.Engine) -> None:
    collect(engine, by_the_rules, git=(FIRST, SECOND, THIRD))


def history(run: Run) -> list[tuple[str, str, bool]]:
    edits = json.loads(run("history", "--json").stdout)
    return [(edit["achievement_key"][-8:], edit["field"], bool(edit["undone_at"])) for edit in reversed(edits)]


def test_each_key_is_a_decision_on_the_next_one(run: Run) -> None:
    result = run("review", typed="ahs")
    assert "2 of 3 decided" in result.stderr
    assert history(run) == [("1111aaaa", "approved", False), ("2222bbbb", "hidden", False)]


def test_what_was_decided_does_not_come_again(run: Run) -> None:
    run("review", typed="ah")
    again = run("review", typed="").stdout
    assert "1 of 1" in again
    assert "Tune the frobnicator" in again


def test_quitting_and_the_end_of_the_keys_leave_the_rest_undecided(run: Run) -> None:
    assert "0 of 3 decided" in run("review", typed="q").stderr
    assert "0 of 3 decided" in run("review", typed="").stderr


def test_a_doubted_text_is_asked_about(run: Run) -> None:
    assert "Accept this text?" in run("review", typed="ssay").stdout
    assert history(run) == [("3333cccc", "approved", False), ("3333cccc", "reviewed", False)]


def test_undo_goes_back_to_what_was_decided(run: Run) -> None:
    result = run("review", typed="huaq")
    assert "undid: hidden" in result.stdout
    assert "1 of 3 decided" in result.stderr
    assert history(run) == [("1111aaaa", "hidden", True), ("1111aaaa", "approved", False)]


def test_pinning_and_editing_stay_at_the_same_one(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISUAL", "sed -i '1s/.*/Answer faster/'")
    result = run("review", typed="peaq")
    assert "Answer faster" in result.stdout
    assert [field for _, field, _ in history(run)] == ["pinned", "title", "approved"]


def test_another_key_decides_nothing(run: Run) -> None:
    assert "approve all the rest" in run("review", typed="xq").stdout
    assert history(run) == []


def test_where_nothing_is_new_it_says_so(run: Run) -> None:
    run("hide", "1111", "2222", "3333")
    assert "Nothing new" in run("review").stderr


def test_the_outcome_of_the_greatest_is_asked_for(run: Run) -> None:
    shown = CliRunner().invoke(achievements, ["review"], input="o\nShoppers wait less.\nq\n")
    assert shown.stdout.count("What changed, for whom? o to answer") == 1
    assert json.loads(run("show", FIRST.key, "--json").stdout)["outcome"] == "Shoppers wait less."
    assert "o to answer" not in run("review", typed="q").stdout


def propose_outcome(engine: sa.Engine, key: str = FIRST.key, **given: object) -> None:
    arguments = {"made_by": "agent", "facts": ["Add a cache"], **given}
    with engine.begin() as connection:
        propose(connection, key, EditField.OUTCOME, "Pages load from memory.", **arguments)  # type: ignore[arg-type]


def test_a_proposal_is_shown_beside_its_facts_and_taken(run: Run, engine: sa.Engine) -> None:
    propose_outcome(engine, doubt="“memory” is in none of the cited facts.")
    result = run("review", typed="tq")
    assert "agent proposes this outcome" in result.stdout
    assert "+ Pages load from memory." in result.stdout
    assert "fact: Add a cache" in result.stdout
    assert "No fact shows it: “memory” is in none" in result.stdout
    assert "have changed since" not in result.stdout
    assert json.loads(run("show", FIRST.key, "--json").stdout)["outcome"] == "Pages load from memory."
    assert "proposes" not in run("review", typed="q").stdout


def test_a_proposal_is_rejected_skipped_or_edited(run: Run, engine: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    propose_outcome(engine)
    propose_outcome(engine, made_by="llama")
    assert run("review", typed="rsq").stdout.count("proposes") == 2
    monkeypatch.setenv("VISUAL", "sed -i -e 's/memory/a cache/'")
    assert run("review", typed="eq").stdout.count("proposes") == 1
    assert json.loads(run("show", FIRST.key, "--json").stdout)["outcome"] == "Pages load from a cache."


def test_proposals_for_what_is_approved_come_too_and_the_approval_goes_along(run: Run, engine: sa.Engine) -> None:
    run("approve", FIRST.key)
    propose_outcome(engine)
    run("review", typed="tq")
    shown = json.loads(run("show", FIRST.key, "--json").stdout)
    assert (shown["outcome"], shown["decided"]) == ("Pages load from memory.", True)


def test_a_taken_wording_is_outdated_once_its_facts_are_gone(run: Run, engine: sa.Engine) -> None:
    propose_outcome(engine)
    run("review", typed="tq")
    assert "have changed since you took it" not in run("review", typed="q").stdout
    run("edit", FIRST.key, "--title", "Add a store")
    collect(engine, by_the_rules, git=(replace(FIRST, columns={"title": "Add a store"}), SECOND, THIRD))
    assert "Facts that its outcome rests on have changed since you took it" in run("review", typed="sq").stdout


def test_a_proposal_whose_facts_have_changed_says_so(run: Run, engine: sa.Engine) -> None:
    propose_outcome(engine, facts=["Add a faster cache"])
    assert "Facts that it rests on have changed since." in run("review", typed="q").stdout


def test_the_rest_is_approved_at_once_and_taken_back_at_once(run: Run) -> None:
    result = run("review", typed="hry")
    assert "Approve 2 achievements without looking" in result.stdout
    assert "3 of 3 decided" in result.stderr
    run("undo")
    assert [undone for _, field, undone in history(run) if field == "approved"] == [True, True]
    assert "1 of 2" in run("review", typed="q").stdout


def test_the_rest_is_not_approved_without_a_yes(run: Run) -> None:
    assert "0 of 3 decided" in run("review", typed="rnq").stderr
    assert "0 of 3 decided" in run("review", typed="r").stderr
    assert history(run) == []


def test_without_the_repository_there_is_no_difference(run: Run) -> None:
    assert "None of its commits is on this machine." in run("review", typed="dq").stdout
