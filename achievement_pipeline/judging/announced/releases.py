"""Find the first release that contains each commit, from tags with version names."""

from __future__ import annotations

from typing import Final

import pandas as pd
from pandera.typing import DataFrame

from achievement_pipeline.frames import RawCommits, RawTags
from achievement_pipeline.judging.links.history import oldest_first
from achievement_pipeline.judging.paths import matches

_VERSIONS: Final = (
    r"(?i)^(?:.*[/@_-])?(?:v|ver|version|r|rel|release)?[-_.]?\d+(?:[._]\d+)+[\w.+-]*$"
    r"|^(?:v|r|rel|release|version)?[-_.]?\d+$"
    r"|^(?:v|r|rel|release)?[-_.]?(?:19|20)\d\d-[01]\d-[0-3]\d(?:[._-]\d+)*$"  # RE2 and rust-analyzer name the day
)
_NO_RELEASE: Final = r"(?i)nightly|snapshot|latest|canary|backup"


def version_tags(tags: DataFrame[RawTags]) -> DataFrame[RawTags]:
    """Return the tags that are releases."""
    named = matches(tags["name"], _VERSIONS) & ~matches(tags["name"], _NO_RELEASE)
    return DataFrame(tags[named].reset_index(drop=True))


def first_releases(commits: DataFrame[RawCommits], tags: DataFrame[RawTags]) -> pd.Series[str]:
    """Return the first tag that contains each commit; missing if it is not released yet.

    Tags are ordered by ancestry, then by the date of their commit. If a commit has several tags, the shortest name
    wins.

    Args:
        commits: Commits of any number of repositories.
        tags: Their tags. Tags on other branches include the commits in between.
    """
    releases = version_tags(tags)
    found: list[str | None] = [None] * len(commits)
    if releases.empty:
        return pd.Series(found, index=commits.index, dtype="str")
    graph = _Graph(commits)
    for name, target, side in zip(releases["repository"], releases["commit"], releases["side"], strict=True):
        graph.add(name, side)
        graph.node(name, target)
    order = oldest_first(graph.parents)
    rank = {position: number for number, position in enumerate(order)}
    times = graph.times(order)
    marks = sorted(
        (times[position], rank[position], len(tag), tag, position)
        for repository, target, tag in zip(releases["repository"], releases["commit"], releases["name"], strict=True)
        if (position := graph.node(repository, target)) in rank
    )
    seen = bytearray(len(graph.parents))
    for *_, tag, tip in marks:
        left = [tip]
        while left:
            position = left.pop()
            if not seen[position]:
                seen[position] = 1
                if position < len(found):
                    found[position] = tag
                left += graph.parents[position]
    return pd.Series(found, index=commits.index, dtype="str")


class _Graph:
    """Commits and their parents, including those that only tags reach."""

    def __init__(self, commits: pd.DataFrame) -> None:
        self._positions = {
            key: position for position, key in enumerate(zip(commits["repository"], commits["sha"], strict=True))
        }
        self._dates = commits["committed_at"].astype("int64").to_list()
        self.parents: list[list[int]] = [[] for _ in range(len(commits))]
        for position, (repository, names) in enumerate(zip(commits["repository"], commits["parents"], strict=True)):
            known = (self._positions.get((repository, name)) for name in names.split())
            self.parents[position] = [parent for parent in known if parent is not None]

    def node(self, repository: str, sha: str) -> int:
        """Return the position of a commit; add it if it is new."""
        position = self._positions.setdefault((repository, sha), len(self.parents))
        if position == len(self.parents):
            self.parents.append([])
            self._dates.append(0)
        return position

    def add(self, repository: str, side: str) -> None:
        """Add commits, one per line: time in seconds, object name, parents' object names."""
        for line in side.splitlines():
            seconds, sha, *names = line.split()
            position = self.node(repository, sha)
            self._dates[position] = int(seconds) * 1_000_000
            self.parents[position] = [self.node(repository, name) for name in names]

    def times(self, order: list[int]) -> list[int]:
        """Return the time of each commit, but not before its parents."""
        times = list(self._dates)
        for position in order:
            times[position] = max([times[position], *(times[parent] for parent in self.parents[position])])
        return times
