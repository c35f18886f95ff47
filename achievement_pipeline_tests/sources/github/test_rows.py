"""What is known about a pull request and a review, as rows."""

import pandas as pd
import pytest

from achievement_pipeline.demo.servers.github import account
from achievement_pipeline.sources.github import read_pull_requests
from achievement_pipeline_tests.servers.github import BOB, KEY, TOKEN, GitHubServer, Repository, commit
from achievement_pipeline_tests.sources.github.conftest import (
    RICH,
    read,
    the,
)


def test_a_pull_request_is_read_with_all_that_is_known_about_it(server: GitHubServer, repository: Repository) -> None:
    repository.merge("Index it", **RICH)
    found = read(server)
    assert the(found.pull_requests).to_dict() == {
        "repository": KEY,
        "number": 1,
        "title": "Index it",
        "body": "Closes #7",
        "url": "https://github.com/octo/repo/pull/1",
        "author": "ada",
        "author_id": 1,
        "author_kind": "User",
        "merged_by": "bob",
        "base": "main",
        "branch": "branch-1",
        "head_repository": "octo/repo",
        "merge_commit": f"{1:040x}",
        "labels": '["bug", "perf"]',
        "closes": '["octo/repo#7"]',
        "milestone": "Faster index",
        "created_at": pd.Timestamp("2026-01-01T00:01:00Z"),
        "merged_at": pd.Timestamp("2026-01-01T00:01:00Z"),
        "updated_at": pd.Timestamp("2026-01-01T00:01:00Z"),
        "detail": "read",
        "additions": 120,
        "deletions": 30,
        "changed_files": 2,
        "commit_count": 2,
    }
    assert found.commits.drop(columns=["repository", "number"]).to_dict("records") == [
        {
            "position": 0,
            "sha": "a" * 40,
            "author_email": "ada@example.org",
            "author_login": "ada",
            "authored_at": pd.Timestamp("2026-01-01T10:00:00Z"),
            "subject": "feat: work of aaaa",
            "body": "Why it was done.",
        },
        {
            "position": 1,
            "sha": "b" * 40,
            "author_email": "bob@example.org",
            "author_login": pytest.approx(float("nan"), nan_ok=True),
            "authored_at": pd.Timestamp("2026-01-01T10:00:00Z"),
            "subject": "feat: work of bbbb",
            "body": "Why it was done.",
        },
    ]
    assert found.files.drop(columns=["repository", "number"]).to_dict("records") == [
        {"path": "src/index.py", "change": "added", "additions": 120, "deletions": 0},
        {"path": "old.py", "change": "deleted", "additions": 0, "deletions": 30},
    ]


def test_reviews_are_rows_of_their_own(server: GitHubServer, repository: Repository) -> None:
    number = repository.merge()
    repository.review(number, BOB, "CHANGES_REQUESTED", "Why?")
    repository.review(number, BOB, "APPROVED")
    reviews = read(server).reviews
    assert list(reviews["state"]) == ["changes_requested", "approved"]
    assert reviews.iloc[0].to_dict() == {
        "repository": KEY,
        "number": 1,
        "url": "https://github.com/octo/repo/pull/1#pullrequestreview-1000",
        "reviewer": "bob",
        "reviewer_id": 2,
        "reviewer_kind": "User",
        "state": "changes_requested",
        "body": "Why?",
        "submitted_at": pd.Timestamp("2026-01-01T00:02:00Z"),
    }


def test_a_draft_review_is_nobodys_yet(server: GitHubServer, repository: Repository) -> None:
    number = repository.merge()
    repository.review(number, BOB, "PENDING")
    repository.pulls[number]["reviews"][0]["submittedAt"] = None
    assert read(server).reviews.empty


@pytest.mark.parametrize("token", [TOKEN, None], ids=["with a token", "without"])
def test_accounts_and_forks_that_are_gone_are_missing(
    server: GitHubServer, repository: Repository, token: str | None
) -> None:
    number = repository.merge(author=None, mergedBy=None, headRepository=None, commits=[commit("a" * 40, None, None)])
    repository.review(number, None)
    found = read_pull_requests(server.client(token), KEY)
    gone = ["author", "author_id", "author_kind", "merged_by", "head_repository"]
    assert the(found.pull_requests)[gone].isna().all()
    assert the(found.commits)[["author_email", "author_login"]].isna().all()
    assert the(found.reviews)[["reviewer", "reviewer_id", "reviewer_kind"]].isna().all()


@pytest.mark.parametrize("token", [TOKEN, None], ids=["with a token", "without"])
def test_a_bot_has_the_same_name_everywhere(server: GitHubServer, repository: Repository, token: str | None) -> None:
    repository.merge(author=account("dependabot", "Bot", 49699333))
    row = the(read_pull_requests(server.client(token), KEY).pull_requests)
    assert (row["author"], row["author_kind"], row["author_id"]) == ("dependabot[bot]", "Bot", 49699333)


@pytest.mark.parametrize("token", [TOKEN, None], ids=["with a token", "without"])
def test_a_pull_request_that_was_closed_without_a_merge_is_not_read(
    server: GitHubServer, repository: Repository, token: str | None
) -> None:
    repository.close()
    merged = repository.merge()
    assert list(read_pull_requests(server.client(token), KEY).pull_requests["number"]) == [merged]


def test_the_milestone_is_that_of_an_issue_it_closes_if_it_has_none(
    server: GitHubServer, repository: Repository
) -> None:
    milestones = {"octo/repo#7": {"title": "Faster index"}, "other/repo#8": {"title": "Theirs"}}
    repository.merge(closes=["other/repo#8", "octo/repo#7"], milestones=milestones)
    repository.merge(closes=["other/repo#8"], milestones=milestones)

    assert read(server).pull_requests["milestone"].fillna("").to_list() == ["Faster index", ""]
