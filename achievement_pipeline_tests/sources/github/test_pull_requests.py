"""GitHub: which pull requests and reviews are read, in how many requests, with a token and without."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, multiple, rule

from achievement_pipeline.demo.servers.github import account, changed_file
from achievement_pipeline.sources.github import read_pull_requests
from achievement_pipeline_tests.examples import examples
from achievement_pipeline_tests.servers.github import KEY, GitHubServer, Repository, commit
from achievement_pipeline_tests.sources.github.conftest import (
    _change_pulls,
    assert_same,
    read,
    read_without_token,
    the,
)


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


_HURTS: dict[str, Callable[[Any], Any]] = {
    "null": lambda _: None,
    "no title": lambda pull: pull | {"title": None},
    "no moment": lambda pull: pull | {"updatedAt": None},
    "no connection": lambda pull: pull | {"closingIssuesReferences": None},
    "a broken file": lambda pull: pull | {"files": {"nodes": [None], "pageInfo": {"hasNextPage": False}}},
}


@settings(max_examples=examples(30), deadline=None)
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
    max_examples=examples(15), stateful_step_count=12, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


@pytest.mark.parametrize("private", [False, True])
def test_who_can_see_a_repository_comes_with_its_pull_requests(server: GitHubServer, private: bool) -> None:
    server.repository.private = private
    assert read(server).public is not private
    server.repository.merge()
    assert read(server, read(server)).public is not private


def test_what_is_shown_to_strangers_is_public(server: GitHubServer) -> None:
    assert read_pull_requests(server.client(token=None), KEY).public


def test_an_account_that_is_gone_is_missing_through_either_api(server: GitHubServer, repository: Repository) -> None:
    repository.merge(author=account("ghost", number=10137))
    assert read_without_token(server).pull_requests["author"].isna().all()
