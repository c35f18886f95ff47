"""A Linear workspace in memory behind a loopback server, with the traps of the real one.

Archiving and binning leave ``updatedAt`` alone; teams, labels and people can be renamed without touching an issue; a
query that may cost more than 10,000 is refused with HTTP 400, as a wrong one is; so is a rate limit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
)
from pydantic import SecretStr

from achievement_pipeline.sources.linear import LinearClient
from achievement_pipeline.sources.linear.documents import PAGE
from achievement_pipeline_tests.servers.graphql import GraphQLServer, connection
from achievement_pipeline_tests.servers.loopback import Clock, Reply, Request

KEY = "lin_api_0123456789abcdef"
MAX_COST = 10_000
_DEFAULT_FIRST = 50

_Node = dict[str, Any]


@dataclass
class Workspace:
    """What a workspace holds. Every change is stamped a second later than the one before, unless it says otherwise."""

    issues: dict[str, _Node] = field(default_factory=dict)
    projects: dict[str, _Node] = field(default_factory=dict)
    teams: dict[str, _Node] = field(default_factory=dict)
    users: dict[str, _Node] = field(default_factory=dict)
    labels: dict[str, _Node] = field(default_factory=dict)
    attachments: dict[str, _Node] = field(default_factory=dict)
    now: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    _made: int = 0

    def __post_init__(self) -> None:
        self.team = self.add_team("ENG", "Engineering")
        self.user = self.add_user("ada@example.org", "Ada")

    def tick(self) -> str:
        self.now += timedelta(seconds=1)
        return _text(self.now)

    def add_team(self, key: str, name: str, issueEstimationType: str = "fibonacci") -> str:  # noqa: N803 - Linear's own
        return self._add(self.teams, key=key, name=name, issueEstimationType=issueEstimationType)

    def add_user(self, email: str, name: str) -> str:
        return self._add(self.users, email=email, name=name)

    def add_label(self, name: str) -> str:
        return self._add(self.labels, name=name)

    def add_project(self, name: str, status: str = "completed", **fields: Any) -> str:
        now = self.tick()
        values: _Node = {
            "description": "", "content": None, "priority": 0, "lead": self.user, "creator": self.user, "labels": [],
            "teams": [self.team], "members": [self.user], "createdAt": now, "startedAt": None,
            "completedAt": now if status == "completed" else None, "updatedAt": now, "archivedAt": None,
            "trashed": None,
        }  # fmt: skip
        return self._add(self.projects, name=name, status=status, **values | fields)

    def add_issue(self, title: str = "Ship it", state: str = "completed", **fields: Any) -> str:
        now = self.tick()
        values: _Node = {
            "team": self.team, "previousIdentifiers": [], "description": None, "priority": 0, "estimate": None,
            "labelIds": [], "project": None, "cycle": None, "assignee": self.user, "creator": self.user, "parent": None,
            "createdAt": now, "startedAt": None, "completedAt": now if state == "completed" else None,
            "updatedAt": now, "archivedAt": None, "trashed": None,
        }  # fmt: skip
        return self._add(self.issues, title=title, state=state, number=len(self.issues) + 1, **values | fields)

    def attach(self, issue: str, url: str, **fields: Any) -> str:
        values = {"title": url, "sourceType": "github", "updatedAt": self.tick()}
        return self._add(self.attachments, issue=issue, url=url, **values | fields)

    def edit(self, *issues: str, **fields: Any) -> None:
        """Change issues as one bulk edit: all get the same moment."""
        now = self.tick()
        for issue in issues:
            self.issues[issue] |= {"updatedAt": now, **fields}

    def complete(self, *issues: str) -> None:
        self.edit(*issues, state="completed", completedAt=_text(self.now))

    def reopen(self, *issues: str) -> None:
        self.edit(*issues, state="started", completedAt=None)

    def move(self, issue: str, team: str) -> None:
        before = self.issues[issue]
        self.edit(issue, team=team, previousIdentifiers=[*before["previousIdentifiers"], self.identifier(before)])

    def archive(self, *issues: str) -> None:
        for issue in issues:
            self.issues[issue]["archivedAt"] = self.tick()

    def unarchive(self, *issues: str) -> None:
        for issue in issues:
            self.issues[issue] |= {"archivedAt": None, "trashed": None}

    def bin(self, *issues: str) -> None:
        for issue in issues:
            self.issues[issue] |= {"archivedAt": self.tick(), "trashed": True}

    def delete(self, *issues: str) -> None:
        for issue in issues:
            del self.issues[issue]

    def identifier(self, issue: _Node) -> str:
        return f"{self.teams[issue['team']]['key']}-{issue['number']}"

    def _add(self, table: dict[str, _Node], **fields: Any) -> str:
        self._made += 1
        key = str(UUID(int=self._made))
        table[key] = {"id": key, **fields}
        return key


class LinearServer(GraphQLServer):
    """Serves a workspace."""

    def __init__(self, workspace: Workspace | None = None, clock: Clock | None = None) -> None:
        self.workspace = workspace or Workspace()
        fields = ("issues", "projects", "teams", "users", "issueLabels", "attachments", "issue", "project")
        super().__init__("linear", {name: getattr(self, f"_{name}") for name in fields}, clock)

    def client(self, *, page: int = PAGE, key: str = KEY) -> LinearClient:
        return LinearClient(SecretStr(key), f"{self.url}/graphql", page=page, options=self.clock.request_options())

    def refuse(self, request: Request) -> Reply | None:
        sent = request.headers.get("Authorization", "")
        if sent == f"Bearer {KEY}":
            message = "It looks like you're trying to use an API key as a Bearer token. Remove the Bearer prefix."
            return _failure(400, message, "INPUT_ERROR")
        if sent.removeprefix("Bearer ") not in {KEY, "lin_oauth_0123"}:
            return _failure(401, "Authentication required, not authenticated", "AUTHENTICATION_ERROR")
        return None

    def price(self, document: DocumentNode, variables: Mapping[str, Any]) -> Reply | None:
        too_large = [n for name, n in variables.items() if name == "first" and not 1 <= n <= 250]
        if too_large:
            return Reply({"data": None, "errors": [_error("Argument Validation Error", "INVALID_INPUT")]})
        cost = compute_cost(self.schema, document, variables, multiply_page_info=True)
        if cost <= MAX_COST:
            return None
        message = f"The query is too complex. Complexity: {cost:.2f}. Maximum allowed complexity: {MAX_COST}."
        return _failure(400, message, "INPUT_ERROR")

    def reject(self, errors: Sequence[GraphQLError]) -> Reply:
        return _failure(400, errors[0].message, "GRAPHQL_VALIDATION_FAILED")

    def describe(self, error: GraphQLError) -> dict[str, Any]:
        return {**_error(error.message, "INTERNAL_SERVER_ERROR"), "path": error.path}

    def limit(self, exhausted: str | None = "Requests", reset_in: float = 1800) -> Reply:
        """Make the answer to a request beyond a rate limit; the limits that are not exhausted are reset later."""
        headers = {}
        for name in ("Requests", "Complexity", "Endpoint-Requests"):
            moment = self.clock.now + reset_in + (0 if name == exhausted else 600)
            headers[f"X-RateLimit-{name}-Remaining"] = "0" if name == exhausted else "17"
            headers[f"X-RateLimit-{name}-Reset"] = str(int(moment * 1000))
        message = "Rate limit exceeded. Only 2500 requests are allowed per 1 hour."
        return Reply({"errors": [_error(message, "RATELIMITED")]}, 400, headers)

    def _issues(
        self, _: Any, first: int = _DEFAULT_FIRST, after: str | None = None, filter: Any = None,  # noqa: A002
        includeArchived: bool = False,  # noqa: N803
    ) -> _Node:  # fmt: skip
        rows = [row for row in self.workspace.issues.values() if _matches(row, filter, "state")]
        return _page(rows, first, after, self._issue_node, includeArchived)

    def _projects(
        self, _: Any, first: int = _DEFAULT_FIRST, after: str | None = None, filter: Any = None,  # noqa: A002
        includeArchived: bool = False,  # noqa: N803
    ) -> _Node:  # fmt: skip
        rows = [row for row in self.workspace.projects.values() if _matches(row, filter, "status")]
        return _page(rows, first, after, self._project_node, includeArchived)

    def _attachments(self, _: Any, first: int = _DEFAULT_FIRST, after: str | None = None, filter: Any = None) -> _Node:  # noqa: A002
        rows = [row for row in self.workspace.attachments.values() if _matches(row, filter, "")]
        rows = [row for row in rows if row["issue"] in self.workspace.issues]
        return _page(rows, first, after, lambda row: {**row, "issue": {"id": row["issue"]}})

    def _teams(self, _: Any, first: int = _DEFAULT_FIRST, after: str | None = None, **_ignored: Any) -> _Node:
        return _page(self.workspace.teams.values(), first, after)

    def _users(self, _: Any, first: int = _DEFAULT_FIRST, after: str | None = None, **_ignored: Any) -> _Node:
        return _page(self.workspace.users.values(), first, after)

    def _issueLabels(self, _: Any, first: int = _DEFAULT_FIRST, after: str | None = None, **_ignored: Any) -> _Node:  # noqa: N802
        return _page(self.workspace.labels.values(), first, after)

    def _issue(self, _: Any, id: str) -> _Node:  # noqa: A002
        return self._issue_node(self.workspace.issues[id])

    def _project(self, _: Any, id: str) -> _Node:  # noqa: A002
        return self._project_node(self.workspace.projects[id])

    def _issue_node(self, row: _Node) -> _Node:
        identifier = self.workspace.identifier(row)
        own = [one for one in self.workspace.attachments.values() if one["issue"] == row["id"]]
        return row | {
            "identifier": identifier,
            "url": f"https://linear.app/acme/issue/{identifier}",
            "branchName": f"ada/{identifier.lower()}",
            **{name: row[name] and {"id": row[name]} for name in ("team", "project", "assignee", "creator", "parent")},
            "cycle": row["cycle"] and {"number": row["cycle"]},
            "attachments": lambda _, first=_DEFAULT_FIRST, after=None: _page(own, first, after),
        }

    def _project_node(self, row: _Node) -> _Node:
        shop = self.workspace
        parts = {
            "labels": [{"id": name, "name": name} for name in row["labels"]],
            "teams": [shop.teams[key] for key in row["teams"]],
            "members": [shop.users[key] for key in row["members"]],
        }
        return row | {
            "url": f"https://linear.app/acme/project/{row['id']}",
            "lead": row["lead"] and shop.users[row["lead"]],
            "creator": row["creator"] and shop.users[row["creator"]],
            **{
                name: lambda _, first=_DEFAULT_FIRST, after=None, rows=rows: _page(rows, first, after)
                for name, rows in parts.items()
            },
        }


def compute_cost(
    schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any], *, multiply_page_info: bool
) -> float:
    """Compute what Linear computes before it runs an operation: see ``sources/linear/documents.py``."""
    fragments = {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}

    def price(selections: SelectionSetNode, parent: GraphQLObjectType) -> float:
        total = 0.0
        for node in selections.selections:
            match node:
                case FragmentSpreadNode():
                    total += price(fragments[node.name.value].selection_set, parent)
                case InlineFragmentNode():
                    total += price(node.selection_set, parent)
                case FieldNode():
                    total += price_field(node, parent)
        return total

    def price_field(node: FieldNode, parent: GraphQLObjectType) -> float:
        kind = get_named_type(parent.fields[node.name.value].type)
        if not isinstance(kind, GraphQLObjectType) or node.selection_set is None:
            return 0.1
        if not kind.name.endswith("Connection"):
            return 1 + price(node.selection_set, kind)
        parts = {
            part.name.value: price_field(part, kind)
            for part in node.selection_set.selections
            if isinstance(part, FieldNode)
        }
        info = parts.pop("pageInfo", 0.0)
        first = next((a.value for a in node.arguments if a.name.value == "first"), None)
        count = variables[first.name.value] if isinstance(first, VariableNode) else int(getattr(first, "value", 50))
        return count * (sum(parts.values()) + (info if multiply_page_info else 0)) + (0 if multiply_page_info else info)

    query = schema.query_type
    assert query is not None
    operation = next(one for one in document.definitions if isinstance(one, OperationDefinitionNode))
    return price(operation.selection_set, query)


def _matches(row: _Node, wanted: Any, state: str) -> bool:
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
) -> _Node:
    seen = [row for row in rows if includeArchived or not row["archivedAt"]]
    return connection(seen, first, after, lambda row: f"{row.get('createdAt', '')} {row['id']}", build)


def _error(message: str, code: str) -> _Node:
    return {"message": message, "extensions": {"code": code, "userError": True, "userPresentableMessage": message}}


def _failure(status: int, message: str, code: str) -> Reply:
    return Reply({"errors": [_error(message, code)]}, status)


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
