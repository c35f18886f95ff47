"""Pull requests and reviews: author, significance, scores and skills."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from achievement_pipeline.frames import RawPullRequestCommits, RawPullRequestFiles, RawPullRequests, RawReviews
from achievement_pipeline.judging import WorkFilter
from achievement_pipeline.judging.lanes.pull_requests import (
    find_pull_request_skills,
    judge_pull_requests,
    score_pull_requests,
)
from achievement_pipeline.judging.rules import BotRules, Person, Rules
from achievement_pipeline.sources.records import to_frame
from achievement_pipeline_tests.examples import examples

KEY = "github.com/octo/repo"
DAY = pd.Timestamp("2026-01-01", tz="UTC")
RULES = Rules()


def pull(number: int = 1, **fields: Any) -> dict[str, Any]:
    return {
        "repository": KEY, "number": number, "title": "feat: a thing", "body": "", "url": f"https://x/{number}",
        "author": "ada", "author_id": 1, "author_kind": "User", "base": "main", "branch": "b", "labels": "[]",
        "closes": "[]", "created_at": DAY, "merged_at": DAY, "updated_at": DAY, "detail": "read", "additions": 1,
        "deletions": 1, "changed_files": 1, "commit_count": 1, **fields,
    }  # fmt: skip


def changed(path: str = "src/a.py", number: int = 1, change: str = "modified", lines: int = 100) -> dict[str, Any]:
    return {"repository": KEY, "number": number, "path": path, "change": change, "additions": lines, "deletions": 0}


def committed(email: str, login: str | None, number: int = 1, position: int = 0) -> dict[str, Any]:
    return {
        "repository": KEY,
        "number": number,
        "position": position,
        "sha": f"{number:039x}{position}",
        "author_email": email,
        "author_login": login,
        "authored_at": DAY,
        "subject": "work",
        "body": "",
    }


def reviewed(by: str = "bob", state: str = "approved", body: str = "", mark: int = 1, **fields: Any) -> dict[str, Any]:
    return {
        "repository": KEY, "number": 1, "url": f"https://x/1#{mark}", "reviewer": by, "reviewer_kind": "User",
        "state": state, "body": body, "submitted_at": DAY + pd.Timedelta(mark, "h"), **fields,
    }  # fmt: skip


def judge(
    *pulls: dict[str, Any],
    files: list[dict[str, Any]] | None = None,
    commits: list[dict[str, Any]] | None = None,
    reviews: list[dict[str, Any]] | None = None,
    rules: Rules = RULES,
    **keywords: Any,
) -> Any:
    changes = [changed(number=one["number"]) for one in pulls] if files is None else files
    return judge_pull_requests(
        to_frame(RawPullRequests, pulls),
        to_frame(RawPullRequestCommits, commits or []),
        to_frame(RawPullRequestFiles, changes),
        to_frame(RawReviews, reviews or []),
        rules,
        **keywords,
    )


def reasons(activities: pd.DataFrame) -> list[str]:
    return list(activities["reasons"])


def test_what_speaks_for_a_pull_request_is_kept() -> None:
    judged = judge(pull(labels='["kind/bug"]'), reviews=[reviewed()])
    assert judged["reasons"][0] == "type:feat,lines>50,label:kind/bug,reviewed"
    assert (judged["category"][0], judged["category_rule"][0]) == ("bugfix", "label:kind/bug")
    assert judged["title"][0] == "A thing"


_AGAINST: dict[str, tuple[dict[str, Any], int]] = {
    "bot": ({"author": "dependabot[bot]", "author_kind": "Bot"}, 100),
    "ghost": ({"author": None}, 100),
    "unread": ({"detail": "pending", "additions": None}, 100),
    "release": ({"title": "Release 1.2.3"}, 10),
    "small": ({"title": "Thing"}, 10),
}


@cache
def against() -> Mapping[str, pd.Series]:
    """A pull request for each reason against one, judged."""
    pulls = [pull(number, **fields) for number, (fields, _) in enumerate(_AGAINST.values(), 1)]
    files = [changed(number=number, lines=lines) for number, (_, lines) in enumerate(_AGAINST.values(), 1)]
    judged = judge(*pulls, files=files)
    return {reason: judged.iloc[row] for row, reason in enumerate(_AGAINST)}


@pytest.mark.parametrize("reason", _AGAINST)
def test_what_speaks_against_a_pull_request_is_kept(reason: str) -> None:
    judged = against()[reason]
    assert (judged["reasons"], judged["significant"]) == (reason, False)


def test_a_bot_that_the_user_allows_is_a_person() -> None:
    rules = Rules(bots=BotRules(allow=("jess[bot]",)))
    assert judge(pull(author="jess[bot]", author_kind="Bot"), rules=rules)["significant"].all()


def test_only_files_that_are_work_count() -> None:
    files = [changed("a.py"), changed("uv.lock", lines=900), changed("b.png", lines=0)]
    files += [changed("c.py", change="renamed", lines=0)]
    judged = judge(pull(), files=files)
    assert (judged["files"][0], judged["effective_files"][0], judged["effective_insertions"][0]) == (4, 1, 100)
    assert set(json.loads(judged["left_out"][0])) == {"lockfile", "binary", "rename"}
    assert reasons(judge(pull(), files=[changed("uv.lock")])) == ["no-work"]


def test_an_author_is_known_by_the_address_of_most_of_their_commits() -> None:
    commits = [
        committed("home@example.org", "ada"),
        committed("Work@Example.org", "ada", position=1),
        committed("work@example.org", "ada", number=2),
        committed("1+ada@users.noreply.github.com", "ada", number=2, position=1),
    ]
    assert set(judge(pull(), pull(2), commits=commits)["person"]) == {"work@example.org"}


def test_an_author_without_such_a_commit_is_known_by_the_noreply_address() -> None:
    assert list(judge(pull(author="Ada"))["person"]) == ["ada@users.noreply.github.com"]
    mine = [Person(emails=("ada@example.org", "7+Ada@users.noreply.github.com"))]
    assert list(judge(pull(author="Ada"), people=mine)["person"]) == ["ada@example.org"]


def test_an_account_means_the_same_whichever_repositories_are_judged_together() -> None:
    other = pull(1, repository="github.com/octo/other")
    foreign = {**committed("elsewhere@example.org", "ada"), "repository": "github.com/octo/other"}
    judged = judge(pull(), other, commits=[foreign])
    assert list(judged["person"]) == ["ada@users.noreply.github.com", "elsewhere@example.org"]


def test_others_with_commits_share_a_pull_request_and_machines_do_not() -> None:
    commits = [
        committed("ada@example.org", "ada"),
        committed("bob@example.org", None, position=1),
        committed("bot@renovateapp.com", "renovate[bot]", position=2),
    ]
    assert list(judge(pull(), commits=commits)["coauthors"]) == ["bob@example.org"]


def test_coding_agents_of_a_pull_request_are_named_and_no_coauthors() -> None:
    helped = committed("ada@example.org", "ada")
    helped["body"] = "Co-authored-by: Codex <codex@openai.com>"
    commits = [helped, committed("cursoragent@cursor.com", None, position=1)]
    own = pull(body="Why.\n\n\N{ROBOT FACE} Generated with [Claude Code](https://claude.com/claude-code)")
    judged = judge(own, pull(2), commits=commits, reviews=[reviewed()])
    assert list(judged["assisted_by"]) == ["Claude,Codex,Cursor", "", ""]
    assert list(judged["coauthors"]) == ["", "", ""]
    assert judged["description"].iloc[0] == "Why."


def test_all_reviews_of_a_pull_request_by_one_person_are_one_activity() -> None:
    reviews = [reviewed(state="changes_requested", body="Why?"), reviewed(body="Fine now", mark=2)]
    reviews += [reviewed(by="ada", state="commented", body="Because", mark=3)]
    review = judge(pull(), reviews=reviews).iloc[1]
    assert review["key"] == "github:octo/repo#1/review/bob"
    assert (review["person"], review["verdict"], review["words"]) == (
        "bob@users.noreply.github.com",
        "changes_requested",
        3,
    )
    assert review["reasons"] == "changes-requested"
    assert json.loads(review["links"])[0]["name"] == f"pull:{KEY}#1"


@pytest.mark.parametrize(("words", "counts"), [(30, False), (31, True)])
def test_a_review_counts_by_its_words(words: int, counts: bool) -> None:
    judged = judge(pull(), reviews=[reviewed(body="word " * words)])
    assert bool(judged["significant"][1]) == counts


def test_only_work_that_passes_the_filter_counts() -> None:
    both = [pull(), pull(2, author="bob")]
    mine = WorkFilter(authors=("ada@users.noreply.github.com",))
    assert list(judge(*both, work_filter=mine)["significant"]) == [True, False]
    assert reasons(judge(*both, work_filter=mine))[1] == "not-asked"
    nobody = WorkFilter(authors=("carol@example.org",))
    assert not judge(*both, work_filter=nobody)["significant"].any()
    assert not judge(*both, work_filter=WorkFilter(since=pd.Timestamp("2026-02-01").date()))["significant"].any()


def test_the_points_are_those_of_the_table() -> None:
    files = [changed(f"src/{number}.py", lines=50) for number in range(4)]
    judged = judge(pull(labels='["Security"]', commit_count=3), files=files, reviews=[reviewed()])
    scores = score_pull_requests(judged, RULES)
    lines = {(line["score"], line["rule"]): line["points"] for line in json.loads(scores["ledger"][0])}
    complexity = {rule: points for (score, rule), points in lines.items() if score == "complexity"}
    assert complexity == {"base": 40, "files": 8, "lines": 4, "reviewers": 5, "commits": 3}
    impact = {rule for score, rule in lines if score == "impact"}
    assert impact == {"base", "title", "commits", "kind", "likeness", "files", "growth", "size"}
    assert scores["complexity"][0] == 60


def test_skills_come_from_files_labels_and_texts() -> None:
    judged = judge(pull(body="Uses PostgreSQL, not MyPostgreSQL", labels='["redis"]'))
    skills = find_pull_request_skills(judged, to_frame(RawPullRequestFiles, [changed()]), RULES.skills)
    shown = dict(zip(skills["skill"], skills["weight"], strict=True))
    assert shown["Python"] == 1.0
    assert (shown["Redis"], shown["PostgreSQL"]) == (0.5, 0.2)


@settings(max_examples=examples(8), deadline=None)
@given(
    sizes=st.lists(st.integers(0, 10**6), max_size=60),
    commits=st.integers(0, 10**4),
    reviewers=st.integers(0, 6),
    words=st.integers(0, 400),
)
def test_scores_are_in_range_and_the_sum_of_their_ledger(
    sizes: list[int], commits: int, reviewers: int, words: int
) -> None:
    files = [changed(f"src/{position}.py", lines=size) for position, size in enumerate(sizes)]
    reviews = [reviewed(by=f"r{position}", body="w " * words, mark=position) for position in range(reviewers)]
    scores = score_pull_requests(judge(pull(commit_count=commits), files=files, reviews=reviews), RULES)
    for row in scores.itertuples():
        for score in ("impact", "complexity"):
            points = [line["points"] for line in json.loads(str(row.ledger)) if line["score"] == score]
            assert 0 <= getattr(row, score) <= 100
            assert round(sum(points), 2) == getattr(row, score)


def test_the_order_of_rows_changes_nothing() -> None:
    pulls = [pull(number) for number in (1, 2, 3)]
    reviews = [reviewed(mark=mark, by=by, body="w " * 40) for mark, by in enumerate(("bob", "carol", "bob"))]
    one, other = judge(*pulls, reviews=reviews), judge(*pulls[::-1], reviews=reviews[::-1])
    pd.testing.assert_frame_equal(
        one.sort_values("key", ignore_index=True), other.sort_values("key", ignore_index=True)
    )
