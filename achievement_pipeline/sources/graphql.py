"""GraphQL over the one HTTP way: run a document, follow a connection page by page."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from achievement_pipeline.errors import SourceError
from achievement_pipeline.sources.http import HttpClient, TooHeavyError

Node = dict[str, Any]


class GraphQLClient:
    """Runs GraphQL documents against one endpoint, the address of the given client."""

    def __init__(self, http: HttpClient) -> None:
        self._http = http

    def run(self, document: str, variables: Mapping[str, Any]) -> Node:
        """Return the ``data`` of an answer; parts that the server could not resolve are None.

        Raises:
            SourceError: There is no data at all, or the request failed for good.
        """
        body = self._http.post("", {"query": document, "variables": variables}).body
        data = body.get("data") if isinstance(body, dict) else None
        if not isinstance(data, dict):
            raise SourceError(
                f"{self._http.name} at {self._http.address} answers without data: check the address, and the token's "
                "permissions."
            )
        return data

    def pages(
        self, document: str, variables: Mapping[str, Any], path: Sequence[str], first: int, after: str | None = None
    ) -> Iterator[Node]:
        """Follow the connection at `path`, yielding each page of it (``nodes``, ``pageInfo``, ...).

        The document takes ``$first`` and ``$after``. Where a page is too heavy for the server, smaller ones are asked
        for from there on.

        Raises:
            SourceError: A page can't be had, there is nothing at the path, or paging does not move on.
        """
        while True:
            try:
                data = self.run(document, {**variables, "first": first, "after": after})
            except TooHeavyError:
                if first == 1:
                    raise
                first //= 2
                continue
            page = self._descend(data, path)
            yield page
            if not page["pageInfo"]["hasNextPage"]:
                return
            if page["pageInfo"]["endCursor"] in {None, after}:
                raise SourceError(f"{self._http.name} at {self._http.address} pages in a circle: run again later.")
            after = page["pageInfo"]["endCursor"]

    def nodes(self, document: str, variables: Mapping[str, Any], path: Sequence[str], first: int) -> Iterator[Any]:
        """Follow the connection at `path`, yielding its nodes; one that the server could not resolve is None."""
        for page in self.pages(document, variables, path, first):
            yield from page["nodes"]

    def complete(self, node: Any, root: str, rest: Mapping[str, str], first: int) -> Any:  # noqa: ANN401 - JSON
        """Replace each connection of a node by the list of all its nodes, reading on where it came with a part.

        Args:
            node: An object with an ``id``; one that is not as expected is returned as it is.
            root: The field of a query that finds the object by ``$id``.
            rest: The document that reads on for each connection, by its name.
            first: Nodes a page.
        """
        if not isinstance(node, dict):
            return node
        whole = dict(node)
        for name, document in rest.items():
            connection = node.get(name)
            if not isinstance(connection, dict):
                continue
            whole[name] = list(connection["nodes"])
            if connection["pageInfo"]["hasNextPage"]:
                variables, after = {"id": node["id"]}, connection["pageInfo"]["endCursor"]
                for page in self.pages(document, variables, [root, name], first, after):
                    whole[name] += page["nodes"]
        return whole

    def _descend(self, data: Node, path: Sequence[str]) -> Node:
        for name in path:
            data = data.get(name) or {}
        if not data:
            raise SourceError(
                f"{self._http.name} at {self._http.address} has no {' '.join(path)} to show: it does not exist, or "
                "the token may not see it."
            )
        return data


def errors_of(body: object) -> list[Node]:
    """Return the errors of an answer's body, whatever else it is."""
    errors = body.get("errors") if isinstance(body, dict) else None
    return [error for error in errors if isinstance(error, dict)] if isinstance(errors, list) else []


def error_messages(body: object) -> str:
    """Return what the errors of an answer say, each once."""
    return "; ".join(dict.fromkeys(str(error.get("message")) for error in errors_of(body)))
