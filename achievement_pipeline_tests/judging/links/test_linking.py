import datetime as dt
import json
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from pandera.typing import DataFrame

from achievement_pipeline.frames import PiecesOfWork, RelatedActivities
from achievement_pipeline_tests.store.sample_pieces import NOON, Piece, by_the_rules, frame_of, pieces_of_work

COMMIT = Piece("git:github.com/acme/engine@1111", impact=40)
SECOND = Piece("git:github.com/acme/engine@2222", impact=60)
PULL = Piece("github:acme/engine#7", impact=70)
ISSUE = Piece("linear:4b1c", impact=90)
REVERT = "git:github.com/acme/engine@9999"


def compose(*pieces: Piece) -> dict[str, dict[str, Any]]:
    """Return the achievements by key."""
    return rows_of(pieces_of_work(*pieces))


def rows_of(pieces: PiecesOfWork) -> dict[str, dict[str, Any]]:
    records = by_the_rules(pieces).set_index("key", drop=False).to_dict("index")
    return {str(key): {str(name): value for name, value in row.items()} for key, row in records.items()}


def part_of(parent: Piece, *pieces: Piece) -> tuple[Piece, ...]:
    return tuple(replace(piece, parent=parent.key) for piece in pieces)


def taken_back(piece: Piece, reasons: str = "type,reverted") -> Piece:
    return replace(piece, columns={"retracted_by": REVERT, "reasons": reasons})


def merge(piece: Piece) -> Piece:
    return replace(piece, significant=False, columns={**piece.columns, "reasons": "merge"})


def evidence(row: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["key"], one["relation"]) for one in json.loads(row["evidence"])]


def why_retracted(*pieces: Piece) -> str | None:
    """Return why the one achievement of some activities is retracted."""
    (row,) = compose(*pieces).values()
    return None if pd.isna(row["retracted_reason"]) else row["retracted_reason"]


def test_a_commit_its_pull_request_and_its_issue_are_one_achievement() -> None:
    commits, (pull,) = part_of(PULL, COMMIT, SECOND), part_of(ISSUE, PULL)

    (row,) = compose(*commits, pull, ISSUE).values()

    assert (row["key"], row["impact_score"]) == (ISSUE.key, 90)
    assert evidence(row) == [(one.key, "member") for one in (ISSUE, COMMIT, SECOND, PULL)]


def test_the_ledger_names_the_activity_that_gave_the_highest_score() -> None:
    (row,) = compose(*part_of(ISSUE, COMMIT, replace(SECOND, impact=95)), ISSUE).values()

    (line,) = [line for line in json.loads(row["score_ledger"]) if line["score"] == "impact"]
    assert (row["impact_score"], line["evidence"]) == (95, SECOND.key)


def test_a_pull_request_is_scored_as_a_whole_however_many_commits_it_left() -> None:
    (row,) = compose(*part_of(PULL, replace(COMMIT, impact=95)), PULL).values()
    assert row["impact_score"] == PULL.impact

    (row,) = compose(*part_of(PULL, COMMIT, SECOND), replace(PULL, significant=False)).values()
    assert row["impact_score"] == SECOND.impact


def test_one_commit_in_two_repositories_is_one_achievement() -> None:
    copy = Piece("git:github.com/ann/engine@1111", parent=COMMIT.key, impact=40)
    (row,) = compose(replace(COMMIT, parent=copy.key), copy).values()
    assert (row["key"], row["impact_score"]) == (COMMIT.key, 40)


def test_the_commits_of_a_pull_request_show_skills() -> None:
    (row,) = compose(*part_of(PULL, replace(COMMIT, skills=("Go",))), PULL).values()

    assert json.loads(row["skills_demonstrated"]) == ["Go", "Python"]


@pytest.mark.parametrize("below_pull", [True, False])
def test_a_merge_shows_the_skills_of_the_commits_that_it_brought_like_a_squash(below_pull: bool) -> None:
    whole, part = replace(SECOND, skills=("Go",)), replace(COMMIT, skills=("Rust",))
    pieces = (*part_of(PULL, whole, part), PULL) if below_pull else (whole, *part_of(whole, part))
    read = pieces_of_work(*pieces)
    details = read.activities["details"].mask(read.activities["key"] == whole.key, '{"commits": 2}')
    (row,) = rows_of(read._replace(activities=DataFrame(read.activities.assign(details=details)))).values()

    assert "Go" in json.loads(row["skills_demonstrated"])
    assert "Rust" not in json.loads(row["skills_demonstrated"])


def called(piece: Piece, category: str, rule: str) -> Piece:
    return replace(piece, columns={**piece.columns, "category": category, "category_rule": rule})


def test_a_learnt_category_is_replaced_by_a_certain_one() -> None:
    issue = called(ISSUE, "bugfix", "learnt:word:slow")
    worded = called(replace(SECOND, impact=95), "performance", "word:faster")
    typed = called(COMMIT, "feature", "type:feat")

    assert compose(*part_of(ISSUE, worded), issue)[ISSUE.key]["category"] == "performance"
    assert compose(*part_of(ISSUE, worded, typed), issue)[ISSUE.key]["category"] == "feature"


def test_a_certain_category_is_that_of_the_root() -> None:
    issue = called(ISSUE, "security", "word:xss")

    assert compose(*part_of(ISSUE, called(COMMIT, "bugfix", "type:fix")), issue)[ISSUE.key]["category"] == "security"


