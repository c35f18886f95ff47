"""Find commits that add nothing but other people's code: every file names a holder who never committed here."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandera.typing import DataFrame

from achievement_pipeline.columns.text import extract, replace, rows_among
from achievement_pipeline.frames import CommitContents

_LINES = 100
"""Smaller copies are left alone: they cost little, and a snippet with its licence may be part of own work."""
_FILES = 2
"""A single file may be own work below a borrowed header: fd's completion for zsh names the makers of its template."""
_SHARE = 0.9
"""Minimum share of the added lines of a commit. Copies come with a few lines of glue."""
_OWN_COMMITS = 3
"""A holder named by the files of this many commits is one of the project's own."""
_PUBLIC_MAIL = frozenset(
    ("gmail", "googlemail", "outlook", "hotmail", "yahoo", "icloud", "proton", "noreply", "github")
)
_DOMAIN = r"@(?:[^@]*\.)?(?P<name>[^.@]{3,})\.(?:co\.|com\.|ac\.)?[a-z]+$"
_SHORTEST = 3
"""Minimum length of a name. Initials name nobody."""


def are_foreign_copies(
    commits: pd.DataFrame,
    positions: npt.NDArray[np.int64],
    files: pd.DataFrame,
    is_work: npt.NDArray[np.bool_],
    contents: DataFrame[CommitContents] | None,
) -> pd.Series[bool]:
    """Return which commits add other people's code.

    Never the first commit of a repository. A holder is the project's own if an author has that name or an address at
    that company, if the repository or its owner is called so, or if files of several commits name it.

    Args:
        commits: Commits of any number of repositories.
        positions: The position of each file's commit.
        files: Changed files.
        is_work: Which of them are work.
        contents: The result of the second reading.
    """
    named = None if contents is None else contents.dropna(subset="holder")
    if named is None or named.empty:
        return pd.Series(data=False, index=commits.index)
    found = rows_among(files, named, ["repository", "sha", "path"])
    of_holder = np.flatnonzero((found >= 0) & is_work)
    lines = files["insertions"].fillna(0).to_numpy(dtype="int64")
    added = pd.DataFrame(
        {
            "commit": positions[of_holder],
            "repository": files["repository"].iloc[of_holder].array,
            "holder": named["holder"].iloc[found[of_holder]].array,
            "lines": lines[of_holder],
        }
    )
    holders = added.groupby(["repository", "holder"])["commit"].nunique().reset_index(name="commits")
    holders["foreign"] = (holders["commits"] < _OWN_COMMITS) & ~_are_own(holders, commits)
    added = added.merge(holders[["repository", "holder", "foreign"]], on=["repository", "holder"])
    foreign = np.bincount(added["commit"], weights=added["lines"] * added["foreign"], minlength=len(commits))
    everything = np.bincount(positions, weights=lines * is_work, minlength=len(commits))
    number = np.bincount(added["commit"], weights=added["foreign"], minlength=len(commits))
    copied = (
        (number >= _FILES)
        & (foreign >= _LINES)
        & (foreign >= _SHARE * everything)
        & (commits["parents"] != "").to_numpy()
    )
    return pd.Series(copied, index=commits.index)


def _are_own(holders: pd.DataFrame, commits: pd.DataFrame) -> pd.Series[bool]:
    """Return which copyright holders are people or companies of their repository."""
    names = _names_of(commits)
    own = [
        any(f" {name} " in f" {holder} " for name in names.get(repository, ()))
        for repository, holder in zip(holders["repository"], holders["holder"], strict=True)
    ]
    return pd.Series(own, index=holders.index, dtype=bool)


def _names_of(commits: pd.DataFrame) -> dict[str, set[str]]:
    """Return the names that a copyright holder may have, by repository: authors, companies, the repository itself."""
    people = commits[["repository", "author_name", "author_email"]].drop_duplicates()
    repositories = people["repository"].drop_duplicates()
    companies = extract(people["author_email"].str.lower(), _DOMAIN)
    names = {
        "people": (people["repository"], people["author_name"]),
        "companies": (people["repository"], companies.mask(companies.isin(_PUBLIC_MAIL))),
        "projects": (repositories, replace(repositories, "^.*/", "")),
        "owners": (repositories, extract(repositories, "/(?P<owner>[^/]+)/")),
    }
    found = pd.concat([pd.DataFrame({"repository": of, "name": name.str.lower()}) for of, name in names.values()])
    found = found[found["name"].fillna("").str.len() >= _SHORTEST]
    return {str(repository): set(of_one) for repository, of_one in found.groupby("repository")["name"]}
