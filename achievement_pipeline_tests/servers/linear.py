"""A Linear workspace in memory behind a loopback server, with the traps of the real one.

Archiving and binning leave ``updatedAt`` alone; teams, labels and people can be renamed without touching an issue; a
query that may cost more than 10,000 is refused with HTTP 400, as a wrong one is; so is a rate limit.
"""

from collections.abc import Mapping
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
)
from pydantic import SecretStr

from achievement_pipeline.demo.servers import linear as served
from achievement_pipeline.demo.servers.linear import error_node, failure, text_of
from achievement_pipeline.demo.servers.loopback import Reply, Request
from achievement_pipeline.sources.linear import LinearClient
from achievement_pipeline.sources.linear.documents import PAGE
from achievement_pipeline_tests.servers.graphql import DisturbedGraphQLServer
from achievement_pipeline_tests.servers.loopback import Clock

KEY = "lin_api_0123456789abcdef"
MAX_COST = 10_000


class Workspace(served.Workspace):
    """A workspace that people go on changing."""

    def edit(self, *issues: str, **fields: Any) -> None:
        """Change issues as one bulk edit: all get the same moment."""
        now = self.tick()
        for issue in issues:
            self.issues[issue] |= {"updatedAt": now, **fields}

    def complete(self, *issues: str) -> None:
        self.edit(*issues, state="completed", completedAt=text_of(self.now))

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


class LinearServer(DisturbedGraphQLServer, served.LinearServer):
    """Serves a workspace, with keys, prices and limits."""

    workspace: Workspace

    def __init__(self, workspace: Workspace | None = None, clock: Clock | None = None) -> None:
        super().__init__(workspace or Workspace(), clock=clock)

    def client(self, *, page: int = PAGE, key: str = KEY) -> LinearClient:
        return LinearClient(SecretStr(key), f"{self.url}/graphql", page=page, options=self.clock.request_options())

    def refuse(self, request: Request) -> Reply | None:
        sent = request.headers.get("Authorization", "")
        if sent == f"Bearer {KEY}":
            message = "It looks like you're trying to use an API key as a Bearer token. Remove the Bearer prefix."
            return failure(400, message, "INPUT_ERROR")
        if sent.removeprefix("Bearer ") not in {KEY, "lin_oauth_0123"}:
            return failure(401, "Authentication required, not authenticated", "AUTHENTICATION_ERROR")
        return None

    def price(self, document: DocumentNode, variables: Mapping[str, Any]) -> Reply | None:
        too_large = [n for name, n in variables.items() if name == "first" and not 1 <= n <= 250]
        if too_large:
            return Reply({"data": None, "errors": [error_node("Argument Validation Error", "INVALID_INPUT")]})
        cost = compute_cost(self.schema, document, variables, multiply_page_info=True)
        if cost <= MAX_COST:
            return None
        message = f"The query is too complex. Complexity: {cost:.2f}. Maximum allowed complexity: {MAX_COST}."
        return failure(400, message, "INPUT_ERROR")

    def limit(self, exhausted: str | None = "Requests", reset_in: float = 1800) -> Reply:
        """Make the answer to a request beyond a rate limit; the limits that are not exhausted are reset later."""
        headers = {}
        for name in ("Requests", "Complexity", "Endpoint-Requests"):
            moment = self.clock.now + reset_in + (0 if name == exhausted else 600)
            headers[f"X-RateLimit-{name}-Remaining"] = "0" if name == exhausted else "17"
            headers[f"X-RateLimit-{name}-Reset"] = str(int(moment * 1000))
        message = "Rate limit exceeded. Only 2500 requests are allowed per 1 hour."
        return Reply({"errors": [error_node(message, "RATELIMITED")]}, 400, headers)


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
