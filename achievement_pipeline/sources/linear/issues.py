"""Read the completed issues incrementally.

There is no timestamp that every change updates, and so no watermark: archiving and trashing do not change
``updatedAt``, reopening removes an issue from the set, and deleting leaves no trace. Each read lists all completed
issues (cheap), keeps the stored rows that are unchanged, reads the others (expensive: descriptions, attachments), and
drops those that no longer exist.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import pandas as pd
from pandera.typing import DataFrame
from pydantic import Field

from achievement_pipeline.frames import RawLinearIssues, typed
from achievement_pipeline.sources.graphql import Node
from achievement_pipeline.sources.linear import documents
from achievement_pipeline.sources.linear.catalogues import join_catalogues, read_catalogues
from achievement_pipeline.sources.linear.client import LinearClient
from achievement_pipeline.sources.linear.listing import COMPLETED, ListedIssue, compare
from achievement_pipeline.sources.records import Count, Instant, Record, find_unread, parse_records, type_rows


class Issues(NamedTuple):
    """The completed issues of a workspace, with warnings about those that could not be read."""

    issues: DataFrame[RawLinearIssues]
    warnings: tuple[str, ...]


class _Reference(Record):
    id: str


class _Cycle(Record):
    number: Count


class _Attachment(Record):
    url: str
    title: str
    source_type: str | None
    updated_at: Instant


class _Issue(ListedIssue):
    previous_identifiers: list[str]
    title: str
    description: str | None
    priority: Count = Field(le=4)
    estimate: float | None = Field(ge=0, allow_inf_nan=False)
    label_ids: list[str]
    created_at: Instant
    started_at: Instant | None
    completed_at: Instant | None
    team: _Reference
    project: _Reference | None
    cycle: _Cycle | None
    assignee: _Reference | None
    creator: _Reference | None
    parent: _Reference | None
    attachments: list[_Attachment]

    def row(self) -> Node:
        attachments = sorted(self.attachments, key=lambda attachment: (attachment.updated_at, attachment.url))
        return super().row() | {
            "previous_identifiers": json.dumps(self.previous_identifiers),
            "title": self.title,
            "description": self.description or "",
            "priority": self.priority,
            "estimate": self.estimate,
            "label_ids": json.dumps(sorted(self.label_ids)),
            "team_id": self.team.id,
            "project_id": self.project and self.project.id,
            "cycle": self.cycle and self.cycle.number,
            "assignee_id": self.assignee and self.assignee.id,
            "creator_id": self.creator and self.creator.id,
            "parent_id": self.parent and self.parent.id,
            "attachments": json.dumps(
                [{"url": each.url, "title": each.title, "source": each.source_type} for each in attachments]
            ),
            "attached_at": attachments[-1].updated_at if attachments else None,
            "created_at": self.created_at,
            "started_at": self.started_at,
            "completed_at": self.completed_at,
        }


def read_issues(
    client: LinearClient, stored: DataFrame[RawLinearIssues] | None = None, *, cached: bool = True
) -> Issues:
    """Read the completed issues of a workspace, including archived ones and without trashed ones.

    Args:
        client: The Linear client.
        stored: The result of an earlier call for the same workspace. Rows of issues that can't be read now are kept.
        cached: Whether to read only changed issues. Removing an attachment does not change its issue, and shows only
            when all are read.

    Raises:
        SourceError: Linear can't be read.
    """
    warnings: list[str] = []
    catalogues = read_catalogues(client, warnings)
    if stored is None or stored.empty or not cached:
        fresh, keep = _parse(client, _read(client, COMPLETED), stored, warnings)
    else:
        unchanged, stale = compare(client, stored, warnings)
        fresh, unread = _parse(client, _read_by_id(client, stale), stored, warnings)
        keep = unchanged | unread
    kept = fresh.iloc[:0] if stored is None else stored[stored["id"].isin(keep)]
    issues = fresh if kept.empty else pd.concat([kept, fresh]) if len(fresh) else kept
    # a row may occur on two pages if the set changes in between: the newest wins
    issues = issues.sort_values(["updated_at", "id"]).drop_duplicates("id", keep="last").reset_index(drop=True)
    return Issues(typed(RawLinearIssues, join_catalogues(issues, catalogues)), tuple(warnings))


def _read(client: LinearClient, wanted: Node) -> Iterator[Any]:
    return client.nodes(documents.ISSUES, {"filter": wanted}, ["issues"], client.page)


def _read_by_id(client: LinearClient, ids: Sequence[str]) -> Iterator[Any]:
    """Read issues by id, without those that are no longer completed."""
    for start in range(0, len(ids), client.page):
        yield from _read(client, {**COMPLETED, "id": {"in": list(ids[start : start + client.page])}})


def _parse(
    client: LinearClient, nodes: Iterable[Any], stored: pd.DataFrame | None, warnings: list[str]
) -> tuple[pd.DataFrame, set[str]]:
    """Return the rows of issues, and the ids of stored issues that can't be read now."""
    whole = [client.complete(node, "issue", documents.REST_OF_ISSUE, client.page) for node in nodes]
    issues = parse_records(_Issue, whole, "Linear issue", by="identifier", warnings=warnings)
    known = () if stored is None else stored["id"]
    unread = find_unread(whole, {issue.id for issue in issues}, "id", known)
    return type_rows(RawLinearIssues, [issue.row() for issue in issues if not issue.trashed]), unread
