"""Linear: which issues and projects are read, in how many requests, and that what is stored is only a cache."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, multiple, precondition, rule
from pandera.typing import DataFrame

from achievement_pipeline.errors import SourceError
from achievement_pipeline.frames import RawLinearIssues
from achievement_pipeline.sources.linear import read_issues, read_projects
from achievement_pipeline_tests.servers.linear import KEY, LinearServer, Workspace
from achievement_pipeline_tests.servers.loopback import BROKEN, CUT, RESET, Reply


@pytest.fixture
def server() -> Iterator[LinearServer]:
    with LinearServer() as it:
        yield it


@pytest.fixture
def workspace(server: LinearServer) -> Workspace:
    return server.workspace


def read(server: LinearServer, stored: DataFrame[RawLinearIssues] | None = None, page: int = 250) -> Any:
    found = read_issues(server.client(page=page), stored)
    assert found.warnings == ()
    return found.issues


def the(frame: pd.DataFrame) -> Any:
    assert len(frame) == 1
    return frame.iloc[0]


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


@pytest.mark.parametrize("count", [249, 250, 251, 500])
def test_every_page_boundary_gives_every_issue_once(server: LinearServer, workspace: Workspace, count: int) -> None:
    expected = {workspace.add_issue() for _ in range(count)}
    first = read(server)
    assert set(first["id"]) == expected
    assert len(first) == count
    pd.testing.assert_frame_equal(read(server, first), first)


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


def test_a_workspace_with_many_people_and_labels_is_read_whole(server: LinearServer, workspace: Workspace) -> None:
    people = [workspace.add_user(f"{n}@example.org", f"Person {n}") for n in range(12)]
    labels = [workspace.add_label(f"label {n}") for n in range(12)]
    for person, label in zip(people, labels, strict=True):
        workspace.add_issue(assignee=person, labelIds=[label])
    found = read(server, page=5)
    assert set(found["assignee_email"]) == {f"{n}@example.org" for n in range(12)}
    assert set(found["labels"]) == {f'["label {n}"]' for n in range(12)}


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


@pytest.mark.parametrize("fault", [RESET, CUT, BROKEN, Reply(status=503)], ids=["reset", "cut", "broken", "503"])
def test_a_passing_fault_at_any_page_costs_a_try(server: LinearServer, workspace: Workspace, fault: Reply) -> None:
    for _ in range(12):
        workspace.add_issue()
    for number in (1, 3, 5):
        server.between[number] = lambda: server.faults.append(fault)
    assert len(read(server, page=5)) == 12


@pytest.mark.parametrize("limit", ["Requests", "Complexity", "Endpoint-Requests"])
def test_a_rate_limit_is_waited_for_until_the_exhausted_limit_is_reset(
    server: LinearServer, workspace: Workspace, limit: str
) -> None:
    workspace.add_issue()
    server.faults.append(server.limit(limit, reset_in=1800))
    began = server.clock.now
    assert len(read(server)) == 1
    assert 1800 <= server.requests[1].at - began <= 1803
    assert "Linear: the rate limit is reached" in server.clock.messages[0]


def test_where_no_limit_looks_exhausted_the_last_reset_is_waited_for(
    server: LinearServer, workspace: Workspace
) -> None:
    workspace.add_issue()
    server.faults.append(server.limit(None, reset_in=1200))
    read(server)
    assert 1800 <= sum(server.clock.slept) <= 1803


def test_a_rate_limit_that_names_no_end_is_waited_for(server: LinearServer, workspace: Workspace) -> None:
    workspace.add_issue()
    refusal = server.limit()
    server.faults.append(Reply(refusal.body, refusal.status))
    assert len(read(server)) == 1
    assert sum(server.clock.slept) >= 60


def test_a_wrong_key_fails_at_once_with_the_remedy_and_without_the_key(server: LinearServer) -> None:
    with pytest.raises(SourceError, match="set LINEAR_API_KEY") as caught:
        read_issues(server.client(key="lin_api_wrong"))
    assert "lin_api_wrong" not in str(caught.value)
    assert len(server.requests) == 1


def test_a_personal_key_is_sent_bare_and_an_oauth_token_as_bearer(server: LinearServer) -> None:
    read(server)
    read_issues(server.client(key="lin_oauth_0123"))
    assert {request.headers["Authorization"] for request in server.requests} == {KEY, "Bearer lin_oauth_0123"}


def test_an_invalid_query_fails_at_once(server: LinearServer) -> None:
    wrong = {"message": 'Cannot query field "nope"', "extensions": {"code": "GRAPHQL_VALIDATION_FAILED"}}
    server.faults.append(Reply({"errors": [wrong]}, 400))
    with pytest.raises(SourceError, match="Cannot query field"):
        read_issues(server.client())
    assert len(server.requests) == 1


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
    max_examples=20,
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