def test_reverted_activities_and_plain_kinds_do_not_decide_the_category() -> None:
    issue = called(ISSUE, "bugfix", "learnt:word:slow")
    reverted = taken_back(COMMIT)
    reverted = called(reverted, "feature", "type:feat")
    run = called(Piece("mlflow:server/1"), "experiment", "kind:run")

    assert compose(*part_of(ISSUE, reverted, run), issue)[ISSUE.key]["category"] == "bugfix"


def test_a_circle_has_the_smallest_key_as_its_root() -> None:
    assert list(compose(replace(COMMIT, parent=SECOND.key), replace(SECOND, parent=COMMIT.key))) == [COMMIT.key]


def test_a_reverted_commit_retracts_its_achievement() -> None:
    assert why_retracted(taken_back(COMMIT)) == f"reverted by {REVERT}"


def test_a_duplicate_is_no_second_achievement() -> None:
    assert why_retracted(taken_back(COMMIT, "type,duplicate")) == f"repeats {REVERT}"


def test_a_pull_request_is_retracted_when_its_squash_is_reverted() -> None:
    assert why_retracted(*part_of(PULL, taken_back(COMMIT)), PULL) == f"reverted by {REVERT}"


def test_a_pull_request_is_retracted_with_its_commits_when_its_merge_is_reverted() -> None:
    merged = replace(merge(COMMIT), columns={"retracted_by": REVERT, "reasons": "merge"})

    assert why_retracted(*part_of(PULL, merged, SECOND), PULL) == f"reverted by {REVERT}"


def test_a_pull_request_counts_while_some_of_its_commits_do() -> None:
    assert why_retracted(*part_of(PULL, taken_back(COMMIT), SECOND), PULL) is None


@pytest.mark.parametrize("reverted", [True, False])
def test_a_copy_of_a_commit_does_not_affect_its_pull_request(reverted: bool) -> None:
    copy = taken_back(COMMIT, "type,duplicate")
    original = taken_back(SECOND) if reverted else SECOND

    assert (why_retracted(*part_of(PULL, copy, original), PULL) is not None) == reverted


def test_a_pull_request_that_github_calls_reverted_takes_its_commits_with_it() -> None:
    assert why_retracted(*part_of(PULL, COMMIT), taken_back(PULL)) == f"reverted by {REVERT}"


def test_an_issue_stays_done_when_its_pull_request_is_reverted_but_scores_no_more_by_it() -> None:
    pull = replace(taken_back(replace(PULL, impact=99)), parent=ISSUE.key)

    (row,) = compose(*part_of(PULL, replace(COMMIT, impact=98)), pull, ISSUE).values()

    assert row["impact_score"] == ISSUE.impact
    assert pd.isna(row["retracted_reason"])


def test_what_is_listed_is_evidence_after_the_members_and_counts_by_itself() -> None:
    listed = {"kind": "linear_issue", "title": "Another", "url": None, "person": "bo@example.com", "at": NOON}
    related = [
        {"lister": COMMIT.key, "key": "linear:2", **listed},
        {"lister": PULL.key, "key": "linear:2", **listed},
        {"lister": PULL.key, "key": "linear:1", **listed},
        {"lister": COMMIT.key, "key": PULL.key, **listed},
        {"lister": "git:elsewhere@1", "key": "linear:3", **listed},
    ]
    pieces = pieces_of_work(*part_of(PULL, COMMIT), PULL)._replace(related=frame_of(RelatedActivities, related))

    (row,) = rows_of(pieces).values()

    assert evidence(row) == [
        (PULL.key, "member"),
        (COMMIT.key, "member"),
        ("linear:1", "listed"),
        ("linear:2", "listed"),
    ]
    assert json.loads(row["evidence"])[2] == {
        "key": "linear:1",
        "kind": "linear_issue",
        "title": "Another",
        "url": None,
        "person": "bo@example.com",
        "at": "2024-03-01T12:00:00.000000Z",
        "relation": "listed",
    }


def test_an_issue_is_in_the_only_repository_of_its_work_and_described_by_its_pull_request() -> None:
    issue = replace(ISSUE, columns={"repository": None})
    pull = replace(PULL, columns={"description": "Why it was done."})
    (row,) = compose(*part_of(issue, pull), issue).values()
    assert (row["repository"], row["description"]) == ("github.com/acme/engine", "Why it was done.")

    elsewhere = replace(COMMIT, columns={"repository": "github.com/acme/private"})
    (row,) = compose(*part_of(issue, pull, elsewhere), issue).values()
    assert pd.isna(row["repository"])
    assert row["description"] == ""


def test_several_commits_for_one_issue_are_done_with_the_last() -> None:
    end = NOON + dt.timedelta(hours=1)
    last = replace(SECOND, columns={"completed_at": end})

    (row,) = compose(COMMIT, *part_of(COMMIT, last)).values()

    assert (row["key"], row["completed_at"]) == (COMMIT.key, end)


def test_nothing_begins_after_it_was_completed() -> None:
    commit = replace(COMMIT, columns={"started_at": None})
    run = Piece("mlflow:server/1", parent=commit.key, columns={"started_at": NOON + dt.timedelta(hours=1)})
    (row,) = compose(commit, run).values()
    assert pd.isna(row["started_at"])
    assert row["completed_at"] == NOON
