"""Match rewritten commits: find the new commit that replaced one which is no longer reachable.

A reword, a new date or author, a rebase and ``filter-branch`` give a commit another object name, although the work is
the same. A removed and a new commit are the same work if, in this order:

1. their old and new blobs are equal;
2. their author, author date and subject are equal: a rebase and an amended change keep these;
3. they remove and add the same lines of the same files: a rebase onto a base that changed these files too;
4. their author and author date are equal, and no other commit has them: an amended change with a new message.

A merge replaces one that merged the same commits, or the commits that they replaced.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Final

import pandas as pd
from git.exc import GitCommandError

from achievement_pipeline.frames import DiffState
from achievement_pipeline.sources.git.processes import IsolatedGit

_BLOBS: Final = ["path", "old_mode", "new_mode", "old_blob", "new_blob"]
_MOST_PATCHES: Final = 2_000
"""Maximum commits on either side whose lines are compared; more than any rewritten branch has."""
_MOST_LINES: Final = 20_000
"""Commits with more changed lines are not compared by their lines."""
_PATCH: Final = (
    "-c", "core.bigFileThreshold=1m", "diff-tree", "--stdin", "-r", "--root", "--always", "--format=%x00%H", "--patch",
    "--unified=0", "--no-renames", "--diff-algorithm=myers", "--no-ext-diff", "--no-textconv", "--no-color",
)  # fmt: skip


def find_replaced(
    git: IsolatedGit, gone: pd.DataFrame, gone_files: pd.DataFrame, new: pd.DataFrame, new_files: pd.DataFrame
) -> pd.Series[str]:
    """Find the commits that each new commit replaced.

    Args:
        git: Has the objects of the new commits, and usually those of the gone ones.
        gone: Commits that are no longer reachable, newest first.
        gone_files: The files that they changed, as far as they were read.
        new: Commits that were not reachable before, newest first.
        new_files: The files that they changed.

    Returns:
        Object names of gone commits, separated by spaces, by the object name of the new commit.
    """
    pairs = _Pairs(gone, new)
    pairs.match(_contents(gone_files), _contents(new_files))
    pairs.match(_authorship(pairs.gone, "subject"), _authorship(pairs.new, "subject"))
    left = (_small(pairs.gone, gone_files), _small(pairs.new, new_files))
    if all(0 < len(shas) <= _MOST_PATCHES for shas in left):
        pairs.match(*(_patches(git, shas) for shas in left))
    pairs.match(_authorship(pairs.gone), _authorship(pairs.new), only_unique=True)
    pairs.match_merges()
    return pairs.replaced()


class _Pairs:
    """The pairs of a gone and a new commit found so far."""

    def __init__(self, gone: pd.DataFrame, new: pd.DataFrame) -> None:
        self.gone, self.new = (frame[frame["diff"] != DiffState.MERGE] for frame in (gone, new))
        self._merges = tuple(frame[frame["diff"] == DiffState.MERGE] for frame in (gone, new))
        self._names = gone.set_index("sha")["replaces"]
        self._replaced: dict[str, str] = {}

    def match(self, gone: pd.Series, new: pd.Series, *, only_unique: bool = False) -> None:
        """Pair the commits with equal values. Several with the same value are paired in the order of their histories.

        Args:
            gone: Values of the gone commits by object name.
            new: Values of the new commits by object name.
            only_unique: Whether values that several commits have are ignored.
        """
        columns = []
        for values, left in ((gone, self.gone["sha"]), (new, self.new["sha"])):
            known = values.reindex(left).dropna()
            if only_unique:
                known = known[~known.duplicated(keep=False)]
            frame = pd.DataFrame({"sha": known.index, "value": known.array})
            columns.append(frame.assign(turn=frame.groupby("value").cumcount()))
        pairs = columns[0].merge(columns[1], on=["value", "turn"], suffixes=("_gone", "_new"))
        self._replaced |= dict(zip(pairs["sha_new"], pairs["sha_gone"], strict=True))
        self.gone = self.gone[~self.gone["sha"].isin(pairs["sha_gone"])]
        self.new = self.new[~self.new["sha"].isin(pairs["sha_new"])]

    def match_merges(self) -> None:
        """Pair the merges of the same commits."""
        gone, new = self._merges
        by_merged: dict[tuple[str, ...], list[str]] = {}
        for sha, parents in zip(gone["sha"][::-1], gone["parents"][::-1], strict=True):
            by_merged.setdefault(tuple(parents.split()[1:]), []).append(sha)
        # oldest first: a merge may have merged another merge
        for sha, parents in zip(new["sha"][::-1], new["parents"][::-1], strict=True):
            merged = tuple(self._replaced.get(parent, parent) for parent in parents.split()[1:])
            if by_merged.get(merged):
                self._replaced[sha] = by_merged[merged].pop(0)

    def replaced(self) -> pd.Series[str]:
        """Return the pairs found, with the commits that the gone commits had replaced themselves."""
        names = {new: f"{gone} {self._names[gone]}".rstrip() for new, gone in self._replaced.items()}
        return pd.Series(names, dtype="str")


def _contents(files: pd.DataFrame) -> pd.Series:
    """Return a hash of the old and new blobs of each commit, by object name."""
    rows = pd.util.hash_pandas_object(files[_BLOBS], index=False).to_numpy()
    return pd.Series(rows, index=files["sha"].array, dtype="uint64").groupby(level=0).sum()


def _authorship(commits: pd.DataFrame, *columns: str) -> pd.Series[str]:
    """Return the author date and address of each commit, joined with other columns, by object name.

    Commits without a valid date are left out.
    """
    dated = commits[commits["authored_at"].notna()]
    values = dated["authored_at"].astype("int64").astype("str") + "\n" + dated["author_email"]
    for column in columns:
        values = values + "\n" + dated[column]
    return values.set_axis(dated["sha"].array)


def _small(commits: pd.DataFrame, files: pd.DataFrame) -> list[str]:
    """Return the commits that are small enough to compare their lines."""
    lines = (files["insertions"].fillna(0) + files["deletions"].fillna(0)).groupby(files["sha"]).sum()
    return commits["sha"][commits["sha"].isin(lines.index[lines <= _MOST_LINES])].to_list()


def _patches(git: IsolatedGit, shas: Iterable[str]) -> pd.Series[str]:
    """Return a digest of the lines that each commit removes and adds, by object name.

    Commits whose objects are missing are left out.
    """
    digests: dict[str, str] = {}
    with suppress(GitCommandError):  # gone commits may have been pruned
        digests.update(_read_patches(git.chunks(*_PATCH, stdin=shas)))
    return pd.Series(digests, dtype="str")


def _read_patches(chunks: Iterable[bytes]) -> Iterator[tuple[str, str]]:
    """Yield the name and digest of each commit, which starts with a line of NUL and its name."""
    sha, digest = "", hashlib.sha256()
    for line in _lines(chunks):
        if line.startswith(b"\0"):
            if sha:
                yield sha, digest.hexdigest()
            sha, digest = line[1:].strip().decode(), hashlib.sha256()
        elif not line.startswith((b"index ", b"@@ ")):  # these depend on the rest of the file
            digest.update(line)
    if sha:
        yield sha, digest.hexdigest()


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        yield from lines
    yield rest
