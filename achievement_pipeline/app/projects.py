"""The projects of the stored achievements, for commands, documents and the asset.

They are found when they are displayed: each edit, merge, split and late arrival changes what belongs together.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import sqlalchemy as sa

from achievement_pipeline.errors import StoreError
from achievement_pipeline.store.reading import pieces_of_projects

if TYPE_CHECKING:  # commands that only look at what is stored start without pandas
    from pandera.typing import DataFrame

    from achievement_pipeline.frames import Projects


def read_projects(connection: sa.Connection, authors: Collection[str] = ()) -> DataFrame[Projects]:
    """Find the projects of people, or of everybody, among the achievements that are neither hidden nor retracted.

    Titles have the user's edits: who renames the achievement that names a project renames the project.

    Args:
        connection: The database.
        authors: Canonical addresses. All achievements are read in any case, since what others do tells what is common.
    """
    import pandas as pd  # noqa: PLC0415 - takes pandas, as these

    from achievement_pipeline.frames import ProjectPieces, Projects, typed  # noqa: PLC0415
    from achievement_pipeline.judging.projects import find_projects  # noqa: PLC0415

    pieces = pd.DataFrame(pieces_of_projects(connection), columns=list(ProjectPieces.to_schema().columns))
    for name in ("began_at", "completed_at"):
        pieces[name] = pd.to_datetime(pieces[name], utc=True)
    projects = find_projects(typed(ProjectPieces, pieces.astype(ProjectPieces.empty().dtypes.to_dict())))
    own = projects["author"].isin(authors) if authors else projects["author"].notna()
    return typed(Projects, projects[own].reset_index(drop=True))


def short_id(key: str) -> str:
    """Return the part of a project's key behind its repository."""
    return key.rpartition("/")[2]


def members_of(connection: sa.Connection, name: str, authors: Collection[str]) -> tuple[str, ...]:
    """Return the keys of the achievements of a project, the strongest first.

    Args:
        connection: The database.
        name: The project's key or id.
        authors: Canonical addresses of the people whose project it is; none means everybody.

    Raises:
        StoreError: There is no such project.
    """
    for row in read_projects(connection, authors).itertuples():
        if name in {row.key, short_id(str(row.key))}:
            return tuple(json.loads(str(row.members)))
    raise StoreError(f"There is no project {name}. `achievements projects` lists them.")


def project_members(connection: sa.Connection, authors: Collection[str]) -> Sequence[Sequence[str]]:
    """Return the keys of the achievements of each project of people, the strongest first."""
    return [json.loads(members) for members in read_projects(connection, authors)["members"]]
