"""Match many file paths against one expression."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from achievement_pipeline.columns.text import join_by_key, replace

_MOST_FOLDERS = 100


def folders_of(paths: pd.Series[str], positions: npt.NDArray[np.int64], total: int) -> pd.Series[str]:
    """Return the folders of the changed files of each commit, one per line, each with a slash at its end.

    The top of the repository is ``/``. Of more than 100 folders, those with the most files are kept.

    Args:
        paths: Paths of changed files.
        positions: The position of the commit of each.
        total: Number of commits.
    """
    codes, folders = pd.factorize(replace(paths, "[^/]*$", ""), sort=True)
    pairs, files = np.unique(positions * (len(folders) + 1) + codes, return_counts=True)
    found = pd.DataFrame({"position": pairs // (len(folders) + 1), "code": pairs % (len(folders) + 1), "files": files})
    most = found.sort_values(["position", "files"], ascending=[True, False], kind="stable")
    kept = most.groupby("position").head(_MOST_FOLDERS).sort_index()
    names = pd.Series(folders, dtype="str").replace("", "/").iloc[kept["code"]]
    return join_by_key(names, kept["position"], "\n").reindex(range(total), fill_value="").astype("str")


def matches(paths: pd.Series[str], expression: str) -> npt.NDArray[np.bool_]:
    """Return which paths match an RE2 expression.

    RE2 runs in linear time on any input. ``$`` matches at the end of the path only, not at line ends.
    """
    if paths.empty:
        return np.empty(0, dtype=bool)
    found: npt.NDArray[np.bool_] = pc.match_substring_regex(
        pa.array(paths, type=pa.large_string()), expression
    ).to_numpy(zero_copy_only=False)
    return found
