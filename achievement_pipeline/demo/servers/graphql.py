"""A GraphQL server on loopback that executes any operation of a published schema over data in memory."""

from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from graphql import DocumentNode, GraphQLError, execute_sync, parse, validate

from achievement_pipeline.demo.servers.loopback import Loopback, Node, Reply, Request
from achievement_pipeline.demo.servers.schemas import load_schema


class GraphQLServer(Loopback):
    """Executes operations over what the resolvers of the root return."""

    def __init__(self, schema: str, resolvers: Mapping[str, Callable[..., Any]]) -> None:
        """Take the name of a schema, and the resolvers of its queries by name."""
        super().__init__()
        self.schema = load_schema(schema)
        self._resolvers = resolvers

    def refuse(self, request: Request) -> Reply | None:  # noqa: ARG002 - for subclasses
        """Return what is answered before anything is parsed, if anything is."""
        return None

    def price(self, document: DocumentNode, variables: Mapping[str, Any]) -> Reply | None:  # noqa: ARG002
        """Return what is answered to an operation that costs too much, if it does."""
        return None

    def reject(self, errors: Sequence[GraphQLError]) -> Reply:
        """Return what is answered to an operation that does not fit the schema."""
        return Reply({"errors": [error.formatted for error in errors]})

    def describe(self, error: GraphQLError) -> Node:
        """Return an error of the execution as the server shows it."""
        return dict(error.formatted)

    def shape(self, body: Node) -> Node:
        """Return what is answered after an operation was executed."""
        return body

    def answer(self, request: Request) -> Reply:
        """Execute an operation."""
        if refusal := self.refuse(request):
            return refusal
        document, errors = _parse(self, request.body["query"])
        if errors:
            return self.reject(errors)
        variables = request.body["variables"]
        if refusal := self.price(document, variables):
            return refusal
        result = execute_sync(self.schema, document, root_value=self._resolvers, variable_values=variables)
        if result.data is None and result.errors and result.errors[0].path is None:
            return self.reject(result.errors)  # the variables do not fit
        errors_shown = {"errors": [self.describe(error) for error in result.errors]} if result.errors else {}
        return Reply(self.shape({"data": result.data, **errors_shown}))


@lru_cache(maxsize=256)
def _parse(server: GraphQLServer, text: str) -> tuple[DocumentNode, list[GraphQLError]]:
    document = parse(text)
    return document, validate(server.schema, document)


def connection(
    rows: Iterable[Any], first: int, after: str | None, key: Callable[[Any], str], build: Callable[[Any], Any]
) -> Node:
    """Page as Relay has it, by keyset: `key` sorts, the greatest first, and makes the cursor.

    A row that was added, changed or taken away between two pages moves no other.
    """
    ordered = sorted(rows, key=key, reverse=True)
    left = ordered if after is None else [row for row in ordered if key(row) < b64decode(after).decode()]
    page = left[:first]
    return {
        "totalCount": len(ordered),
        "nodes": [build(row) for row in page],
        "pageInfo": {
            "hasNextPage": len(left) > first,
            "endCursor": b64encode(key(page[-1]).encode()).decode() if page else None,
        },
    }
