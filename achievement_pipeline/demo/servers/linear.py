"""A Linear workspace in memory behind a loopback server."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from graphql import GraphQLError

from achievement_pipeline.demo.servers.graphql import GraphQLServer, connection
from achievement_pipeline.demo.servers.loopback import Node, Reply

_DEFAULT_FIRST = 50


@dataclass
class Workspace:
    """What a workspace holds. Every change is stamped a second later than the one before, unless it says otherwise."""

    issues: dict[str, Node] = field(default_factory=dict)
    projects: dict[str, Node] = field(default_factory=dict)
    teams: dict[str, Node] = field(default_factory=dict)
    users: dict[str, Node] = field(default_factory=dict)
    labels: dict[str, Node] = field(default_factory=dict)
    attachments: dict[str, Node] = field(default_factory=dict)
    now: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    slug: str = "acme"
    """What the addresses of its issues begin with."""
    _made: int = 0

    def __post_init__(self) -> None:
        """Begin with a team and a user."""
        self.team = self.add_team("ENG", "Engineering")
        self.user = self.add_user("ada@example.org", "Ada")

    def tick(self) -> str:
        """Return the time of the next change."""
        self.now += timedelta(seconds=1)
        return text_of(self.now)

    def add_team(self, key: str, name: str, issueEstimationType: str = "fibonacci") -> str:  # noqa: N803 - Linear's own
        """Add a team, and return its id."""
        return self._add(self.teams, key=key, name=name, issueEstimationType=issueEstimationType)

    def add_user(self, email: str, name: str) -> str:
        """Add a person, and return their id."""
        return self._add(self.users, email=email, name=name)

    def add_label(self, name: str) -> str:
        """Add a label of issues, and return its id."""
        return self._add(self.labels, name=name)

    def add_project(self, name: str, status: str = "completed", **fields: Any) -> str:
        """Add a project, and return its id."""
        now = self.tick()
        values: Node = {
            "description": "", "content": None, "priority": 0, "lead": self.user, "creator": self.user, "labels": [],
            "teams": [self.team], "members": [self.user], "createdAt": now, "startedAt": None,
            "completedAt": now if status == "completed" else None, "updatedAt": now, "archivedAt": None,
            "trashed": None,
        }  # fmt: skip
        return self._add(self.projects, name=name, status=status, **values | fields)

    def add_issue(self, title: str = "Ship it", state: str = "completed", **fields: Any) -> str:
        """Add an issue, and return its id."""
        now = self.tick()
        values: Node = {
            "number": len(self.issues) + 1, "team": self.team, "previousIdentifiers": [], "description": None,
            "priority": 0, "estimate": None, "labelIds": [], "project": None, "cycle": None, "parent": None,
            "assignee": self.user, "creator": self.user, "createdAt": now, "startedAt": None,
            "completedAt": now if state == "completed" else None, "updatedAt": now, "archivedAt": None, "trashed": None,
        }  # fmt: skip
        return self._add(self.issues, title=title, state=state, **values | fields)

    def attach(self, issue: str, url: str, **fields: Any) -> str:
        """Attach a link to an issue, and return the id of the attachment."""
        values = {"title": url, "sourceType": "github", "updatedAt": self.tick()}
        return self._add(self.attachments, issue=issue, url=url, **values | fields)

    def identifier(self, issue: Node) -> str:
        """Return what people call an issue, like ENG-12."""
        return f"{self.teams[issue['team']]['key']}-{issue['number']}"

    def _add(self, table: dict[str, Node], **fields: Any) -> str:
        self._made += 1
        key = str(UUID(int=self._made))
        table[key] = {"id": key, **fields}
        return key


class LinearServer(GraphQLServer):
    """Serves a workspace to whoever asks."""

    def __init__(self, workspace: Workspace) -> None:
        """Take what there is."""
        self.workspace = workspace
        fields = ("issues", "projects", "teams", "users", "issueLabels", "attachments", "issue", "project")
        super().__init__("linear", {name: getattr(self, f"_{name}") for name in fields})

    def reject(self, errors: Sequence[GraphQLError]) -> Reply:
        """Return what is answered to an operation that does not fit the schema: Linear has HTTP 400 for it."""
        return failure(400, errors[0].message, "GRAPHQL_VALIDATION_FAILED")

    def describe(self, error: GraphQLError) -> Node:
        """Return an error of the execution as Linear shows it."""
        return {**error_node(error.message, "INTERNAL_SERVER_ERROR"), "path": error.path}

    def _issues(
        self, _: Any, first: int = _DEFAULT_FIRST, after: str | None = None, filter: Any = None,  # noqa: A002
        includeArchived: bool = False,  # noqa: N803
    ) -> Node:  # fmt: skip
        rows = [row for row in self.workspace.issues.values() if _matches(row, filter, "state")]
        return _page(rows, first, after, self._issue_node, includeArchived)

    def _projects(
        self, _: Any, first: int = _DEFAULT_FIRST, after: str | None = None, filter: Any = None,  # noqa: A002
        includeArchived: bool = False,  # noqa: N803
    ) -> Node:  # fmt: skip
        rows = [row for row in self.workspace.projects.values() if _matches(row, filter, "status")]
        return _page(rows, first, after, self._project_node, includeArchived)

    def _attachments(self, _: Any, first: int = _DEFAULT_FIRST, after: str | None = None, filter: Any = None) -> Node:  # noqa: A002
        rows = [row for row in self.workspace.attachments.values() if _matches(row, filter, "")]
        rows = [row for row in rows if row["issue"] in self.workspace.issues]
        return _page(rows, first, after, lambda row: {**row, "issue": {"id": row["issue"]}})

    def _teams(self, _: Any, first: int = _DEFAULT_FIRST, after: str | None = None, **_ignored: Any) -> Node:
        return _page(self.workspace.teams.values(), first, after)

    def _users(self, _: Any, first: int = _DEFAULT_FIRST, after: str | None = None, **_ignored: Any) -> Node:
        return _page(self.workspace.users.values(), first, after)

    def _issueLabels(self, _: Any, first: int = _DEFAULT_FIRST, after: str | None = None, **_ignored: Any) -> Node:  # noqa: N802
        return _page(self.workspace.labels.values(), first, after)

    def _issue(self, _: Any, id: str) -> Node:  # noqa: A002
        return self._issue_node(self.workspace.issues[id])

    def _project(self, _: Any, id: str) -> Node:  # noqa: A002
        return self._project_node(self.workspace.projects[id])

    def _issue_node(self, row: Node) -> Node:
        identifier = self.workspace.identifier(row)
        own = [one for one in self.workspace.attachments.values() if one["issue"] == row["id"]]
        return row | {
            "identifier": identifier,
            "url": f"https://linear.app/{self.workspace.slug}/issue/{identifier}",
            "branchName": f"ada/{identifier.lower()}",
            **{name: row[name] and {"id": row[name]} for name in ("team", "project", "assignee", "creator", "parent")},
            "cycle": row["cycle"] and {"number": row["cycle"]},
            "attachments": lambda _, first=_DEFAULT_FIRST, after=None: _page(own, first, after),
        }

    def _project_node(self, row: Node) -> Node:
        shop = self.workspace
        parts = {
            "labels": [{"id": name, "name": name} for name in row["labels"]],
            "teams": [shop.teams[key] for key in row["teams"]],
            "members": [shop.users[key] for key in row["members"]],
        }
        return row | {
            "url": f"https://linear.app/{shop.slug}/project/{row['id']}",
            "lead": row["lead"] and shop.users[row["lead"]],
            "creator": row["creator"] and shop.users[row["creator"]],
            **{
                name: lambda _, first=_DEFAULT_FIRST, after=None, rows=rows: _page(rows, first, after)
                for name, rows in parts.items()
            },
        }


def _matches(row: Node, wanted: Any, state: str) -> bool:
    for name, test in (wanted or {}).items():
        if name == state:
            if row[state] != test["type"]["eq"]:
                return False
        elif name == "id":
            if row["id"] not in test["in"]:
                return False
        elif not test.get("gte", "") <= row[name] or not row[name] < test.get("lt", "9"):
            return False
    return True


def _page(
    rows: Any,
    first: int,
    after: str | None,
    build: Any = lambda row: row,
    includeArchived: bool = True,  # noqa: N803
) -> Node:
    seen = [row for row in rows if includeArchived or not row["archivedAt"]]
    return connection(seen, first, after, lambda row: f"{row.get('createdAt', '')} {row['id']}", build)


def error_node(message: str, code: str) -> Node:
    """Return an error as Linear shows it."""
    return {"message": message, "extensions": {"code": code, "userError": True, "userPresentableMessage": message}}


def failure(status: int, message: str, code: str) -> Reply:
    """Return the answer to a request that fails."""
    return Reply({"errors": [error_node(message, code)]}, status)


def text_of(moment: datetime) -> str:
    """Return a moment as Linear writes it."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
