"""Completed projects of Linear."""

import json
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from achievement_pipeline.sources.linear import read_projects
from achievement_pipeline_tests.servers.linear import LinearServer, Workspace
from achievement_pipeline_tests.sources.linear.conftest import the


def test_a_project_is_read_with_all_that_is_known_about_it(server: LinearServer, workspace: Workspace) -> None:
    bob = workspace.add_user("bob@example.org", "Bob")
    project = workspace.add_project(
        "Faster", description="All of it", content="# Why", priority=1, lead=bob, labels=["perf"],
        members=[workspace.user, bob], startedAt="2026-01-01T00:00:01.000Z",
    )  # fmt: skip
    found = read_projects(server.client())
    assert found.warnings == ()
    assert the(found.projects).to_dict() == {
        "id": project,
        "name": "Faster",
        "description": "All of it",
        "content": "# Why",
        "url": f"https://linear.app/acme/project/{project}",
        "priority": 1,
        "labels": '["perf"]',
        "teams": '["ENG"]',
        "lead_email": "bob@example.org",
        "lead_name": "Bob",
        "creator_email": "ada@example.org",
        "creator_name": "Ada",
        "members": '["ada@example.org", "bob@example.org"]',
        "created_at": pd.Timestamp("2026-01-01T00:00:01Z"),
        "started_at": pd.Timestamp("2026-01-01T00:00:01Z"),
        "completed_at": pd.Timestamp("2026-01-01T00:00:01Z"),
        "updated_at": pd.Timestamp("2026-01-01T00:00:01Z"),
        "archived_at": pd.NaT,
    }


def test_only_completed_projects_that_are_not_binned_are_read(server: LinearServer, workspace: Workspace) -> None:
    done = workspace.add_project("Done", archivedAt="2026-01-01T00:00:00.000Z")
    workspace.add_project("Going on", status="started")
    workspace.add_project("Binned", trashed=True, archivedAt="2026-01-01T00:00:00.000Z")
    assert list(read_projects(server.client()).projects["id"]) == [done]


@pytest.mark.parametrize("count", [100, 101])
def test_projects_are_paged(server: LinearServer, workspace: Workspace, count: int) -> None:
    for number in range(count):
        workspace.add_project(f"Project {number}")
    assert len(read_projects(server.client()).projects) == count


def test_a_project_with_many_members_is_read_whole(server: LinearServer, workspace: Workspace) -> None:
    members = [workspace.add_user(f"{n}@example.org", f"Person {n}") for n in range(47)]
    workspace.add_project("Big", members=members)
    assert len(json.loads(the(read_projects(server.client(page=10)).projects)["members"])) == 47


@pytest.mark.parametrize("hurt", [lambda node: node | {"name": None}, lambda _: None], ids=["no name", "null"])
def test_a_project_that_can_not_be_read_once_is_not_gone(
    server: LinearServer, workspace: Workspace, hurt: Callable[[Any], Any]
) -> None:
    one, two = workspace.add_project("One"), workspace.add_project("Two")
    held = read_projects(server.client())

    def tamper(body: Any) -> Any:
        part = body["data"].get("projects")
        if part:
            part["nodes"] = [hurt(node) if node["id"] == one else node for node in part["nodes"]]
        return body

    server.tamper = tamper
    assert set(read_projects(server.client(), held.projects).projects["id"]) == {one, two}
