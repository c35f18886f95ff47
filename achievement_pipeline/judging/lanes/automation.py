"""Commits that a tool or a timer made under a person's name: site builds, backups, release plugins."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from achievement_pipeline.columns.text import contains, replace
from achievement_pipeline.judging.categories import messages
from achievement_pipeline.judging.links.by_contents import digest_files

_BARE_TITLE_OF_A_SITE = (
    r"(?i)^\W*(?:updates?|(?:auto-?)?(?:publish|deploy|build|generate|rebuild|update)(?:e?d|ing|ment)?"
    r"(?: (?:the |to |on )*(?:site|website|web ?pages?|docs?|documentation|gh-pages|github pages|pages|blog))?)\W*$"
)
"""Titles of gh-pages (``Updates``), ghp-import (``Update documentation``) and deploy scripts."""

_SITE_FILE = (
    r"(?i)\.(?:html?|css|js|mjs|map|json|xml|txt|svg|png|jpe?g|gif|webp|avif|ico|woff2?|ttf|eot|otf|gz|inv|pdf|wasm)$|"
    r"(?:^|/)(?:\.nojekyll|cname|\.buildinfo)$"
)
_TIMES = 10
"""Commits of one author with one title and the same files, before they are taken for a timer's."""


def are_automated(
    commits: pd.DataFrame, files: pd.DataFrame, positions: npt.NDArray[np.int64], code_lines: npt.NDArray[np.int64]
) -> pd.Series[bool]:
    """Return which commits a tool or a timer made.

    Args:
        commits: ``RawCommits``, one row per commit.
        files: ``RawCommitFiles``.
        positions: The position of each file's commit.
        code_lines: Changed lines of code per commit, by position.
    """
    by_timer = _are_repeated(commits, files, positions) & pd.Series(code_lines == 0, index=commits.index)
    return messages.are_automatic(commits["subject"]) | _are_site_builds(commits, files, positions) | by_timer


def _are_site_builds(commits: pd.DataFrame, files: pd.DataFrame, positions: npt.NDArray[np.int64]) -> pd.Series[bool]:
    """Return which commits have a bare title and only files of a built web site, one page at least."""
    bare = contains(commits["subject"], _BARE_TITLE_OF_A_SITE)
    candidates = np.flatnonzero(bare.to_numpy()[positions])
    paths = files["path"].iloc[candidates]
    other = np.bincount(positions[candidates][~contains(paths, _SITE_FILE).to_numpy()], minlength=len(commits))
    pages = np.bincount(positions[candidates][contains(paths, r"(?i)\.html?$").to_numpy()], minlength=len(commits))
    return bare & pd.Series((other == 0) & (pages > 0), index=commits.index)


def _are_repeated(commits: pd.DataFrame, files: pd.DataFrame, positions: npt.NDArray[np.int64]) -> pd.Series[bool]:
    """Return which commits their author made often: the same title, but for numbers, and the same files."""
    if len(commits) < _TIMES:
        return pd.Series(data=False, index=commits.index)
    paths = digest_files(files[["path"]].assign(position=positions), ["path"])
    made = pd.DataFrame(
        {
            "repository": commits["repository"],
            "author": commits["author_email"],
            "title": replace(commits["subject"], r"\d+", "0"),
            "paths": paths.reindex(commits.index, fill_value=0),
        }
    )
    times = made.groupby(list(made.columns), dropna=False)["paths"].transform("size")
    return (times >= _TIMES) & commits.index.isin(paths.index)
