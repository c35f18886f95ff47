"""GraphQL over the one HTTP way: run a document, follow a connection page by page."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import Field, ValidationError

from achievement_pipeline.errors import SourceError
from achievement_pipeline.http import HttpClient, RefusedError, TooHeavyError
from achievement_pipeline.sources.records import Record

Node = dict[str, Any]


class PageInfo(Record):
    """How a connection goes on."""

    has_next_page: bool
    end_cursor: str | None = None


class Page(Record):
    """One page of a connection; a node that the server could not resolve is None."""

    nodes: list[Any]
    page_info: PageInfo
    total_count: int = 0
    holder: dict[str, Any] = Field(default_factory=dict)
    """The object whose connection it is, as far as it was asked for."""


class GraphQLClient:
    """Runs GraphQL documents against one endpoint, the address of the given client."""

    def __init__(self, http: HttpClient) -> None:
        self._http = http
        self._where = f"{http.name} at {http.address}"
        self.partial_errors: list[str] = []
        """What servers said of parts that they could not answer beside what they did; the reader clears it."""

    def run(self, document: str, variables: Mapping[str, Any]) -> Node:
        """Return the ``data`` of an answer; parts that the server could not resolve are None.

        Raises:
            SourceError: There is no data at all, or the request failed for good.
        """
        body = self._http.post("", {"query": document, "variables": variables}).body
        data = body.get("data") if isinstance(body, dict) else None
        if not isinstance(data, dict):
            raise SourceError(f"{self._where} answers without data: check the address, and the token's permissions.")
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
        """Follow the connection at `path`, page by page.

        The document takes ``$first`` and ``$after``. Where a page is too heavy for the server, smaller ones are asked
        for from there on.

        Args:
            document: A query.
            variables: Its other variables.
            path: The names that lead to the connection.
            first: Nodes a page.
            after: The cursor to start behind.
            start: Nodes of the first page, where fewer are likely to do; they double up to `first`.

        Raises:
            SourceError: A page can't be had, or paging does not move on.
            RefusedError: There is nothing at the path.
        """
        size = start or first
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
            if info.end_cursor in {None, after}:
                raise SourceError(f"{self._where} pages in a circle: run again later.")
            after = info.end_cursor
            size = min(size * 2, first)

    def nodes(self, document: str, variables: Mapping[str, Any], path: Sequence[str], first: int) -> Iterator[Any]:
        """Follow the connection at `path`, node by node."""
        for page in self.pages(document, variables, path, first):
            yield from page.nodes

    def complete(self, node: Any, root: str, rest: Mapping[str, str], first: int) -> Any:  # noqa: ANN401 - JSON
        """Replace each connection of a node by the list of all its nodes, reading on where it came with a part.

        One that can't be read on is None, as one that could not be resolved at all.

        Args:
            node: An object with an ``id``; one that is not as expected is returned as it is.
            root: The field of a query that finds the object by ``$id``.
            rest: The document that reads on for each connection, by its name.
            first: Nodes a page.
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
                    for page in self.pages(rest[name], {"id": node["id"]}, [root, name], first, after=after):
                        whole[name] += page.nodes
            except RefusedError:
                whole[name] = None
        return whole

    def find_page(self, data: Node, path: Sequence[str]) -> Page:
        """Return the page of a connection that is part of some data.

        Raises:
            RefusedError: There is none.
        """
        holder: Any = None
        found: Any = data
        for name in path:
            holder, found = found, found.get(name) if isinstance(found, dict) else None
        try:
            return Page.model_validate(found and {**found, "holder": holder})
        except ValidationError:
            problem = f"{self._where} shows no {' '.join(path)}: it does not exist, or the token may not see it."
        raise RefusedError(problem)


def errors_of(body: object) -> list[Node]:
    """Return the errors of an answer's body, whatever else it is."""
    errors = body.get("errors") if isinstance(body, dict) else None
    return [error for error in errors if isinstance(error, dict)] if isinstance(errors, list) else []


def error_messages(body: object) -> str:
    """Return what the errors of an answer say, each once."""
    return "; ".join(dict.fromkeys(str(error.get("message")) for error in errors_of(body)))
