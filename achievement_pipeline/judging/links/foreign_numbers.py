"""Find numbers in messages that are not of this repository: those of another one, whose history was imported.

Squashes say ``(#1945)``, and an imported history brings the numbers of the repository that it came from, where they are
other pull requests. Its own numbers begin again after the import: they are much smaller for long, and some are near the
first.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from achievement_pipeline.judging.links.history import History

_NEXT: Final = 50
"""Later numbers that a number is compared with."""
_AHEAD: Final = 2
"""A foreign number is more than this many times the largest of them, ..."""
_BEGINS: Final = 10
"""... at least this many times the smallest, ..."""
_SPAN: Final = pd.Timedelta(days=7)
"""... and they were given over a longer time: shorter is an import itself, after which nothing begins again."""


def without_foreign_numbers(history: History, headers: pd.DataFrame) -> pd.DataFrame:
    """Remove the numbers of imported histories from the main lines.

    Args:
        history: Commits of any number of repositories.
        headers: Their parsed messages (`peel`).
    """
    commits = history.commits
    numbered = headers["number"].notna() & history.main_lines  # branches may be merged years later, in any order
    numbers = headers.loc[numbered, "number"].str.slice(0, 9).astype("int64")
    foreign = pd.Series(data=False, index=headers.index)
    for _, own in numbers.groupby(commits["repository"][numbered]):
        foreign[own.index] = are_foreign(own, commits["committed_at"][own.index])
    return headers.assign(number=headers["number"].mask(foreign)) if foreign.any() else headers


def are_foreign(numbers: pd.Series[int], at: pd.Series[pd.Timestamp]) -> npt.NDArray[np.bool_]:
    """Return which numbers had not been given in one repository when the work was done.

    Args:
        numbers: Numbers of pull requests in messages of one repository.
        at: When the work was committed.
    """
    values, times = numbers.to_numpy(), at.to_numpy()
    foreign, later = np.zeros(len(values), dtype=bool), list[int]()
    for place in np.argsort(times, kind="stable")[::-1]:
        following = later[-_NEXT:]
        value = values[place]
        foreign[place] = (
            len(following) == _NEXT
            and value > _AHEAD * values[following[-1]]  # most are not, so this is fast
            and value > _AHEAD * max(values[following])
            and value >= _BEGINS * min(values[following])
            and times[following[0]] - times[following[-1]] >= _SPAN
        )
        if not foreign[place]:
            later.append(int(place))
    return foreign
