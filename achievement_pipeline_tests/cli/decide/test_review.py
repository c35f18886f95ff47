"""`achievements review`, by keys that are read one a line."""

import json

import pytest
import sqlalchemy as sa

from achievement_pipeline_tests.cli.conftest import Run
from achievement_pipeline_tests.store.pieces import Piece, by_the_rules, collect

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
    assert "Unknown key. a approve" in run("review", typed="xq").stdout
    assert history(run) == []


def test_where_nothing_is_new_it_says_so(run: Run) -> None:
    run("hide", "1111", "2222", "3333")
    assert "Nothing new" in run("review").stderr
