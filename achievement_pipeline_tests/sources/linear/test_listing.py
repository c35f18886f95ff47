"""The list of issues: its windows, pages and duplicates."""

from typing import Any

import pandas as pd
import pytest

from achievement_pipeline_tests.servers.linear import LinearServer, Workspace
from achievement_pipeline_tests.servers.loopback import Reply
from achievement_pipeline_tests.sources.linear.conftest import read


@pytest.mark.parametrize("count", [249, 250, 251, 500])
def test_every_page_boundary_gives_every_issue_once(server: LinearServer, workspace: Workspace, count: int) -> None:
    expected = {workspace.add_issue() for _ in range(count)}
    first = read(server)
    assert set(first["id"]) == expected
    assert len(first) == count
    pd.testing.assert_frame_equal(read(server, first), first)


def test_an_issue_that_changes_between_two_pages_is_read_once_as_it_is_now(
    server: LinearServer, workspace: Workspace
) -> None:
    issues = [workspace.add_issue() for _ in range(12)]

    def change() -> None:
        workspace.edit(issues[11], title="Changed after it was read")
        workspace.reopen(issues[0])
        workspace.add_issue("Done meanwhile")

    server.between[3] = change
    first = read(server, page=5)
    assert len(first) == first["id"].nunique() == 11
    second = read(server, first, page=5)
    pd.testing.assert_frame_equal(second, read(server, page=5))
    assert "Changed after it was read" in set(second["title"])


def test_an_issue_that_is_reopened_before_it_is_read_is_not_in_the_set(
    server: LinearServer, workspace: Workspace
) -> None:
    issue = workspace.add_issue()
    other = workspace.add_issue()
    first = read(server)
    workspace.edit(issue, title="Changed")
    server.between[len(server.requests) + 4] = lambda: workspace.reopen(issue)
    assert list(read(server, first)["id"]) == [other]


def test_duplicates_across_pages_count_once(server: LinearServer, workspace: Workspace) -> None:
    for _ in range(4):
        workspace.add_issue()

    def repeat(body: Any) -> Any:
        nodes = body["data"].get("issues", {}).get("nodes", [])
        return {"data": {**body["data"], "issues": {**body["data"]["issues"], "nodes": nodes * 2}}} if nodes else body

    server.tamper = repeat
    assert len(read(server)) == 4


def test_windows_that_overflow_are_paged_on(server: LinearServer, workspace: Workspace) -> None:
    for _ in range(10):
        workspace.add_issue()
    first = read(server, page=5)
    for _ in range(30):
        workspace.add_issue(createdAt="2026-01-01T00:00:05.500Z")
    assert len(read(server, first, page=5)) == 40


def test_a_listing_that_is_too_complex_is_split(server: LinearServer, workspace: Workspace) -> None:
    for _ in range(40):
        workspace.add_issue()
    first = read(server, page=5)
    refusal = {"message": "The query is too complex. Complexity: 12304.99. Maximum allowed complexity: 10000."}
    server.between[len(server.requests) + 2] = lambda: server.faults.append(Reply({"errors": [refusal]}, 400))
    with server.counted() as made:
        second = read(server, first, page=5)
    assert len(made) == 5
    assert server.clock.slept == []
    pd.testing.assert_frame_equal(second, first)
