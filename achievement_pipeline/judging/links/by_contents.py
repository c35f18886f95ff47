"""Find reverts and squashes by contents alone: commits that undo another one exactly, and squashes of other commits.

Only blob names are compared, path by path; no content is read.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from achievement_pipeline.columns.text import are_among, are_repeated
from achievement_pipeline.judging.links.history import History

_WEEKS = pd.Timedelta(weeks=6)
"""A change that is undone later than this was in use in the meantime."""
_STATES = 100
"""Maximum number of states of one path on a branch."""


def find_restorations(history: History, files: pd.DataFrame) -> pd.DataFrame:
    """Find commits that exactly undo another one within weeks, whatever their message.

    For example, 2 reverts 1::

        commit   path   old_blob   new_blob
        1        a.py   aaa        bbb
        2        a.py   bbb        aaa

    Args:
        history: Commits of any number of repositories.
        files: Their changed files: ``position`` of the commit, ``path``, ``old_blob``, ``new_blob``.

    Returns:
        ``revert`` and ``target``: pairs of positions of commits.
    """
    commits = history.commits
    nothing = pd.DataFrame({"revert": [], "target": []}, dtype="int64")
    # XOR gives a change and its inverse the same number; few changes share one
    between = _beginnings(files["old_blob"]) ^ _beginnings(files["new_blob"])
    _, number, counts = np.unique(between, return_inverse=True, return_counts=True)
    undoing = files[all_of(files["position"], counts[number] > 1)]
    if undoing.empty:
        return nothing
    undone = files[
        are_among(files["old_blob"], undoing["new_blob"]) & are_among(files["new_blob"], undoing["old_blob"])
    ]
    undone = undone[_sizes(files)[undone["position"]] == _sizes(undone, len(commits))[undone["position"]]]
    if undone.empty:
        return nothing
    after = _digests(undoing.assign(old_blob=undoing["new_blob"], new_blob=undoing["old_blob"]), commits)
    before = _digests(undone, commits)
    pairs = after.merge(before, on=["repository", "digest"], suffixes=("", "_before"))
    if pairs.empty:
        return nothing
    # a rebase gives its commits one time
    age = history.place
    gap = pairs["at"] - pairs["at_before"]
    follows = age[pairs["position"]] > age[pairs["position_before"]]
    pairs = pairs[follows & (gap >= pd.Timedelta(0)) & (gap <= _WEEKS)]
    pairs = pairs.assign(age=age[pairs["position_before"]]).sort_values(["at_before", "age"])
    pairs = pairs.drop_duplicates("position", keep="last")
    return pd.DataFrame({"revert": pairs["position"].array, "target": pairs["position_before"].array})


def find_joint_restorations(commits: pd.DataFrame, files: pd.DataFrame, candidates: pd.Series[bool]) -> pd.DataFrame:
    """Find the commits that a commit undoes together, each as a whole, as ``git revert A..B`` in one commit does.

    Args:
        commits: Commits of any number of repositories.
        files: Their changed files, as in `find_restorations`.
        candidates: Which commits may be such reverts.

    Returns:
        ``revert`` and ``target``, as `find_restorations` does.
    """
    if not candidates.any():
        return pd.DataFrame({"revert": [], "target": []}, dtype="int64")
    undoing = files[candidates.to_numpy()[files["position"]]]
    others = files[~candidates.to_numpy()[files["position"]]]
    # what such a revert does backwards is what a squash of its targets would do
    backwards = undoing.assign(old_blob=undoing["new_blob"], new_blob=undoing["old_blob"])
    times = commits["committed_at"]
    found = [
        (revert, target)
        for target, revert in _find_chains(commits, backwards, others)
        if times[revert] - times[target] <= _WEEKS
    ]
    return pd.DataFrame(found, columns=["revert", "target"], dtype="int64")


def find_squashed(commits: pd.DataFrame, work: pd.DataFrame) -> Iterator[tuple[int, int]]:
    """Yield each commit that a squash repeats, with the squash.

    Together, the commits lead from the old contents of the squash to its new ones. For example, 1 and 2 are repeated by
    3::

        commit   path   old_blob   new_blob
        1        a.py   aaa        bbb
        2        a.py   bbb        ccc
        3        a.py   aaa        ccc

    Args:
        commits: Commits of any number of repositories.
        work: The files that are work, of commits that count; columns as in `find_restorations`.
    """
    repeated = work[all_of(work["position"], are_repeated(work["new_blob"]))]
    yield from _find_chains(commits, repeated, work)


def _find_chains(commits: pd.DataFrame, wholes: pd.DataFrame, work: pd.DataFrame) -> Iterator[tuple[int, int]]:
    """Yield each commit that has a part of what a later one among the wholes does at once, with that one."""
    if wholes.empty:
        return
    repositories = commits["repository"]
    near = work[are_among(work["path"], wholes["path"])]
    near = near.assign(repository=repositories[near["position"]].array)
    makers: dict[tuple[str, str, str], list[tuple[int, str]]] = {}
    for position, path, old, new, repository in near[
        ["position", "path", "old_blob", "new_blob", "repository"]
    ].itertuples(index=False):
        makers.setdefault((repository, path, new), []).append((position, old))
    sizes = _sizes(work, len(commits))
    times = commits["committed_at"]
    wholes = wholes.assign(repository=repositories[wholes["position"]].array)
    rows_of = wholes.groupby("position").indices
    for position in wholes["position"].unique().tolist():
        rows = wholes.iloc[rows_of[position]]
        steps = [_steps(position, row, makers) for row in rows.itertuples(index=False)]
        if not all(steps):
            continue
        visited = pd.Series([step for chain in steps for step in chain or ()], dtype="int64")
        members = visited.value_counts()
        if (
            len(members) > 1
            and (members == sizes[members.index]).all()
            and times[position] >= times[members.index].max()
        ):
            yield from ((member, position) for member in members.index.to_list())


def _steps(position: int, row: object, makers: dict[tuple[str, str, str], list[tuple[int, str]]]) -> list[int] | None:
    """Return the commits that lead from the old to the new blob of one path of a squash; None if none do."""
    repository, path, state = (getattr(row, name) for name in ("repository", "path", "new_blob"))
    found: list[int] = []
    while state != getattr(row, "old_blob"):  # noqa: B009 - rows of itertuples have no type
        maker = next(
            (each for each in makers.get((repository, path, state), ()) if each[0] not in {position, *found}), None
        )
        if maker is None or len(found) == _STATES:
            return None
        found.append(maker[0])
        state = maker[1]
    return found


def all_of(positions: pd.Series[int], holds: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Return, for each row, whether the condition holds for all rows with its position."""
    if positions.empty:
        return holds
    fails = np.bincount(positions, weights=~holds) > 0
    return ~fails[positions.to_numpy()]


