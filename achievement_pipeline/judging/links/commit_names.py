"""What a commit is called among those of all repositories: by its repository and its object name."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from achievement_pipeline.columns.text import rows_among


def commit_names(repositories: pd.Series[str], shas: pd.Series[str]) -> pd.Series[str]:
    """Return ``<repository>@<sha>`` for commits, or what such names begin with for the beginnings of object names."""
    return repositories + "@" + shas


def positions_of(named: pd.DataFrame, commits: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Return the place among commits of the one that each row names by ``repository`` and ``sha``; -1 for none."""
    return rows_among(named, commits, ["repository", "sha"])
