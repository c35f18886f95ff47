"""Linear: which issues and projects are read, in how many requests, and that what is stored is only a cache."""

import json
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, multiple, precondition, rule

from achievement_pipeline.sources.linear import read_issues
from achievement_pipeline_tests.examples import examples
from achievement_pipeline_tests.servers.linear import LinearServer, Workspace
from achievement_pipeline_tests.sources.linear.conftest import read, the


def test_an_issue_is_read_with_all_that_is_known_about_it(server: LinearServer, workspace: Workspace) -> None:
    bob = workspace.add_user("Bob@Example.org", "Bob")
    labels = [workspace.add_label("Bug"), workspace.add_label("perf")]
    project = workspace.add_project("Faster")
    parent = workspace.add_issue("Everything faster", state="started")
    issue = workspace.add_issue(
        "Index it", description="As **fast** as can be", priority=2, estimate=3.0, labelIds=labels, project=project,
        cycle=7, assignee=bob, parent=parent, startedAt="2026-01-01T00:00:01.000Z",
    )  # fmt: skip
    workspace.attach(issue, "https://github.com/acme/shop/pull/12", title="Add an index")
    row = the(read(server))
    assert row.to_dict() == {
        "id": issue,
        "identifier": "ENG-2",
        "previous_identifiers": "[]",
        "title": "Index it",
        "description": "As **fast** as can be",
        "url": "https://linear.app/acme/issue/ENG-2",
        "branch": "ada/eng-2",
        "priority": 2,
        "estimate": 3.0,
        "estimation": "fibonacci",
        "label_ids": json.dumps(labels),
        "labels": '["Bug", "perf"]',
        "team_id": workspace.team,
        "team_key": "ENG",
        "team": "Engineering",
        "project_id": project,
        "project": "Faster",
        "cycle": 7,
        "assignee_id": bob,
        "assignee_email": "Bob@Example.org",
        "assignee_name": "Bob",
        "creator_id": workspace.user,
        "creator_email": "ada@example.org",
        "creator_name": "Ada",
        "parent_id": parent,
        "attachments": json.dumps(
            [{"url": "https://github.com/acme/shop/pull/12", "title": "Add an index", "source": "github"}]
        ),
        "attached_at": pd.Timestamp("2026-01-01T00:00:04Z"),
        "created_at": pd.Timestamp("2026-01-01T00:00:03Z"),
        "started_at": pd.Timestamp("2026-01-01T00:00:01Z"),
        "completed_at": pd.Timestamp("2026-01-01T00:00:03Z"),
        "updated_at": pd.Timestamp("2026-01-01T00:00:03Z"),
        "archived_at": pd.NaT,
    }


def test_what_an_issue_may_lack_is_missing(server: LinearServer, workspace: Workspace) -> None:
    workspace.add_issue(assignee=None, creator=None)
    row = the(read(server))
    lacking = ["estimate", "project", "cycle", "assignee_email", "creator_email", "parent_id", "attached_at"]
    assert row[lacking].isna().all()
    assert row["description"] == ""


@pytest.mark.parametrize("state", ["triage", "backlog", "unstarted", "started", "canceled", "duplicate"])
def test_an_issue_of_another_state_is_not_read(server: LinearServer, workspace: Workspace, state: str) -> None:
    workspace.add_issue(state=state)
    assert read(server).empty


def test_archived_issues_are_read_and_binned_ones_are_not(server: LinearServer, workspace: Workspace) -> None:
    archived, binned = workspace.add_issue("Archived"), workspace.add_issue("Binned")
    workspace.archive(archived)
    workspace.bin(binned)
    assert the(read(server))["id"] == archived


def test_an_empty_workspace_gives_an_empty_frame(server: LinearServer) -> None:
    first = read(server)
    assert first.empty
    assert read(server, first).empty


def test_an_issue_with_many_attachments_is_read_whole(server: LinearServer, workspace: Workspace) -> None:
    issue = workspace.add_issue()
    for number in range(23):
        workspace.attach(issue, f"https://github.com/acme/shop/pull/{number}")
    assert len(json.loads(the(read(server, page=5))["attachments"])) == 23


