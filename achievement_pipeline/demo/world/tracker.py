"""The Linear workspace of Harborline."""

from datetime import UTC, datetime

from achievement_pipeline.demo.history import OWNER
from achievement_pipeline.demo.servers.linear import Workspace, text_of
from achievement_pipeline.demo.world.people import ADA, BEN, MIRA

_CHANGED = datetime(2026, 7, 2, tzinfo=UTC)
"""A day later with each change below: only what was updated since the last time is read again."""


def make_workspace() -> Workspace:
    """Return the workspace: completed issues and a project."""
    workspace = Workspace(slug=OWNER, now=_CHANGED)
    workspace.team = workspace.add_team("HBR", "Harbour")
    ada, ben, mira = (workspace.add_user(person.email, person.name) for person in (ADA, BEN, MIRA))
    live = workspace.add_project(
        "Live departures",
        description="Passengers learn of delays and changes before they stand at the quay.",
        lead=ada,
        members=[ada, ben, mira],
        createdAt=_at("2025-12-15"),
        startedAt=_at("2026-01-07"),
        completedAt=_at("2026-07-06"),
    )
    for number, title, assignee, created, completed, fields in (
        (12, "Predict the tides of any harbour", ada, "2025-04-16", "2025-05-05", {"priority": 2, "estimate": 5}),
        (31, "Serve many clients at once", ada, "2025-08-28", "2025-09-29", {"priority": 2, "estimate": 8}),
        (40, "Calendar of tides", mira, "2025-05-12", "2025-06-03", {"priority": 3}),
        (
            58,
            "Tell partners when a timetable changes",
            ada,
            "2025-12-16",
            "2026-01-19",
            {"priority": 2, "estimate": 5, "project": live},
        ),
        (
            63,
            "Ferries are an hour late after the change to summer time",
            ada,
            "2026-03-29",
            "2026-04-02",
            {"priority": 1, "estimate": 2},
        ),
        (
            71,
            "Show passengers expected delays",
            ada,
            "2026-02-02",
            "2026-06-15",
            {"priority": 2, "estimate": 8, "project": live},
        ),
        (74, "A status page for the operators", ben, "2026-03-02", "2026-05-20", {"priority": 3, "project": live}),
    ):
        workspace.add_issue(
            title,
            number=number,
            assignee=assignee,
            creator=ben,
            createdAt=_at(created),
            startedAt=_at(created),
            completedAt=_at(completed),
            **fields,
        )
    # it was reopened: work goes on
    workspace.add_issue(
        "Timetables as a printed page", "started", number=80, assignee=ada, creator=mira, createdAt=_at("2026-06-22")
    )
    return workspace


def _at(day: str) -> str:
    return text_of(datetime.fromisoformat(f"{day}T16:30:00+00:00"))
