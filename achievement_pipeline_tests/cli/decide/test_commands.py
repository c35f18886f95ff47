"""The commands by which the user decides, on a real database."""

import datetime as dt
import json
from typing import Any

import pytest
import sqlalchemy as sa

from achievement_pipeline_tests.cli.conftest import Run
from achievement_pipeline_tests.store.sample_pieces import Piece, by_the_rules, collect

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("settings_of_ann")]

COMMIT = Piece("git:github.com/acme/engine@1111aaaa", impact=80, columns={"title": "Add a cache"})
OTHER = Piece("git:github.com/acme/engine@2222bbbb", impact=30, columns={"title": "Fix a crash"})
PRIVATE = Piece(
    "git:github.com/acme/zephyr@3333cccc", columns={"title": "Tune Zephyr", "repository": "github.com/acme/zephyr"}
)


@pytest.fixture(autouse=True)
def _collected(engine: sa.Engine) -> None:
    collect(engine, by_the_rules, git=(COMMIT, OTHER, PRIVATE))


def shown(run: Run, key: str = "1111") -> Any:
    return json.loads(run("show", key, "--json").stdout)


def listed(run: Run) -> list[str]:
    return [each["title"] for each in json.loads(run("list", "--json").stdout)]


def test_an_edit_changes_what_it_names_and_nothing_else(run: Run) -> None:
    before = shown(run)

    assert run("edit", "1111", "--title", "Answer twice as fast", "--impact", "55.5").exit_code == 0

    after = shown(run)
    assert (after["title"], after["impact_score"], after["category"]) == ("Answer twice as fast", 55.5, "feature")
    assert after["complexity_score"] == before["complexity_score"]


def test_a_wrong_value_is_refused_with_the_reason(run: Run) -> None:
    result = run("edit", "1111", "--category", "Not A Word")
    assert result.exit_code == 1
    assert "category can't be 'Not A Word'" in result.stderr


def test_an_outcome_is_stated_shown_and_removed(run: Run) -> None:
    run("edit", "1111", "--outcome", "Users wait less.")
    assert shown(run)["outcome"] == "Users wait less."
    assert "outcome" in run("show", "1111").stdout
    assert "- **Outcome:** Users wait less." in run("export", "brag").stdout
    run("edit", "1111", "--outcome", "")
    assert shown(run)["outcome"] == ""


def test_an_edit_without_options_opens_the_editor(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISUAL", "sed -i -e '1s/.*/A better title/' -e '2a What came of it'")

    run("edit", "1111")

    assert (shown(run)["title"], shown(run)["description"]) == ("A better title", "What came of it")


def test_an_editor_that_changes_nothing_makes_no_edit(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISUAL", "touch")

    assert "Nothing changed" in run("edit", "1111").stderr
    assert json.loads(run("history", "1111", "--json").stdout) == []


def test_approval_says_where_it_goes_out_and_where_not(run: Run) -> None:
    result = run("approve", "1111", "3333", "--json")

    public, private = (json.loads(text) for text in result.stdout.replace("}\n{", "}\0{").split("\0"))
    assert {name for name, answer in public["channels"].items() if answer["goes_out"]} == {
        "feed",
        "github_profile",
        "linkedin",
        "portfolio",
        "resume",
        "year",
    }
    assert private["channels"]["linkedin"]["reason"] == "left_out"


def test_approval_of_one_channel_is_none_of_another(run: Run) -> None:
    run("approve", "1111", "--channel", "feed")
    answers = json.loads(
        run("approve", "1111", "--channel", "feed", "--channel", "linkedin", "--withdraw", "--json").stdout
    )
    assert [answer["reason"] for answer in answers["channels"].values()] == ["not_approved", "not_approved"]


def test_a_doubted_text_is_shown_and_let_pass_on_demand(run: Run) -> None:
    run("edit", "3333", "--title", "Tune the frobnicator")
    doubted = run("approve", "3333", "--channel", "resume").stdout
    assert "may tell something: frobnicator" in doubted
    assert "| Tune the frobnicator" in doubted
    assert "shown as: Tune the frobnicator" in run("approve", "3333", "--channel", "resume", "--let-pass").stdout


def test_what_is_hidden_is_listed_no_more_until_it_is_shown_again(run: Run) -> None:
    run("hide", "1111", "2222")
    assert listed(run) == ["Tune Zephyr"]
    run("unhide", "1111")
    assert listed(run) == ["Add a cache", "Tune Zephyr"]


def test_what_is_pinned_comes_first(run: Run) -> None:
    run("pin", "2222")
    assert listed(run)[0] == "Fix a crash"
    run("unpin", "2222")
    assert listed(run)[0] == "Add a cache"


def test_an_achievement_is_written_down_by_hand(run: Run) -> None:
    said = ("A talk", "--category", "talk", "--impact", "60", "--complexity", "20", "--skill", "Speaking")
    added = json.loads(run("add", *said, "--completed", "2026-03-04", "--json").stdout)
    assert (added["author"], added["skills_demonstrated"]) == ("ann@example.com", ["Speaking"])
    assert added["completed_at"] == "2026-03-04T00:00:00+00:00"
    assert "A talk" in listed(run)


def test_a_title_is_enough_to_write_one_down(run: Run) -> None:
    before = dt.datetime.now(dt.UTC)
    added = json.loads(run("add", "Led the migration", "--json").stdout)
    assert (added["title"], added["author"], added["category"]) == ("Led the migration", "ann@example.com", "other")
    assert before <= dt.datetime.fromisoformat(added["completed_at"]) <= dt.datetime.now(dt.UTC)
    assert (added["impact_score"], added["complexity_score"], added["score_ledger"]) == (0, 0, [])
    assert listed(run)[-1] == "Led the migration"


def test_what_is_wrong_with_one_written_by_hand_is_said(run: Run) -> None:
    result = run("add", "A talk", "--category", "Big Talk")
    assert result.exit_code == 2
    assert "category" in result.stderr
    assert run("add", "A talk", "--category", "talk", "--section", "goals").exit_code == 2


def test_a_note_is_in_the_brag_document_and_no_other(run: Run) -> None:
    run("add", "Learn Rust", "--section", "goals")
    assert "## Goals\n\n- Learn Rust\n" in run("export", "brag").stdout
    assert "Learn Rust" not in run("export", "csv").stdout


def test_merging_splitting_and_undoing(run: Run) -> None:
    run("merge", "1111", "2222")
    assert listed(run) == ["Add a cache", "Tune Zephyr"]
    run("split", "1111")
    assert listed(run) == ["Add a cache", "Tune Zephyr", "Fix a crash"]
    run("undo")
    assert listed(run) == ["Add a cache", "Tune Zephyr"]
    run("undo")
    assert listed(run) == ["Add a cache", "Tune Zephyr", "Fix a crash"]


def test_history_keeps_what_was_undone(run: Run) -> None:
    run("edit", "1111", "--title", "First")
    number = json.loads(run("history", "1111", "--json").stdout)[0]["id"]
    run("hide", "2222")
    run("undo", str(number))

    assert "title = 'First' (undone" in run("history", "1111").stdout
    assert "hidden" in run("history").stdout
    assert shown(run)["title"] == "Add a cache"
