"""List all completed issues in few requests, and find which stored rows are still valid.

A listing takes only a few properties per issue. Relay's pages can only be read one after another, so the listing is cut
into windows of the creation time, which never changes, and many windows are read per request. The stored rows determine
the windows so that each holds about one page. The windows cover all time, so the listing is always complete.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

import pandas as pd
import pandera.pandas as pa
from pandera.typing import DataFrame

from achievement_pipeline.frames import RawLinearIssues, UtcTimestamp
from achievement_pipeline.http import TooHeavyError
from achievement_pipeline.parsing.untrusted import find_value
from achievement_pipeline.sources.graphql import Node
from achievement_pipeline.sources.linear import documents
from achievement_pipeline.sources.linear.client import LinearClient
from achievement_pipeline.sources.records import Instant, Record, find_unread, parse_records, to_frame

COMPLETED = {"state": {"type": {"eq": "completed"}}}
"""Filter for completed issues, by the type of their state. Each team chooses its own state names."""

_ATTACHMENT_OVERLAP = timedelta(minutes=10)


class ListedIssue(Record):
    """The fields that show whether a stored row is still valid, including those that change without ``updatedAt``.

    Archiving does not change ``updatedAt``. The identifier, URL and branch name depend on the team's key and the user's
    settings.
    """

    id: str
    identifier: str
    url: str
    branch_name: str
    updated_at: Instant
    archived_at: Instant | None
    trashed: bool | None

    def row(self) -> Node:
        """Return its columns of `RawLinearIssues`."""
        return {
            "id": self.id,
            "identifier": self.identifier,
            "url": self.url,
            "branch": self.branch_name,
            "updated_at": self.updated_at,
            "archived_at": self.archived_at,
        }


class Comparison(NamedTuple):
    """The ids of the completed issues, split by whether they must be read again."""

    unchanged: set[str]
    """Ids of issues whose stored rows are valid."""
    stale: list[str]
    """Ids of issues that must be read."""


class _Listing(pa.DataFrameModel):
    id: str
    identifier: str
    url: str
    branch: str
    updated_at: UtcTimestamp
    archived_at: UtcTimestamp = pa.Field(nullable=True)


class _Reference(Record):
    id: str


class _Attached(Record):
    updated_at: Instant
    issue: _Reference


def compare(client: LinearClient, stored: DataFrame[RawLinearIssues], warnings: list[str]) -> Comparison:
    """List the completed issues, and compare them with the stored rows.

    Raises:
        SourceError: Linear can't be read.
    """
    listing, unread = _list_issues(client, stored, warnings)
    unchanged = set(stored.merge(listing, on=list(listing.columns))["id"]) - _newly_attached(client, stored, warnings)
    return Comparison(unchanged | unread, [key for key in listing["id"] if key not in unchanged])


def _list_issues(
    client: LinearClient, stored: DataFrame[RawLinearIssues], warnings: list[str]
) -> tuple[DataFrame[_Listing], set[str]]:
    """Return the listing, and the ids of stored issues that Linear lists but that can't be parsed."""
    windows = _cut_time(stored["created_at"], client.page * 4 // 5)
    nodes = [
        node
        for start in range(0, len(windows), documents.WINDOWS)
        for node in _list_windows(client, windows[start : start + documents.WINDOWS])
    ]
    issues = parse_records(ListedIssue, nodes, "Linear issue", by="identifier", warnings=warnings)
    rows = {issue.id: issue.row() for issue in issues if not issue.trashed}
    unread = find_unread(nodes, {issue.id for issue in issues}, "id", stored["id"])
    return to_frame(_Listing, list(rows.values())), unread


def _cut_time(created: "pd.Series[Any]", size: int) -> list[Node]:
    """Return filters for consecutive windows of the creation time that each match about `size` stored rows."""
    edges = created.sort_values().iloc[size::size].drop_duplicates()
    bounds = [None, *(_to_text(edge) for edge in edges), None]
    windows = []
    for start, end in pairwise(bounds):
        created_at = {key: bound for key, bound in (("gte", start), ("lt", end)) if bound}
        windows.append({**COMPLETED, "createdAt": created_at} if created_at else COMPLETED)
    return windows


def _list_windows(client: LinearClient, windows: Sequence[Node]) -> Iterator[Any]:
    """List several windows in one request. Split the request if it is too heavy, and page through full windows."""
    if len(windows) == 1:
        yield from _page(client, windows[0])
        return
    named = {f"w{i}": window for i, window in enumerate(windows)}
    try:
        data = client.run(documents.windows(len(windows)), {**named, "first": client.page})
    except TooHeavyError:
        middle = len(windows) // 2
        yield from _list_windows(client, windows[:middle])
        yield from _list_windows(client, windows[middle:])
        return
    for name, window in named.items():
        nodes = find_value(data, f"{name}.nodes")
        is_whole = isinstance(nodes, list) and len(nodes) < client.page
        yield from nodes if is_whole else _page(client, window)


def _page(client: LinearClient, window: Node) -> Iterator[Any]:
    return client.nodes(documents.LISTED_ISSUES, {"filter": window}, ["issues"], client.page)


def _newly_attached(client: LinearClient, stored: DataFrame[RawLinearIssues], warnings: list[str]) -> set[str]:
    """Return the ids of stored issues with a new or changed attachment, which may not change their ``updatedAt``."""
    newest = stored["attached_at"].max()
    since = stored["created_at"].min() if pd.isna(newest) else newest - _ATTACHMENT_OVERLAP
    nodes = client.nodes(documents.ATTACHED, {"since": _to_text(since)}, ["attachments"], client.page)
    records = parse_records(_Attached, nodes, "Linear attachment", warnings=warnings)
    known = dict(zip(stored["id"], stored["attached_at"], strict=True))
    return {
        record.issue.id
        for record in records
        if record.issue.id in known and not known[record.issue.id] >= pd.Timestamp(record.updated_at)
    }


def _to_text(time: datetime) -> str:
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
