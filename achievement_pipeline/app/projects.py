"""The projects of the stored achievements, for commands, documents and the asset.

They are found when they are displayed: each edit, merge, split and late arrival changes what belongs together.
"""

from collections.abc import Collection

import pandas as pd
import sqlalchemy as sa
from pandera.typing import DataFrame

from achievement_pipeline.frames import ProjectPieces, Projects, typed
from achievement_pipeline.judging.projects import find_projects
from achievement_pipeline.store.reading import pieces_of_projects


def read_projects(connection: sa.Connection, authors: Collection[str] = ()) -> DataFrame[Projects]:
    """Find the projects of people, or of everybody, among the achievements that are neither hidden nor retracted.

    Titles have the user's edits: who renames the achievement that names a project renames the project.

    Args:
        connection: The database.
        authors: Canonical addresses. All achievements are read in any case, since what others do tells what is common.
    """
    pieces = pd.DataFrame(pieces_of_projects(connection), columns=list(ProjectPieces.to_schema().columns))
    for name in ("began_at", "completed_at"):
        pieces[name] = pd.to_datetime(pieces[name], utc=True)
    projects = find_projects(typed(ProjectPieces, pieces.astype(ProjectPieces.empty().dtypes.to_dict())))
    own = projects["author"].isin(authors) if authors else projects["author"].notna()
    return typed(Projects, projects[own].reset_index(drop=True))
