"""The graph of a history: the parents of commits, and an order from the oldest to the newest."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandera.typing import DataFrame

from achievement_pipeline.columns.text import extract_all
from achievement_pipeline.frames import RawCommits
from achievement_pipeline.judging.links.commit_names import positions_of


class History:
    """Commits and their graph, by position. Each part of the graph is computed when it is first used, and only once.

    Attributes:
        commits: Commits of any number of repositories, indexed by position.
    """

    def __init__(self, commits: DataFrame[RawCommits]) -> None:
        self.commits = commits

    @cached_property
    def parents(self) -> list[list[int]]:
        """The positions of each commit's known parents, first parent first."""
        named = extract_all(self.commits["parents"], r"(\S+)")
        of_parents = pd.DataFrame({"repository": self.commits["repository"][named.index], "sha": named})
        parents: list[list[int]] = [[] for _ in range(len(self.commits))]
        for child, parent in zip(named.index.tolist(), positions_of(of_parents, self.commits).tolist(), strict=True):
            if parent >= 0:
                parents[child].append(parent)
        return parents

    @cached_property
    def oldest_first(self) -> list[int]:
        """Positions, with parents before their children."""
        return oldest_first(self.parents)

    @cached_property
    def main_lines(self) -> npt.NDArray[np.bool_]:
        """Which commits are tips, or first parents from there."""
        inner = {parent for each in self.parents for parent in each}
        found = np.zeros(len(self.parents), dtype=bool)
        for tip in range(len(self.parents)):
            line = [] if tip in inner else [tip]
            while line and not found[line[0]]:
                found[line[0]] = True
                line = self.parents[line[0]]
        return found

    @cached_property
    def place(self) -> npt.NDArray[np.int64]:
        """The place of each commit in `oldest_first`."""
        place = np.empty(len(self.commits), dtype="int64")
        place[self.oldest_first] = np.arange(len(self.commits))
        return place


def oldest_first(parents: list[list[int]]) -> list[int]:
    """Return positions with parents before their children."""
    children: list[list[int]] = [[] for _ in parents]
    waiting = [len(each) for each in parents]
    for position, each in enumerate(parents):
        for parent in each:
            children[parent].append(position)
    order = [position for position, number in enumerate(waiting) if not number]
    for position in order:
        for child in children[position]:
            waiting[child] -= 1
            if not waiting[child]:
                order.append(child)
    return order