def test_a_full_reading_of_4000_issues_takes_17_requests_and_nothing_new_takes_3(
    server: LinearServer, workspace: Workspace
) -> None:
    for _ in range(4000):
        workspace.add_issue()
    with server.counted() as full:
        first = read(server)
    with server.counted() as nothing:
        second = read(server, first)
    assert len(full) == 17
    assert len(nothing) == 3
    pd.testing.assert_frame_equal(first, second)


def test_only_what_changed_is_read_again(server: LinearServer, workspace: Workspace) -> None:
    issues = [workspace.add_issue() for _ in range(20)]
    first = read(server)
    workspace.edit(issues[3], title="Another title")
    with server.counted() as made:
        second = read(server, first)
    asked = [request.body["variables"]["filter"] for request in made if "Whole" in request.body["query"]]
    assert [wanted["id"]["in"] for wanted in asked] == [[issues[3]]]
    assert second.set_index("id").loc[issues[3], "title"] == "Another title"


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("title", None, "title: Input should be a valid string"),
        ("priority", 9, "priority: Input should be less than or equal to 4"),
        ("team", None, "team: Input should be"),
        ("attachments", None, "attachments: Input should be a valid list"),
        ("updatedAt", "yesterday", "updatedAt: Input should be a valid datetime"),
    ],
)
def test_an_invalid_issue_is_skipped_with_a_warning(
    server: LinearServer, workspace: Workspace, field: str, value: object, problem: str
) -> None:
    workspace.add_issue("Broken", description="secret plans")
    good = workspace.add_issue("Good")
    server.tamper = _break_first_issue(field, value)
    found = read_issues(server.client())
    assert list(found.issues["id"]) == [good]
    (warning,) = found.warnings
    assert warning.startswith("Linear issue ENG-1 was skipped")
    assert problem in warning
    assert "secret plans" not in warning


def _break_first_issue(field: str, value: object) -> Callable[[Any], Any]:
    def tamper(body: Any) -> Any:
        for node in body["data"].get("issues", {}).get("nodes", []):
            if node["identifier"] == "ENG-1":
                node[field] = value
        return body

    return tamper


