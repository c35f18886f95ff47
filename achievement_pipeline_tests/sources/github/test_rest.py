"""Without a token: GitHub's REST API gives the same pull requests, up to its rate limit."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from achievement_pipeline.demo.servers.github import changed_file
from achievement_pipeline_tests.servers.github import ADA, BOB, KEY, GitHubServer, Repository, commit
from achievement_pipeline_tests.servers.loopback import Reply
from achievement_pipeline_tests.sources.github.conftest import RICH, assert_same, read, read_without_token, the


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
