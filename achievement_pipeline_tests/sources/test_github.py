"""GitHub: which pull requests and reviews are read, in how many requests, with a token and without."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, multiple, rule

from achievement_pipeline.errors import SourceError
from achievement_pipeline.sources.github import PullRequests, read_pull_requests
from achievement_pipeline_tests.servers.github import (
    ADA,
    BOB,
    KEY,
    TOKEN,
    GitHubServer,
    Repository,
    account,
    changed_file,
    commit,
)
from achievement_pipeline_tests.servers.loopback import BROKEN, CUT, RESET, Reply


@pytest.fixture
def server() -> Iterator[GitHubServer]:
    with GitHubServer() as it:
        yield it


@pytest.fixture
def repository(server: GitHubServer) -> Repository:
    return server.repository


def read(server: GitHubServer, stored: PullRequests | None = None, page: int = 100) -> PullRequests:
    found = read_pull_requests(server.client(page=page), KEY, stored)
    assert found.warnings == ()
    return found


def read_without_token(server: GitHubServer, stored: PullRequests | None = None) -> PullRequests:
    return read_pull_requests(server.client(token=None), KEY, stored)


def the(frame: pd.DataFrame) -> Any:
    assert len(frame) == 1
    return frame.iloc[0]


def assert_same(one: PullRequests, other: PullRequests) -> None:
    for name in ("pull_requests", "commits", "files", "reviews"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name))


RICH: dict[str, Any] = {
    "body": "Closes #7",
    "additions": 120,
    "deletions": 30,
    "labels": ["perf", "bug"],
    "closes": ["octo/repo#7"],
    "commits": [commit("a" * 40), commit("b" * 40, "bob@example.org", None)],
    "files": [changed_file("src/index.py", "ADDED", 120, 0), changed_file("old.py", "DELETED", 0, 30)],
}


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


def test_an_empty_repository_gives_empty_frames(server: GitHubServer) -> None:
    found = read(server)
    assert all(frame.empty for frame in found[:4])
    assert_same(read(server, found), found)


@pytest.mark.parametrize("count", [99, 100, 101, 200])
def test_every_page_boundary_gives_every_pull_request_once(
    server: GitHubServer, repository: Repository, count: int
) -> None:
    for _ in range(count):
        repository.merge()
    assert list(read(server).pull_requests["number"]) == list(range(1, count + 1))


@pytest.mark.parametrize("count", [50, 51, 151])
def test_every_nested_page_boundary_gives_every_row_once(
    server: GitHubServer, repository: Repository, count: int
) -> None:
    number = repository.merge(
        files=[changed_file(f"file-{i}") for i in range(count)],
        commits=[commit(f"{i:040x}") for i in range(count)],
        labels=[f"label {i}" for i in range(count)],
        closes=[f"octo/repo#{i}" for i in range(count)],
    )
    for _ in range(count):
        repository.review(number)
    found = read(server)
    assert list(found.files["path"]) == [f"file-{i}" for i in range(count)]
    assert list(found.commits["sha"]) == [f"{i:040x}" for i in range(count)]
    assert len(found.reviews) == count
    assert the(found.pull_requests)["labels"].count("label") == count
    assert the(found.pull_requests)["closes"].count("octo") == count


def test_1500_pull_requests_take_15_requests_and_nothing_new_takes_one(
    server: GitHubServer, repository: Repository
) -> None:
    for _ in range(1500):
        repository.merge()
    with server.counted() as full:
        first = read(server)
    with server.counted() as nothing:
        second = read(server, first)
    assert len(full) == 15
    assert len(nothing) == 1
    assert nothing[0].body["variables"]["first"] == 10
    assert_same(first, second)


def test_what_changed_is_read_again_and_replaces_what_is_stored(server: GitHubServer, repository: Repository) -> None:
    for _ in range(30):
        repository.merge()
    first = read(server)
    repository.edit(3, title="Another title", files=[changed_file("other.py")])
    repository.review(4)
    repository.merge("New")
    with server.counted() as made:
        second = read(server, first)
    assert len(made) == 1
    assert_same(second, read(server))
    assert not second.pull_requests.equals(first.pull_requests)


def test_many_changes_at_the_same_time_are_all_read(server: GitHubServer, repository: Repository) -> None:
    for _ in range(60):
        repository.merge()
    first = read(server)
    repository.edit(*range(1, 61), labels=["released"])
    second = read(server, first, page=20)
    assert_same(second, read(server))
    assert set(second.pull_requests["labels"]) == {'["released"]'}


def test_a_change_between_two_pages_is_seen_next_time(server: GitHubServer, repository: Repository) -> None:
    for _ in range(30):
        repository.merge()
    server.between[2] = lambda: repository.edit(1, 15, 30, title="Changed meanwhile")
    first = read(server, page=10)
    second = read(server, first, page=10)
    assert_same(second, read(server))
    assert list(second.pull_requests["title"]).count("Changed meanwhile") == 3


def test_a_pull_request_that_is_gone_from_github_is_dropped(server: GitHubServer, repository: Repository) -> None:
    for _ in range(5):
        repository.merge()
    first = read(server)
    del repository.pulls[2]
    second = read(server, first)
    assert list(second.pull_requests["number"]) == [1, 3, 4, 5]
    assert_same(second, read(server))


@pytest.mark.parametrize(
    "fault",
    [
        Reply(b"<html>", 502),
        Reply({"data": None, "errors": [{"message": "Something went wrong while executing your query. Timeout."}]}),
        Reply({"data": None, "errors": [{"type": "RESOURCE_LIMITS_EXCEEDED", "message": "Resource limits exceeded."}]}),
    ],
    ids=["502", "timeout inside a 200", "resource limits"],
)
def test_a_page_that_is_too_heavy_is_split(server: GitHubServer, repository: Repository, fault: Reply) -> None:
    for _ in range(30):
        repository.merge()
    server.faults.extend([fault, fault])
    assert len(read(server, page=20).pull_requests) == 30
    sizes = [request.body["variables"]["first"] for request in server.requests]
    assert sizes[-1] in {5, 10}
    assert sizes[0] == 20


@pytest.mark.parametrize("fault", [RESET, CUT, BROKEN, Reply(status=500)], ids=["reset", "cut", "broken", "500"])
def test_a_passing_fault_at_any_page_costs_a_try(server: GitHubServer, repository: Repository, fault: Reply) -> None:
    for _ in range(30):
        repository.merge()
    for number in (1, 3, 5):
        server.between[number] = lambda: server.faults.append(fault)
    assert len(read(server, page=10).pull_requests) == 30


@pytest.mark.parametrize("status", [403, 429])
def test_the_primary_rate_limit_is_waited_for_until_its_reset(
    server: GitHubServer, repository: Repository, status: int
) -> None:
    repository.merge()
    server.faults.append(server.limit(reset_in=1800, status=status))
    read(server)
    assert 1800 <= server.requests[1].at - server.requests[0].at <= 1803


def test_a_rate_limit_inside_a_200_is_waited_for_until_its_reset(server: GitHubServer, repository: Repository) -> None:
    repository.merge()
    errors = [{"type": "RATE_LIMITED", "message": "API rate limit exceeded for user ID 1."}]
    server.faults.append(Reply({"errors": errors}, 200, server.limit(reset_in=900).headers))
    read(server)
    assert 900 <= server.requests[1].at - server.requests[0].at <= 903


@pytest.mark.parametrize("headers", [{"Retry-After": "120"}, {}], ids=["named", "unnamed"])
@pytest.mark.parametrize("inside", [False, True], ids=["403", "inside a 200"])
def test_the_secondary_rate_limit_is_waited_for(
    server: GitHubServer, repository: Repository, headers: dict[str, str], inside: bool
) -> None:
    repository.merge()
    error = {"message": "You have exceeded a secondary rate limit."}
    server.faults.append(Reply({"errors": [error]}, 200, headers) if inside else Reply(error, 403, headers))
    read(server)
    assert sum(server.clock.slept) >= (120 if headers else 60)


def test_a_wrong_token_fails_at_once_with_the_remedy_and_without_the_token(server: GitHubServer) -> None:
    with pytest.raises(SourceError, match=r"Bad credentials.*set GITHUB_TOKEN") as caught:
        read_pull_requests(server.client("ghp_wrong"), KEY)
    assert "ghp_wrong" not in str(caught.value)
    assert len(server.requests) == 1


def test_a_token_without_access_fails_at_once_with_the_remedy(server: GitHubServer) -> None:
    server.faults.append(Reply({"message": "Resource not accessible by personal access token"}, 403))
    with pytest.raises(SourceError, match="give the token read access"):
        read_pull_requests(server.client(), KEY)


def test_an_organization_that_wants_the_token_authorized_is_named(server: GitHubServer) -> None:
    error = "Resource protected by organization SAML enforcement. You must grant your token access."
    server.faults.append(Reply({"data": {"repository": None}, "errors": [{"type": "FORBIDDEN", "message": error}]}))
    with pytest.raises(SourceError, match="SAML"):
        read_pull_requests(server.client(), KEY)


@pytest.mark.parametrize("token", [TOKEN, None], ids=["with a token", "without"])
def test_a_repository_that_does_not_exist_fails_at_once(server: GitHubServer, token: str | None) -> None:
    with pytest.raises(SourceError, match="GITHUB_TOKEN"):
        read_pull_requests(server.client(token), "github.com/octo/none")
    assert len(server.requests) == 1


@pytest.mark.parametrize("key", ["repo", "octo/repo", "/home/ada/repo", "github.com/octo/repo/more"])
def test_a_key_that_names_no_repository_on_github_is_an_error(server: GitHubServer, key: str) -> None:
    with pytest.raises(SourceError, match="host/owner/name"):
        read_pull_requests(server.client(), key)


@pytest.mark.parametrize(
    ("break_it", "problem"),
    [
        (lambda pull: pull.update(title=None), "title: Input should be a valid string"),
        (lambda pull: pull.update(mergedAt=None), "mergedAt: Input should be a valid datetime"),
        (lambda pull: pull.update(files=[]), "files: Input should be a valid"),
    ],
)
def test_an_invalid_pull_request_is_skipped_with_a_warning(
    server: GitHubServer, repository: Repository, break_it: Callable[[Any], None], problem: str
) -> None:
    repository.merge("Broken", body="secret plans")
    repository.merge("Good")
    server.tamper = _tamper_with_first(break_it)
    found = read_pull_requests(server.client(), KEY)
    if problem.startswith("files"):
        assert list(found.pull_requests["detail"]) == ["pending", "read"]
        return
    assert list(found.pull_requests["number"]) == [2]
    assert found.warnings[0].startswith(f"Pull request of {KEY}, 1 was skipped")
    assert problem in found.warnings[0]
    assert "secret plans" not in "".join(found.warnings)


_HIDEABLE = ("labels", "closingIssuesReferences", "files", "reviews")


@pytest.mark.parametrize("name", _HIDEABLE)
def test_a_field_that_the_token_may_not_see_is_empty_with_one_warning_that_quotes_github(
    server: GitHubServer, repository: Repository, name: str
) -> None:
    for _ in range(3):
        repository.merge(labels=["bug"], closes=["octo/repo#7"])
    whole = read_pull_requests(server.client(), KEY)
    server.tamper = lambda body: (
        _change_pulls(body, lambda pull: pull | {name: None})
        | {"errors": [{"type": "FORBIDDEN", "message": "Resource not accessible by personal access token"}]}
    )
    found = read_pull_requests(server.client(), KEY)
    assert list(found.pull_requests["number"]) == [1, 2, 3]
    (warning,) = found.warnings
    assert "GitHub says: Resource not accessible by personal access token." in warning
    assert "Give GITHUB_TOKEN read access to Contents, Issues and Pull requests." in warning
    repository.edit(1, title="Another title")
    kept = read_pull_requests(server.client(), KEY, whole)
    assert the(kept.pull_requests.query("number == 1"))["title"] == "Another title"
    assert list(kept.pull_requests["labels"]) == list(whole.pull_requests["labels"])
    assert list(kept.pull_requests["closes"]) == list(whole.pull_requests["closes"])
    assert len(kept.files) == len(whole.files)
    server.tamper = lambda body: body
    assert_same(
        read_pull_requests(server.client(), KEY, kept)._replace(warnings=()), read_pull_requests(server.client(), KEY)
    )


def test_a_repository_of_which_nothing_can_be_understood_is_a_failure(
    server: GitHubServer, repository: Repository
) -> None:
    repository.merge()
    server.tamper = _tamper_with_first(lambda pull: pull.update(title=None))
    with pytest.raises(SourceError, match=r"No pull request of github\.com/octo/repo can be read"):
        read_pull_requests(server.client(), KEY)


_HURTS: dict[str, Callable[[Any], Any]] = {
    "null": lambda _: None,
    "no title": lambda pull: pull | {"title": None},
    "no moment": lambda pull: pull | {"updatedAt": None},
    "no connection": lambda pull: pull | {"closingIssuesReferences": None},
    "a broken file": lambda pull: pull | {"files": {"nodes": [None], "pageInfo": {"hasNextPage": False}}},
}


@settings(max_examples=30, deadline=None)
@given(
    hurt=st.lists(st.sampled_from(sorted(_HURTS)), min_size=1, max_size=3),
    numbers=st.sets(st.integers(1, 3), min_size=1),
    everywhere=st.booleans(),
    new=st.booleans(),
)
def test_unread_is_not_gone_and_is_read_when_it_can_be(
    hurt: list[str], numbers: set[int], everywhere: bool, new: bool
) -> None:
    repository = Repository(step=timedelta(minutes=10))
    for _ in range(3):
        repository.merge()
    with GitHubServer(repository) as server:
        client = server.client()
        held = read_pull_requests(client, KEY)
        if new:
            numbers = numbers | {repository.merge()}
        repository.edit(*numbers, labels=["bug"])
        repository.edit(3, body="more")
        for kind in hurt:
            hurt_one = _HURTS[kind]
            server.tamper = lambda body, hurt_one=hurt_one: _change_pulls(  # type: ignore[misc]
                body, lambda pull: hurt_one(pull) if pull["number"] in numbers else pull, everywhere=everywhere
            )
            held = read_pull_requests(client, KEY, held)
            assert {1, 2, 3} <= set(held.pull_requests["number"])
            assert {1, 2, 3} <= set(held.files["number"])
        server.tamper = lambda body: body
        held = read_pull_requests(client, KEY, held)
        assert_same(held, read_pull_requests(client, KEY))
        assert held.warnings == ()


def test_pages_that_overlap_give_each_row_once(server: GitHubServer, repository: Repository) -> None:
    number = repository.merge()
    repository.review(number)
    server.tamper = lambda body: _change_pulls(
        body,
        lambda pull: (
            pull | {name: pull[name] | {"nodes": pull[name]["nodes"] * 2} for name in ("commits", "files", "reviews")}
        ),
    )
    found = read_pull_requests(server.client(), KEY)
    assert len(found.commits) == len(found.files) == len(found.reviews) == 1


def test_a_review_of_an_unknown_state_is_skipped_with_a_warning(server: GitHubServer, repository: Repository) -> None:
    number = repository.merge()
    repository.review(number)
    repository.review(number)
    server.tamper = _tamper_with_first(lambda pull: pull["reviews"]["nodes"][0].update(state="BLESSED"))
    found = read_pull_requests(server.client(), KEY)
    assert len(found.pull_requests) == len(found.reviews) == 1
    assert "state: Input should be" in found.warnings[0]


def test_a_node_that_github_could_not_resolve_is_skipped_with_a_warning(
    server: GitHubServer, repository: Repository
) -> None:
    repository.merge()
    repository.merge()

    def lose_one(body: Any) -> Any:
        body = _change_pulls(body, lambda pull: None if pull["number"] == 2 else pull)
        return body | {"errors": [{"message": "Something is wrong with one of them"}]}

    server.tamper = lose_one
    found = read_pull_requests(server.client(), KEY)
    assert len(found.pull_requests) == 1
    assert len(found.warnings) == 1


def _change_pulls(body: Any, change: Callable[[Any], Any], *, everywhere: bool = True) -> Any:
    """Change the pull requests of an answer: those of a page, and `everywhere` one that was asked for by its number."""
    repository = body["data"].get("repository") or {}
    if nodes := (repository.get("pullRequests") or {}).get("nodes"):
        if "title" in nodes[0]:
            repository["pullRequests"]["nodes"] = [change(node) for node in nodes]
        elif everywhere:
            repository["pullRequests"]["nodes"] = [node if change(node) else None for node in nodes]
    elif everywhere and repository.get("pullRequest"):
        repository["pullRequest"] = change(repository["pullRequest"])
    return body


def _tamper_with_first(change: Callable[[Any], None]) -> Callable[[Any], Any]:
    def tamper(body: Any) -> Any:
        repository = body["data"]["repository"]
        page = repository.get("pullRequests", {}).get("nodes") or []
        for pull in [*page, *([repository["pullRequest"]] if repository.get("pullRequest") else [])]:
            if pull["number"] == 1 and "title" in pull:
                change(pull)
        return body

    return tamper


def test_without_a_token_rest_gives_the_same_but_for_the_links_to_issues(
    server: GitHubServer, repository: Repository
) -> None:
    number = repository.merge("Index it", **RICH)
    repository.review(number, BOB, "COMMENTED", "Nice")
    repository.merge(author=ADA)
    with_token = read(server)
    without = read_without_token(server)
    assert without.warnings == ()
    pull_requests = with_token.pull_requests.assign(closes=pd.Series(["[]", "[]"], dtype="str"))
    assert_same(without, with_token._replace(pull_requests=pull_requests))
    assert not [request for request in server.requests[1:] if "Authorization" in request.headers]


def test_without_a_token_details_are_read_up_to_the_rate_limit_with_a_warning(
    server: GitHubServer, repository: Repository
) -> None:
    for _ in range(120):
        repository.merge()
    found = read_without_token(server)
    assert len(found.pull_requests) == 120
    read_ones = found.pull_requests[found.pull_requests["detail"] == "read"]
    assert list(read_ones["number"]) == list(range(109, 121))
    assert server.remaining == 10
    assert server.clock.slept == []
    assert "108 of 120 pull requests" in found.warnings[0]
    assert "Set GITHUB_TOKEN, or run again in an hour" in found.warnings[0]


def test_without_a_token_the_next_hours_read_on_where_the_last_one_stopped(
    server: GitHubServer, repository: Repository
) -> None:
    for _ in range(30):
        repository.merge()
    found = read_without_token(server)
    for _ in range(3):
        server.remaining = 60
        found = read_without_token(server, found)
    assert found.warnings == ()
    assert set(found.pull_requests["detail"]) == {"read"}
    assert sorted(set(found.files["number"])) == list(range(1, 31))
    with server.counted() as nothing:
        assert_same(read_without_token(server, found), found)
    assert len(nothing) == 1


def test_without_a_token_a_changed_pull_request_keeps_its_sizes_until_they_are_read_again(
    server: GitHubServer, repository: Repository
) -> None:
    repository.merge(additions=77)
    found = read_without_token(server)
    repository.edit(1, title="Another title")
    server.remaining = 5
    found = read_without_token(server, found)
    row = the(found.pull_requests)
    assert (row["title"], row["additions"], row["detail"]) == ("Another title", 77, "pending")
    assert len(found.files) == 1


def test_without_a_token_a_pull_request_with_refused_details_stays_pending(
    server: GitHubServer, repository: Repository
) -> None:
    repository.merge()
    repository.merge()
    server.between[2] = lambda: server.faults.append(Reply({"message": "This diff is too large"}, 422))
    found = read_without_token(server)
    assert list(found.pull_requests["detail"]) == ["read", "pending"]
    assert f"{KEY}#2 has no details" in found.warnings[0]


class CacheLaw(RuleBasedStateMachine):
    """After any sequence of changes and readings, reading with what is stored equals reading without."""

    merged = Bundle("merged")

    @initialize(target=merged)
    def start(self) -> Any:
        self.server = GitHubServer()
        self.server.__enter__()
        self.repository = self.server.repository
        numbers = [self.repository.merge() for _ in range(4)]
        self.stored = read(self.server)
        return multiple(*numbers)

    def teardown(self) -> None:
        if hasattr(self, "server"):
            self.server.__exit__()

    @rule(page=st.sampled_from([1, 3, 100]))
    def read(self, page: int) -> None:
        cached = read(self.server, self.stored, page)
        assert_same(cached, read(self.server))
        self.stored = cached

    @rule(seconds=st.sampled_from([0, 1, 60, 3600]))
    def let_time_pass_by(self, seconds: int) -> None:
        """From here on changes are so far apart: with none, many things happen in the same second."""
        self.repository.step = timedelta(seconds=seconds)

    @rule(target=merged)
    def merge(self) -> int:
        return self.repository.merge()

    @rule()
    def close(self) -> None:
        self.repository.close()

    @rule(number=merged)
    def review(self, number: int) -> None:
        self.repository.review(number)

    @rule(some=st.lists(merged, min_size=1, max_size=6), label=st.sampled_from(["bug", "released"]))
    def label(self, some: list[int], label: str) -> None:
        self.repository.edit(*some, labels=[label])

    @rule(number=merged, count=st.integers(0, 3))
    def edit(self, number: int, count: int) -> None:
        files = [changed_file(f"file-{i}") for i in range(count)]
        self.repository.edit(number, title=f"{count} files", files=files)


TestCacheLaw = CacheLaw.TestCase
TestCacheLaw.settings = settings(
    max_examples=15, stateful_step_count=12, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


@pytest.mark.parametrize("private", [False, True])
def test_who_can_see_a_repository_comes_with_its_pull_requests(server: GitHubServer, private: bool) -> None:
    server.repository.private = private
    assert read(server).public is not private
    server.repository.merge()
    assert read(server, read(server)).public is not private


def test_what_is_shown_to_strangers_is_public(server: GitHubServer) -> None:
    assert read_pull_requests(server.client(token=None), KEY).public


_REST_HURTS: dict[str, Callable[[Any], None]] = {
    "no title": lambda pull: pull.update(title=None),
    "no branch": lambda pull: pull.update(headRefName=None),
    "a broken file": lambda pull: pull.update(files=[{**changed_file("src/thing.py"), "additions": None}]),
    "a broken commit": lambda pull: pull.update(commits=[{**commit("f" * 40), "oid": None}]),
}


@pytest.mark.parametrize("hurt", sorted(_REST_HURTS))
@pytest.mark.parametrize("new", [False, True])
def test_without_a_token_unread_is_not_gone_and_is_read_when_it_can_be(
    server: GitHubServer, repository: Repository, hurt: str, new: bool
) -> None:
    repository.merge()
    held = read_without_token(server)
    number = repository.merge() if new else 1
    whole = dict(repository.pulls[number])
    repository.edit(number, labels=["bug"])
    _REST_HURTS[hurt](repository.pulls[number])
    repository.edit(repository.merge())
    server.remaining = 60
    held = read_without_token(server, held)
    assert number in set(held.pull_requests["number"])
    assert len(held.warnings) >= 1
    assert {1, *((number,) if not new else ())} <= set(held.files["number"])
    repository.pulls[number] |= {**whole, "labels": ["bug"], "updatedAt": repository.pulls[number]["updatedAt"]}
    server.remaining = 60
    held = read_without_token(server, held)
    server.remaining = 60
    assert_same(held, read_without_token(server))


def test_an_account_that_is_gone_is_missing_through_either_api(server: GitHubServer, repository: Repository) -> None:
    repository.merge(author=account("ghost", number=10137))
    assert read_without_token(server).pull_requests["author"].isna().all()
