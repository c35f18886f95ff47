"""GitHub on loopback, and how it is read."""

from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd
import pytest

from achievement_pipeline.demo.servers.github import changed_file
from achievement_pipeline.sources.github import PullRequests, read_pull_requests
from achievement_pipeline_tests.servers.github import KEY, GitHubServer, Repository, commit


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
    "milestone": {"title": "Faster index"},
    "commits": [commit("a" * 40), commit("b" * 40, "bob@example.org", None)],
    "files": [changed_file("src/index.py", "ADDED", 120, 0), changed_file("old.py", "DELETED", 0, 30)],
}


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
