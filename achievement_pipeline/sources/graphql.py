"""A GraphQL client: run a query, and page through a connection."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import Field, ValidationError

from achievement_pipeline.errors import SourceError
from achievement_pipeline.http import HttpClient, RefusedError, TooHeavyError, UnreachableError, brief
from achievement_pipeline.parsing.untrusted import find_value
from achievement_pipeline.sources.records import Record

Node = dict[str, Any]


class PageInfo(Record):
    """Relay's page info."""

    has_next_page: bool
    end_cursor: str | None = None


class Page(Record):
    """One page of a connection. A node that the server could not resolve is None."""

    nodes: list[Any]
    page_info: PageInfo
    total_count: int = 0
    holder: dict[str, Any] = Field(default_factory=dict)
    """The object that contains the connection, with its other queried fields."""


class GraphQLClient:
    """Runs GraphQL queries against the address of an HTTP client."""

    def __init__(self, http: HttpClient) -> None:
        self._http = http
        self._where = f"{http.name} at {http.address}"
        self.partial_errors: list[str] = []
        """Error messages of responses that contain data too. The caller clears it."""

    def run(self, document: str, variables: Mapping[str, Any]) -> Node:
        """Run a query and return the response's ``data``. Fields that the server could not resolve are None.

        Raises:
            SourceError: The request failed, or the response has no data.
        """
        body = self._http.post("", {"query": document, "variables": variables}).body
        data = find_value(body, "data")
        if not isinstance(data, dict):
            raise SourceError(f"{self._where} returned no data: check the address and the token's permissions.")
        self.partial_errors += dict.fromkeys(str(error.get("message")) for error in errors_of(body))
        return data

    def pages(  # noqa: PLR0913 - a page is named by all of these
        self,
        document: str,
        variables: Mapping[str, Any],
        path: Sequence[str],
        first: int,
        *,
        after: str | None = None,
        start: int | None = None,
    ) -> Iterator[Page]:
        """Yield the pages of the connection at `path`.

        The query takes ``$first`` and ``$after``. If a page is too heavy for the server, the page size is halved.

        Args:
            document: The query.
            variables: Its other variables.
            path: Field names that lead to the connection.
            first: Nodes per page.
            after: The cursor to start after.
            start: Size of the first page, if fewer nodes are likely to be enough. It doubles up to `first`.

        Raises:
            SourceError: A page can't be read, or the cursor does not advance.
            RefusedError: There is no connection at the path.
        """
        size = start or first
        seen = {after}
        while True:
            try:
                data = self.run(document, {**variables, "first": size, "after": after})
            except TooHeavyError:
                if size == 1:
                    raise
                first = size = size // 2
                continue
            page = self.find_page(data, path)
            yield page
            info = page.page_info
            if not info.has_next_page:
                return
            if info.end_cursor is None or info.end_cursor in seen:
                raise RefusedError(f"{self._where} returned the same page twice: run again later.")
            after = info.end_cursor
            seen.add(after)
            size = min(size * 2, first)

    def nodes(self, document: str, variables: Mapping[str, Any], path: Sequence[str], first: int) -> Iterator[Any]:
        """Yield the nodes of the connection at `path`."""
        for page in self.pages(document, variables, path, first):
            yield from page.nodes

    def complete(self, node: Any, root: str, rest: Mapping[str, str], first: int) -> Any:  # noqa: ANN401 - JSON
        """Replace each connection of a node by the list of all its nodes, reading the remaining pages.

        A connection that can't be read is None.

        Args:
            node: An object with an ``id``. Anything else is returned unchanged.
            root: The query's field that returns the object by ``$id``.
            rest: The query for the remaining pages of each connection, by name.
            first: Nodes per page.
        """
        if not isinstance(node, dict):
            return node
        whole = dict(node)
        for name in rest.keys() & node.keys():
            try:
                part = self.find_page(node, [name])
                whole[name] = part.nodes
                if part.page_info.has_next_page:
                    after = part.page_info.end_cursor
                    for page in self.pages(rest[name], {"id": node.get("id")}, [root, name], first, after=after):
                        whole[name] += page.nodes
            except UnreachableError:
                raise
            except SourceError:
                whole[name] = None
        return whole

    def find_page(self, data: Node, path: Sequence[str]) -> Page:
        """Return the page of the connection at `path` in the data of a response.

        Raises:
            RefusedError: There is no connection at the path.
        """
        holder: Any = None
        found: Any = data
        for name in path:
            holder, found = found, found.get(name) if isinstance(found, dict) else None
        try:
            return Page.model_validate({**found, "holder": holder} if isinstance(found, dict) else found)
        except ValidationError:
            problem = f"{self._where} returned no {' '.join(path)}: it does not exist, or the token may not see it."
        raise RefusedError(problem)


def errors_of(body: object) -> list[Node]:
    """Return the errors in a response body of any type."""
    errors = find_value(body, "errors")
    return [error for error in errors if isinstance(error, dict)] if isinstance(errors, list) else []


def error_messages(body: object) -> str:
    """Return the distinct error messages in a response body, joined by semicolons."""
    return brief("; ".join(dict.fromkeys(brief(error.get("message")) for error in errors_of(body))))
