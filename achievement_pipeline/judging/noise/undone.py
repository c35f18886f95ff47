"""Find files in which somebody took back, within weeks, what they had changed themselves: neither side is work.

Only line counts are compared here. They select the pairs of changes whose contents are then compared line by line
(`achievement_pipeline.judging.noise.contents.examine_commit`). Reverts are left to
`achievement_pipeline.judging.links.same_work`: they retract the whole commit.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from pandera.typing import DataFrame

from achievement_pipeline.columns.text import are_among
from achievement_pipeline.frames import RawCommitFiles, RawCommits
from achievement_pipeline.judging.categories import messages
from achievement_pipeline.judging.links.by_contents import find_restorations
from achievement_pipeline.judging.links.commit_names import positions_of
from achievement_pipeline.judging.links.history import History

_WEEKS = pd.Timedelta(days=28)
"""Work that is removed later than this was in use in the meantime."""
_LINES = 10
"""Fewer lines may be equal by chance, and cost little."""
_ONE_SIDED = 0.25
"""A change that adds and removes more evenly than this rewrites; it does not take back."""
_ELSEWHERE = 0.5
"""If other files of the commit gained this share of the lines that a file lost, the lines may have moved there."""

_SAME = ["repository", "path", "author"]
_NOTHING = pd.DataFrame({name: pd.Series(dtype="str") for name in ("sha", "path", "old_blob", "new_blob")})


def find_undone(commits: DataFrame[RawCommits], files: DataFrame[RawCommitFiles]) -> pd.DataFrame:
    """Find changes of files that may take one another back.

    For example, 2 takes back what 1 added, so each is the counterpart of the other::

        commit   author   path   insertions   deletions
        1        ann      a.py   200          0
        2        ann      a.py   1            180

    Args:
        commits: All commits of any number of repositories.
        files: Their changed files.

    Returns:
        ``sha`` and ``path`` of each change, with ``old_blob`` and ``new_blob`` of a counterpart. A change may have
        several.
    """
    changes = _one_sided(commits, files)
    added, removed = (changes[changes["adds"] == adds].drop(columns="adds") for adds in (True, False))
    if added.empty or removed.empty:
        return _NOTHING
    pairs = pd.concat([_nearest(added, removed), _nearest(removed, added)]).drop_duplicates(ignore_index=True)
    if pairs.empty:
        return _NOTHING
    pairs = pairs[~_are_reverts(pairs, commits, files)]
    both_ways = [files.iloc[pairs[side]].reset_index(drop=True) for side in ("first", "second")]
    sides = [
        own[["sha", "path"]].assign(old_blob=other["old_blob"], new_blob=other["new_blob"])
        for own, other in (both_ways, both_ways[::-1])
    ]
    return pd.concat(sides, ignore_index=True).drop_duplicates(ignore_index=True)


def _one_sided(commits: pd.DataFrame, files: pd.DataFrame) -> pd.DataFrame:
    """Return the changes that mostly add or mostly remove lines of one file, with their author and time."""
    positions = positions_of(files, commits)
    insertions, deletions = (files[name].fillna(0).to_numpy(dtype="int64") for name in ("insertions", "deletions"))
    elsewhere = np.bincount(positions, weights=insertions, minlength=len(commits))[positions] - insertions
    adds = (insertions >= _LINES) & (deletions <= _ONE_SIDED * insertions)
    removes = (deletions >= _LINES) & (insertions <= _ONE_SIDED * deletions) & (elsewhere < _ELSEWHERE * deletions)
    chosen = np.flatnonzero(adds | removes)
    made = commits.iloc[positions[chosen]]
    changes = files.iloc[chosen][["repository", "path"]].assign(
        row=chosen,
        adds=adds[chosen],
        author=made["author_email"].str.lower().array,
        at=made["committed_at"].array,
    )
    return changes.dropna(subset="at").sort_values(["at", "row"], ascending=[True, False])


def _nearest(earlier: pd.DataFrame, later: pd.DataFrame) -> pd.DataFrame:
    """Return each earlier change with the next later one of the same file and person, and vice versa, as rows."""
    next_ones = pd.merge_asof(
        earlier, later.rename(columns={"row": "other"}), on="at", by=_SAME, direction="forward", tolerance=_WEEKS
    )
    last_ones = pd.merge_asof(
        later, earlier.rename(columns={"row": "other"}), on="at", by=_SAME, direction="backward", tolerance=_WEEKS
    )
    pairs = [next_ones[["row", "other"]], last_ones[["other", "row"]]]
    named = [pair.dropna().set_axis(["first", "second"], axis="columns") for pair in pairs]
    return pd.concat(named, ignore_index=True).astype("int64")


def _are_reverts(pairs: pd.DataFrame, commits: pd.DataFrame, files: pd.DataFrame) -> pd.Series[bool]:
    """Return which pairs are of a revert, by its words or its contents, and its target."""
    second = positions_of(files.iloc[pairs["second"]], commits)
    worded = messages.mention_revert(commits["subject"].iloc[second]).to_numpy()
    shas = files["sha"].iloc[pd.concat([pairs["first"], pairs["second"]])]
    own = commits[are_among(commits["sha"], shas)].reset_index(drop=True)
    changed = files[are_among(files["sha"], shas)]
    blobs = changed[["path", "old_blob", "new_blob"]].assign(position=positions_of(changed, own))
    restoring = own["sha"].iloc[find_restorations(History(DataFrame(own)), blobs)["revert"]]
    return pd.Series(worded | files["sha"].iloc[pairs["second"]].isin(restoring).to_numpy(), index=pairs.index)