class CacheLaw(RuleBasedStateMachine):
    """After any sequence of changes and readings, reading with what is stored equals reading without."""

    issues = Bundle("issues")

    @initialize(target=issues)
    def start(self) -> Any:
        self.server = LinearServer()
        self.server.__enter__()
        self.workspace = self.server.workspace
        self.teams = [self.workspace.team, self.workspace.add_team("OPS", "Operations", "tShirt")]
        self.labels = [self.workspace.add_label("Bug"), self.workspace.add_label("perf")]
        issues = [self.workspace.add_issue(labelIds=[self.labels[number % 2]]) for number in range(6)]
        self.stored = read_issues(self.server.client()).issues
        return multiple(*issues)

    def teardown(self) -> None:
        if hasattr(self, "server"):
            self.server.__exit__()

    @rule(page=st.sampled_from([2, 3, 5, 250]))
    def read(self, page: int) -> None:
        cached = read_issues(self.server.client(page=page), self.stored)
        full = read_issues(self.server.client())
        assert cached.warnings == full.warnings == ()
        pd.testing.assert_frame_equal(cached.issues, full.issues)
        completed = [issue for issue in self.workspace.issues.values() if issue["state"] == "completed"]
        assert set(full.issues["id"]) == {issue["id"] for issue in completed if not issue["trashed"]}
        self.stored = cached.issues

    @precondition(lambda self: self.workspace.issues)
    @rule(data=st.data())
    def change_and_read(self, data: st.DataObject) -> None:
        """Change one thing that no watermark shows."""
        issue = data.draw(st.sampled_from(sorted(self.workspace.issues)))
        change = data.draw(st.sampled_from([self.archive, self.bin, self.unarchive, self.reopen, self.attach]))
        change(issue)
        self.read(data.draw(st.sampled_from([2, 250])))

    @rule(target=issues, state=st.sampled_from(["completed", "started"]), label=st.integers(0, 1))
    def add(self, state: str, label: int) -> str:
        return self.workspace.add_issue(state=state, labelIds=[self.labels[label]])

    @rule(target=issues, moment=st.sampled_from(["2025-06-01T00:00:00.000Z", "2026-01-01T00:00:00.000Z"]))
    def import_one(self, moment: str) -> str:
        return self.workspace.add_issue("Imported", createdAt=moment)

    @rule(issue=issues)
    def reopen(self, issue: str) -> None:
        self.workspace.reopen(issue)

    @rule(issue=issues)
    def archive(self, issue: str) -> None:
        self.workspace.archive(issue)

    @rule(issue=issues)
    def unarchive(self, issue: str) -> None:
        self.workspace.unarchive(issue)

    @rule(issue=issues)
    def bin(self, issue: str) -> None:
        self.workspace.bin(issue)

    @rule(issue=consumes(issues))
    def delete(self, issue: str) -> None:
        self.workspace.delete(issue)

    @rule(some=st.lists(issues, min_size=1, max_size=6), estimate=st.none() | st.floats(0, 8))
    def edit_in_bulk(self, some: list[str], estimate: float | None) -> None:
        self.workspace.edit(*some, estimate=estimate)

    @rule(some=st.lists(issues, min_size=1, max_size=6))
    def complete_in_bulk(self, some: list[str]) -> None:
        self.workspace.complete(*some)

    @rule(issue=issues, team=st.integers(0, 1))
    def move(self, issue: str, team: int) -> None:
        self.workspace.move(issue, self.teams[team])

    @rule(issue=issues)
    def attach(self, issue: str) -> None:
        """Add an attachment; whether that touches the issue is not documented, so here it does not."""
        self.workspace.attach(issue, "https://github.com/acme/shop/pull/1")

    @rule(which=st.integers(0, 1), name=st.sampled_from(["Bug", "Defect", "perf"]))
    def rename_label(self, which: int, name: str) -> None:
        self.workspace.labels[self.labels[which]]["name"] = name

    @rule(which=st.integers(0, 1), key=st.sampled_from(["ENG", "CORE", "OPS"]))
    def rename_team(self, which: int, key: str) -> None:
        self.workspace.teams[self.teams[which]]["key"] = key

    @rule(email=st.sampled_from(["ada@example.org", "ada@new.example.org"]))
    def rename_person(self, email: str) -> None:
        self.workspace.users[self.workspace.user]["email"] = email


TestCacheLaw = CacheLaw.TestCase
TestCacheLaw.settings = settings(
    max_examples=examples(20),
    stateful_step_count=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


_HURTS: dict[str, Callable[[Any], Any]] = {
    "no title": lambda node: node | {"title": None},
    "no moment": lambda node: node | {"updatedAt": None},
    "no state": lambda node: node | {"priority": 9},
    "null": lambda _: None,
}


@pytest.mark.parametrize("hurt", sorted(_HURTS))
@pytest.mark.parametrize("cached", [True, False])
def test_an_issue_that_can_not_be_read_once_is_not_gone(
    server: LinearServer, workspace: Workspace, hurt: str, cached: bool
) -> None:
    one, two = workspace.add_issue("One"), workspace.add_issue("Two")
    held = read_issues(server.client())

    def tamper(body: Any) -> Any:
        for part in body["data"].values():
            if isinstance(part, dict) and "nodes" in part:
                part["nodes"] = [
                    _HURTS[hurt](node) if isinstance(node, dict) and node.get("id") == one else node
                    for node in part["nodes"]
                ]
        return body

    server.tamper = tamper
    once = read_issues(server.client(), held.issues, cached=cached)
    assert set(once.issues["id"]) == {one, two}
    server.tamper = lambda body: body
    again = read_issues(server.client(), once.issues)
    assert list(again.issues["title"]) == list(read_issues(server.client()).issues["title"])
