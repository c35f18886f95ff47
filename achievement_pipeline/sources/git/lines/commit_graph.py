"""The commits that the default branch reaches, by their position among the listed commits."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Self

import pandas as pd


class CommitGraph:
    """The parents of all listed commits, and the main line of one of them.

    Attributes:
        positions: The position of each commit by its object name.
        parents: The positions of each commit's listed parents, first parent first.
        main: The main line, oldest first: the head and its first parents.
    """

    def __init__(self, positions: Mapping[str, int], parents: Sequence[Sequence[int]], head: str) -> None:
        """Follow the first parents of a head."""
        self.positions = positions
        self.parents = parents
        main = [positions[head]]
        while parents[main[-1]]:
            main.append(parents[main[-1]][0])
        self.main = main[::-1]

    @classmethod
    def of(cls, commits: pd.DataFrame, head: str) -> Self:
        """Return the graph of `RawCommits`."""
        positions = {sha: position for position, sha in enumerate(commits["sha"].tolist())}
        parents = [
            [positions[parent] for parent in named.split() if parent in positions]
            for named in commits["parents"].tolist()
        ]
        return cls(positions, parents, head)

    @cached_property
    def steps(self) -> Mapping[int, int]:
        """The step of each commit of the main line."""
        return {position: step for step, position in enumerate(self.main)}

    def oldest_first(self, head: int, known: Iterable[int] = ()) -> list[int]:
        """Return the commits that one reaches and known ones do not, parents before their children."""
        order: list[int] = []
        seen = set(known)
        stack = [] if head in seen else [(head, iter(self.parents[head]))]
        seen.add(head)
        while stack:
            position, others = stack[-1]
            following = next((other for other in others if other not in seen), None)
            if following is None:
                order.append(position)
                stack.pop()
            else:
                seen.add(following)
                stack.append((following, iter(self.parents[following])))
        return order
