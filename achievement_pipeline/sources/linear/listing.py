"""List the whole set of completed issues in few requests, and say which stored rows of it still hold.

A listing costs a few properties an issue. Its pages are asked for many at once, although Relay's come one after
another: the stored rows say where to cut the time of creation, which never changes, into windows that hold a page each.
The windows cover all time, so the listing is complete whatever is stored.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

import pandas as pd
import pandera.pandas as pa
from pandera.typing import DataFrame

from achievement_pipeline.frames import Moment, RawLinearIssues
from achievement_pipeline.http import TooHeavyError
from achievement_pipeline.sources.graphql import Node
from achievement_pipeline.sources.linear import documents
from achievement_pipeline.sources.linear.client import LinearClient
from achievement_pipeline.sources.records import Record, find_unread, parse_records, to_frame

COMPLETED = {"state": {"type": {"eq": "completed"}}}
"""The filter of the set: by the state's type, its name is the team's own."""

_ATTACHMENT_OVERLAP = timedelta(minutes=10)


class ListedIssue(Record):
    """What shows whether a stored row still holds: all that changes without ``updatedAt``.

    Archiving does not move it; the identifier, the address and the branch name are computed by Linear from the team's
    key and the user's settings.
    """

    id: str
    identifier: str
    url: str
    branch_name: str
    updated_at: datetime
    archived_at: datetime | None
    trashed: bool | None

    def row(self) -> Node:
        """Return its columns."""
        return {
            "id": self.id,
            "identifier": self.identifier,
            "url": self.url,
            "branch": self.branch_name,
            "updated_at": self.updated_at,
            "archived_at": self.archived_at,
        }


class Comparison(NamedTuple):
    """The set as it is now, parted by what is stored."""

    unchanged: set[str]
    """Ids of issues whose stored rows hold."""
    stale: list[str]
    """Ids of issues that must be read."""


class _Listing(pa.DataFrameModel):
    id: str
    identifier: str
    url: str
    branch: str
    updated_at: Moment
    archived_at: Moment = pa.Field(nullable=True)


class _Reference(Record):
    id: str


class _Attached(Record):
    updated_at: datetime
    issue: _Reference


def compare(client: LinearClient, stored: DataFrame[RawLinearIssues], warnings: list[str]) -> Comparison:
    """List the set, and part it into stored rows that hold and issues that must be read.

    Raises:
        SourceError: Linear can't be read.
    """
    listing, unread = _list_issues(client, stored, warnings)
    unchanged = set(stored.merge(listing, on=list(listing.columns))["id"]) - _newly_attached(client, stored, warnings)
    return Comparison(unchanged | unread, [key for key in listing["id"] if key not in unchanged])


def _list_issues(
    client: LinearClient, stored: DataFrame[RawLinearIssues], warnings: list[str]
) -> tuple[DataFrame[_Listing], set[str]]:
    """List the set; return it, and the ids of stored issues that are in it and can't be read."""
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
    """Cut all time into filters that each match about `size` of the stored rows."""
    edges = created.sort_values().iloc[size::size].drop_duplicates()
    bounds = [None, *(_to_text(edge) for edge in edges), None]
    windows = []
    for start, end in pairwise(bounds):
        created_at = {key: bound for key, bound in (("gte", start), ("lt", end)) if bound}
        windows.append({**COMPLETED, "createdAt": created_at} if created_at else COMPLETED)
    return windows


def _list_windows(client: LinearClient, windows: Sequence[Node]) -> Iterator[Any]:
    """List some windows in one request, in two where that is too heavy; page on where one is full."""
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
        nodes = data[name]["nodes"]
        yield from _page(client, window) if len(nodes) >= client.page else nodes


def _page(client: LinearClient, window: Node) -> Iterator[Any]:
    return client.nodes(documents.LISTED_ISSUES, {"filter": window}, ["issues"], client.page)


def _newly_attached(client: LinearClient, stored: DataFrame[RawLinearIssues], warnings: list[str]) -> set[str]:
    """Find the stored issues with a new or changed attachment: whether that touches the issue is not documented."""
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


def _to_text(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
