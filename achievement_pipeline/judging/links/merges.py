"""Find the pieces of work in git alone: the commits that a merge contains, and what they changed together.

The main line of a history is its tip and the first parents from there. A merge on it contains what its other parents
reach and no earlier merge contains; of nested merges, the innermost piece of work wins. A merge's diff against its
first parent is computed from its commits, path by path, so no diff is read for it: a path changed once keeps its
counts, and a new path counts the lines that are left.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandera.typing import DataFrame

from achievement_pipeline.columns.text import rows_among
from achievement_pipeline.frames import CommitContents, DependencyChanges, DiffState, RawCommitFiles, RawCommits, typed
from achievement_pipeline.judging.categories.peel import peel
from achievement_pipeline.judging.links.commit_names import positions_of
from achievement_pipeline.judging.links.history import History

_FILE = ["repository", "sha", "path"]
_MERGES_OF_LASTING_BRANCH = 5


class Merges:
    """The merges of pieces of work among commits.

    Attributes:
        commits: The commits, by position.
        history: Their history.
        pieces: Which are merges of pieces of work.
        merged_by: As returned by `find_merging_commits`.
    """

    def __init__(self, commits: DataFrame[RawCommits]) -> None:
        self.commits: DataFrame[RawCommits] = DataFrame(commits.reset_index(drop=True))
        self.history = History(self.commits)
        merges = self.commits[self.commits["diff"] == DiffState.MERGE]
        pieces = are_merged_pieces(merges, peel(merges["subject"], merges["body"]))
        self.pieces = pieces.reindex(self.commits.index, fill_value=False)
        self.merged_by = find_merging_commits(self.history, self.pieces)


class MergedChanges(NamedTuple):
    """Changed files and contents, including those of merges."""

    files: DataFrame[RawCommitFiles]
    contents: DataFrame[CommitContents]


def find_merging_commits(history: History, pieces: pd.Series[bool]) -> npt.NDArray[np.int64]:
    """Return the position of the merge that contains each commit, or -1. Merges have -1.

    For example, with commits in the order A, B, M, where M merges B into A's branch: ``[-1, 2, -1]``.

    Args:
        history: Commits of any number of repositories.
        pieces: Which commits are merges of pieces of work.
    """
    commits, parents = history.commits, history.parents
    of_pieces = pieces.to_numpy()
    merged_by = [-2] * len(parents)
    waiting = [(tip, -1) for tip in _tips(parents, history.oldest_first, commits["sha"])]
    while waiting:
        position, merge = waiting.pop()
        while merged_by[position] == -2:  # noqa: PLR2004 - not seen yet
            merged_by[position] = merge
            first, *others = parents[position] or [-1]
            # the oldest merge on the line goes on the stack last, so it is visited first
            waiting += [(other, position if of_pieces[position] else merge) for other in others]
            if first < 0:
                break
            position = first
    found = np.array(merged_by, dtype="int64")
    return np.where((commits["diff"] == DiffState.MERGE).to_numpy(), -1, found)


def are_merged_pieces(commits: pd.DataFrame, headers: pd.DataFrame) -> pd.Series[bool]:
    """Return which commits merge a piece of work: a pull request, or a branch with a name.

    A branch that is merged again and again lives as long as the project, and is no piece of work.
    """
    branches = headers["branch"].where(headers["number"].isna())
    lasts = branches.groupby([commits["repository"], branches]).transform("size") >= _MERGES_OF_LASTING_BRANCH
    named = headers["merged"] & ~headers["title"].str.startswith("Merge ") & ~lasts
    named |= headers["number"].notna()  # hosts can be set to give a merge the title of what it merges
    return named & (commits["diff"] == DiffState.MERGE)


def with_merged_changes(
    merges: Merges, files: DataFrame[RawCommitFiles], contents: DataFrame[CommitContents]
) -> MergedChanges:
    """Add the changes of merges of pieces of work to changed files and their contents."""
    commits, history, merged_by = merges.commits, merges.history, merges.merged_by
    positions = positions_of(files, commits)
    merged_in = np.flatnonzero(merged_by[positions] >= 0) if len(files) else np.array([], dtype="int64")
    if not len(merged_in):
        return MergedChanges(files, contents)
    own = positions[merged_in]
    rows = files.iloc[merged_in].assign(merge=merged_by[own], depth=history.place[own])
    rows["number"] = pd.factorize(rows["path"])[0]
    rows = rows.sort_values(["merge", "number", "depth"], kind="stable")
    first = ~rows.duplicated(["merge", "number"]).to_numpy()
    last = np.append(first[1:], True)
    merged = _joined(rows, first, last, commits)
    alone = merged[rows["sha"][first].to_numpy() == rows["sha"][last].to_numpy()]
    changed = merged["old_blob"] != merged["new_blob"]
    more = _relabelled(rows[first & last], alone, contents)
    return MergedChanges(
        typed(RawCommitFiles, pd.concat([files, merged[changed]], ignore_index=True)),
        typed(CommitContents, pd.concat([contents, more], ignore_index=True)),
    )


def with_merged_dependencies(
    merges: Merges, dependencies: DataFrame[DependencyChanges]
) -> DataFrame[DependencyChanges]:
    """Add the changes of dependencies in merges of pieces of work: each dependency from its first state to its last.

    What one commit of a branch added and a later one removed did not change, as in a squash.
    """
    commits, history, merged_by = merges.commits, merges.history, merges.merged_by
    positions = positions_of(dependencies, commits)
    merged_in = np.flatnonzero((positions >= 0) & (np.append(merged_by, -1)[positions] >= 0))
    if not len(merged_in):
        return dependencies
    own = positions[merged_in]
    rows = dependencies.iloc[merged_in].assign(merge=merged_by[own], depth=history.place[own])
    rows = rows.sort_values("depth", kind="stable")
    of_one = ["merge", "path", "ecosystem", "package"]
    first, last = rows.drop_duplicates(of_one), rows.drop_duplicates(of_one, keep="last")
    ends = last.merge(first[[*of_one, "change"]], on=of_one, suffixes=("", "_first"))
    was_there, is_there = ends["change_first"] != "added", ends["change"] != "removed"
    ends["change"] = ends["change"].mask(~was_there & is_there, "added")
    ends = ends[was_there | is_there].assign(sha=lambda kept: commits["sha"].iloc[kept["merge"]].array)
    columns = list(DependencyChanges.to_schema().columns)
    return typed(DependencyChanges, pd.concat([dependencies, ends[columns]], ignore_index=True))


def _tips(parents: list[list[int]], order: list[int], shas: pd.Series[str]) -> list[int]:
    """Return the commits without children; the one with the longest main line comes last."""
    lengths = [0] * len(parents)
    for position in order:
        lengths[position] = lengths[parents[position][0]] + 1 if parents[position] else 1
    inner = {parent for each in parents for parent in each}
    tips = [position for position in range(len(parents)) if position not in inner]
    return sorted(tips, key=lambda position: (lengths[position], str(shas[position])))


def _joined(
    rows: pd.DataFrame, first: npt.NDArray[np.bool_], last: npt.NDArray[np.bool_], commits: pd.DataFrame
) -> pd.DataFrame:
    """Return one row per merge and path, from its first state to its last."""
    groups = np.cumsum(first) - 1
    begins, ends = rows[first].reset_index(drop=True), rows[last].reset_index(drop=True)
    joined = ends.assign(
        sha=commits["sha"].iloc[begins["merge"]].array,
        old_path=begins["old_path"],
        old_mode=begins["old_mode"],
        old_blob=begins["old_blob"],
    )
    none = "0" * 6
    added, gone = joined["old_mode"] == none, joined["new_mode"] == none
    joined["status"] = joined["status"].mask(ends["status"] != begins["status"], "M").mask(added, "A").mask(gone, "D")
    sums = [
        np.bincount(groups, weights=rows[name].fillna(0).to_numpy(dtype="float64"))
        for name in ("insertions", "deletions")
    ]
    left = np.maximum(sums[0] - sums[1], 0)
    binary = np.bincount(groups, weights=rows["binary"].to_numpy(dtype="float64")) > 0
    several = np.bincount(groups) > 1
    counts = {
        "insertions": np.where(gone & several, 0, np.where(added & several, left, sums[0])),
        "deletions": np.where(added & several, 0, np.where(gone & several, np.maximum(sums[1] - sums[0], 0), sums[1])),
    }
    for name, values in counts.items():
        joined[name] = pd.Series(values, dtype="Int32").mask(binary)
    return joined.assign(binary=binary)[list(RawCommitFiles.to_schema().columns)]


def _relabelled(alone: pd.DataFrame, merged: pd.DataFrame, contents: pd.DataFrame) -> pd.DataFrame:
    """Copy the contents of paths that only one commit changed to its merge."""
    found = rows_among(alone, contents, _FILE)
    known = np.flatnonzero(found >= 0)
    return contents.iloc[found[known]].assign(sha=merged["sha"].iloc[known].array)
