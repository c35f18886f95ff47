"""A GraphQL server on loopback that executes any operation of a published schema over data in memory."""

from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from graphql import DocumentNode, ExecutionResult, GraphQLError, execute, parse, validate

from achievement_pipeline_tests.servers.loopback import Clock, Loopback, Reply, Request
from achievement_pipeline_tests.servers.schemas import load_schema


class GraphQLServer(Loopback):
    """Executes operations; `tamper` may change what is answered, as a server with a bug would."""

    def __init__(self, schema: str, resolvers: Mapping[str, Callable[..., Any]], clock: Clock | None = None) -> None:
        super().__init__(self._serve, clock)
        self.tamper: Callable[[Any], Any] = lambda body: body
        self.schema = load_schema(schema)
        self._resolvers = resolvers

    def refuse(self, request: Request) -> Reply | None:
        """Return what is answered before anything is parsed, if anything is."""

    def price(self, document: DocumentNode, variables: Mapping[str, Any]) -> Reply | None:
        """Return what is answered to an operation that is too much, if it is."""

    def reject(self, errors: Sequence[GraphQLError]) -> Reply:
        """Return what is answered to an operation that does not fit the schema."""
        raise NotImplementedError

    def describe(self, error: GraphQLError) -> dict[str, Any]:
        return error.formatted  # type: ignore[return-value]

    def _serve(self, request: Request) -> Reply:
        if refusal := self.refuse(request):
            return refusal
        document, errors = self._parse(request.body["query"])
        if errors:
            return self.reject(errors)
        variables = request.body["variables"]
        if refusal := self.price(document, variables):
            return refusal
        result = execute(self.schema, document, root_value=self._resolvers, variable_values=variables)
        assert isinstance(result, ExecutionResult)
        if result.data is None and result.errors and result.errors[0].path is None:
            return self.reject(result.errors)  # the variables do not fit
        body: dict[str, Any] = {"data": result.data}
        if result.errors:
            body["errors"] = [self.describe(error) for error in result.errors]
        return Reply(self.tamper(body))

    def _parse(self, text: str) -> tuple[DocumentNode, list[GraphQLError]]:
        return _parse(self, text)


@lru_cache(maxsize=256)
def _parse(server: GraphQLServer, text: str) -> tuple[DocumentNode, list[GraphQLError]]:
    document = parse(text)
    return document, validate(server.schema, document)


def connection(
    rows: Iterable[Any], first: int, after: str | None, key: Callable[[Any], str], build: Callable[[Any], Any]
) -> dict[str, Any]:
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