def digest_files(files: pd.DataFrame, columns: list[str]) -> pd.Series[int]:
    """Return a hash of the columns of each commit's files, by position. The order of files does not matter."""
    # nearly all names of blobs differ: to look for equal ones first takes longer than to hash them
    rows = pd.util.hash_pandas_object(files[columns], index=False, categorize=False).to_numpy()
    return pd.Series(rows, index=files["position"].array, dtype="uint64").groupby(level=0).sum()


def _beginnings(blobs: pd.Series[str]) -> npt.NDArray[np.uint64]:
    """Return the first eight digits of each object name as a number."""
    digits = pc.utf8_slice_codeunits(pa.array(blobs, pa.large_string()), 0, 8)
    array = digits.combine_chunks() if isinstance(digits, pa.ChunkedArray) else digits
    return np.frombuffer(array.buffers()[2] or b"", dtype="uint64", count=len(array))


def _sizes(files: pd.DataFrame, total: int = 0) -> npt.NDArray[np.int64]:
    return np.bincount(files["position"], minlength=total)


def _digests(files: pd.DataFrame, commits: pd.DataFrame) -> pd.DataFrame:
    """Return position, repository, time and a digest of the changed contents of each commit."""
    sums = digest_files(files, ["path", "old_blob", "new_blob"])
    own = commits.loc[sums.index, ["repository", "committed_at"]]
    return pd.DataFrame(
        {
            "position": sums.index,
            "digest": sums.array,
            "repository": own["repository"].array,
            "at": own["committed_at"].array,
        }
    )
