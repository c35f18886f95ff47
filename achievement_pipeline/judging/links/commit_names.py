"""Names of commits across repositories: repository and object name."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from achievement_pipeline.columns.text import rows_among


def commit_names(repositories: pd.Series[str], shas: pd.Series[str]) -> pd.Series[str]:
    """Return ``<repository>@<sha>``. Abbreviated object names give prefixes of such names."""
    return repositories + "@" + shas


def positions_of(named: pd.DataFrame, commits: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Return the position in `commits` of the commit with each row's ``repository`` and ``sha``, or -1."""
    return rows_among(named, commits, ["repository", "sha"])
