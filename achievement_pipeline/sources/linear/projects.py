"""Read the completed projects ("epics"). They are few, so all of them are read each time."""

import json
from typing import NamedTuple

import pandas as pd
from pandera.typing import DataFrame
from pydantic import Field

from achievement_pipeline.frames import RawLinearProjects, typed
from achievement_pipeline.sources.graphql import Node
from achievement_pipeline.sources.linear import documents
from achievement_pipeline.sources.linear.client import LinearClient
from achievement_pipeline.sources.records import Count, Instant, Record, find_unread, parse_records, to_frame

_COMPLETED = {"status": {"type": {"eq": "completed"}}}


class Projects(NamedTuple):
    """The completed projects of a workspace, with warnings about those that could not be read."""

    projects: DataFrame[RawLinearProjects]
    warnings: tuple[str, ...]


class _Person(Record):
    email: str
    name: str


class _Label(Record):
    name: str


class _Team(Record):
    key: str


class _Member(Record):
    email: str


class _Project(Record):
    id: str
    name: str
    description: str
    content: str | None
    url: str
    priority: Count = Field(le=4)
    created_at: Instant
    started_at: Instant | None
    completed_at: Instant | None
    updated_at: Instant
    archived_at: Instant | None
    trashed: bool | None
    lead: _Person | None
    creator: _Person | None
    labels: list[_Label]
    teams: list[_Team]
    members: list[_Member]

    def row(self) -> Node:
        own = self.model_dump(exclude={"trashed", "lead", "creator", "labels", "teams", "members"})
        return own | {
            "content": self.content or "",
            "labels": json.dumps(sorted(label.name for label in self.labels)),
            "teams": json.dumps(sorted(team.key for team in self.teams)),
            "members": json.dumps(sorted(member.email for member in self.members)),
            "lead_email": self.lead and self.lead.email,
            "lead_name": self.lead and self.lead.name,
            "creator_email": self.creator and self.creator.email,
            "creator_name": self.creator and self.creator.name,
        }


def read_projects(client: LinearClient, stored: DataFrame[RawLinearProjects] | None = None) -> Projects:
    """Read the completed projects of a workspace, including archived ones and without trashed ones.

    Args:
        client: The Linear client.
        stored: The result of an earlier call. Rows of projects that can't be read now are kept.

    Raises:
        SourceError: Linear can't be read.
    """
    warnings: list[str] = []
    nodes = client.nodes(
        documents.PROJECTS, {"filter": _COMPLETED}, ["projects"], min(client.page, documents.PROJECT_PAGE)
    )
    whole = [client.complete(node, "project", documents.REST_OF_PROJECT, client.page) for node in nodes]
    projects = {
        each.id: each for each in parse_records(_Project, whole, "Linear project", by="name", warnings=warnings)
    }
    rows = [project.row() for project in projects.values() if not project.trashed]
    fresh = to_frame(RawLinearProjects, sorted(rows, key=lambda row: row["id"]))
    if stored is None:
        return Projects(fresh, tuple(warnings))
    kept = stored[stored["id"].isin(find_unread(whole, projects, "id", stored["id"]))]
    both = pd.concat([fresh, kept]) if len(kept) else fresh
    return Projects(typed(RawLinearProjects, both.sort_values("id").reset_index(drop=True)), tuple(warnings))
