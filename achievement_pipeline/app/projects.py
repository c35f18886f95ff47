"""The projects of the stored achievements, for commands, documents and the asset.

They are found when they are displayed: each edit, merge, split and late arrival changes what belongs together.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import sqlalchemy as sa

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


def project_members(connection: sa.Connection, authors: Collection[str]) -> Sequence[Sequence[str]]:
    """Return the keys of the achievements of each project of people, the strongest first."""
    return [json.loads(members) for members in read_projects(connection, authors)["members"]]
