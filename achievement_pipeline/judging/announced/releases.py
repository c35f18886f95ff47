"""The first release that contains each commit, by the tags whose names are versions."""

from __future__ import annotations

from typing import Final

import pandas as pd
from pandera.typing import DataFrame

from achievement_pipeline.frames import RawCommits, RawTags
from achievement_pipeline.judging.paths import matches

_VERSIONS: Final = (
    r"(?i)^(?:.*[/@_-])?(?:v|ver|version|r|rel|release)?[-_.]?\d+(?:[._]\d+)+[\w.+-]*$"
    r"|^(?:v|r|rel|release|version)?[-_.]?\d+$"
)
_NO_RELEASE: Final = r"(?i)nightly|snapshot|latest|canary|backup"


def version_tags(tags: DataFrame[RawTags]) -> DataFrame[RawTags]:
    """Return the tags that are releases."""
    named = matches(tags["name"], _VERSIONS) & ~matches(tags["name"], _NO_RELEASE)
    return DataFrame(tags[named].reset_index(drop=True))


def first_releases(commits: DataFrame[RawCommits], tags: DataFrame[RawTags]) -> pd.Series[str]:
    """Return the name of the first tag that contains each commit; missing for what is not released yet.

    A tag comes after those that it contains, and otherwise by its commit's date; of several on one commit the one with
    the shortest name is meant.

    Args:
        commits: Commits of any number of repositories.
        tags: Their tags; those beside the commits that were read bring what lies between.
    """
    releases = version_tags(tags)
    found: list[str | None] = [None] * len(commits)
    if releases.empty:
        return pd.Series(found, index=commits.index, dtype="str")
    graph = _Graph(commits)
    for name, target, side in zip(releases["repository"], releases["commit"], releases["side"], strict=True):
        graph.add(name, side)
        graph.node(name, target)
    order = graph.order()
    rank = {place: number for number, place in enumerate(order)}
    moments = graph.moments(order)
    marks = sorted(
        (moments[place], rank[place], len(tag), tag, place)
        for repository, target, tag in zip(releases["repository"], releases["commit"], releases["name"], strict=True)
        if (place := graph.node(repository, target)) in rank
    )
    seen = bytearray(len(graph.parents))
    for *_, tag, tip in marks:
        left = [tip]
        while left:
            place = left.pop()
            if not seen[place]:
                seen[place] = 1
                if place < len(found):
                    found[place] = tag
                left += graph.parents[place]
    return pd.Series(found, index=commits.index, dtype="str")


class _Graph:
    """Commits with their parents, those that only tags reach among them."""

    def __init__(self, commits: pd.DataFrame) -> None:
        self._places = {key: place for place, key in enumerate(zip(commits["repository"], commits["sha"], strict=True))}
        self._dates = commits["committed_at"].astype("int64").to_list()
        self.parents: list[list[int]] = [[] for _ in range(len(commits))]
        for place, (repository, names) in enumerate(zip(commits["repository"], commits["parents"], strict=True)):
            known = (self._places.get((repository, name)) for name in names.split())
            self.parents[place] = [parent for parent in known if parent is not None]

    def node(self, repository: str, sha: str) -> int:
        """Return the place of a commit, a new one where it was not there."""
        place = self._places.setdefault((repository, sha), len(self.parents))
        if place == len(self.parents):
            self.parents.append([])
            self._dates.append(0)
        return place

    def add(self, repository: str, side: str) -> None:
        """Add commits: a line each, with its seconds, its name and its parents' names."""
        for line in side.splitlines():
            seconds, sha, *names = line.split()
            place = self.node(repository, sha)
            self._dates[place] = int(seconds) * 1_000_000
            self.parents[place] = [self.node(repository, name) for name in names]

    def order(self) -> list[int]:
        """Return places so that parents come before their children."""
        children: list[list[int]] = [[] for _ in self.parents]
        waiting = [len(each) for each in self.parents]
        for place, each in enumerate(self.parents):
            for parent in each:
                children[parent].append(place)
        order = [place for place, number in enumerate(waiting) if not number]
        for place in order:
            for child in children[place]:
                waiting[child] -= 1
                if not waiting[child]:
                    order.append(child)
        return order

    def moments(self, order: list[int]) -> list[int]:
        """Return when each commit was made, not before its parents were."""
        moments = list(self._dates)
        for place in order:
            moments[place] = max([moments[place], *(moments[parent] for parent in self.parents[place])])
        return moments
