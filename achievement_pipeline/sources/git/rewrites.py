"""Rewritten commits: which commit took the place of one that the history no longer has.

A reword, a new date or author, a rebase and ``filter-branch`` give a commit another object name. What it changes stays
the same, and so does its identity. A commit that is gone and one that is new are the same work when, in this order:

1. they turn the same contents into the same contents (the names of the blobs are equal);
2. author, author date and subject are equal: a rebase and an amended change keep them;
3. they remove and add the same lines of the same files: a rebase onto a base that changed these files too;
4. only these two have their author and author date: an amended change with another message.

A merge takes the place of one that merged the same commits, or those that took their place.
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
"""So many commits on either side have their lines read again; only a rewritten branch has that many."""
_MOST_LINES: Final = 20_000
"""A commit of more lines is no work of one person that is rebased."""
_PATCH: Final = (
    "-c", "core.bigFileThreshold=1m", "diff-tree", "--stdin", "-r", "--root", "--always", "--format=%x00%H", "--patch",
    "--unified=0", "--no-renames", "--diff-algorithm=myers", "--no-ext-diff", "--no-textconv", "--no-color",
)  # fmt: skip


def find_replaced(
    git: IsolatedGit, gone: pd.DataFrame, gone_files: pd.DataFrame, new: pd.DataFrame, new_files: pd.DataFrame
) -> pd.Series[str]:
    """Return, by object name of a new commit, those of the gone ones that it took the place of, separated by blanks.

    Args:
        git: Has the objects of the new commits, and as a rule those of the gone ones too.
        gone: Commits that are not reachable any more, the newest first.
        gone_files: What they changed, as far as it was read.
        new: Commits that were not reachable before, the newest first.
        new_files: What they changed.
    """
    pairs = _Pairs(gone, new)
    pairs.match(_contents(gone_files), _contents(new_files))
    pairs.match(_written(pairs.gone, "subject"), _written(pairs.new, "subject"))
    left = (_small(pairs.gone, gone_files), _small(pairs.new, new_files))
    if all(0 < len(shas) <= _MOST_PATCHES for shas in left):
        pairs.match(*(_patches(git, shas) for shas in left))
    pairs.match(_written(pairs.gone), _written(pairs.new), only_unique=True)
    pairs.match_merges()
    return pairs.replaced()


class _Pairs:
    """Pairs of a gone commit and a new one, as they are found."""

    def __init__(self, gone: pd.DataFrame, new: pd.DataFrame) -> None:
        self.gone, self.new = (frame[frame["diff"] != DiffState.MERGE] for frame in (gone, new))
        self._merges = tuple(frame[frame["diff"] == DiffState.MERGE] for frame in (gone, new))
        self._names = gone.set_index("sha")["replaces"]
        self._replaced: dict[str, str] = {}

    def match(self, gone: pd.Series, new: pd.Series, *, only_unique: bool = False) -> None:
        """Pair commits with equal values, by object name; of several in the order of their histories."""
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
        """Pair merges of the same commits."""
        gone, new = self._merges
        by_merged: dict[tuple[str, ...], list[str]] = {}
        for sha, parents in zip(gone["sha"][::-1], gone["parents"][::-1], strict=True):
            by_merged.setdefault(tuple(parents.split()[1:]), []).append(sha)
        # the oldest first: a merge may bring another one
        for sha, parents in zip(new["sha"][::-1], new["parents"][::-1], strict=True):
            merged = tuple(self._replaced.get(parent, parent) for parent in parents.split()[1:])
            if by_merged.get(merged):
                self._replaced[sha] = by_merged[merged].pop(0)

    def replaced(self) -> pd.Series[str]:
        """Return what was found, with what the gone commits had replaced themselves."""
        names = {new: f"{gone} {self._names[gone]}".rstrip() for new, gone in self._replaced.items()}
        return pd.Series(names, dtype="str")


def _contents(files: pd.DataFrame) -> pd.Series:
    """Return a number for what each commit turns into what, by object name."""
    rows = pd.util.hash_pandas_object(files[_BLOBS], index=False).to_numpy()
    return pd.Series(rows, index=files["sha"].array, dtype="uint64").groupby(level=0).sum()


def _written(commits: pd.DataFrame, *columns: str) -> pd.Series[str]:
    """Return who wrote each commit and when, with other columns, by object name; missing where the date is."""
    dated = commits[commits["authored_at"].notna()]
    values = dated["authored_at"].astype("int64").astype("str") + "\n" + dated["author_email"]
    for column in columns:
        values = values + "\n" + dated[column]
    return values.set_axis(dated["sha"].array)


def _small(commits: pd.DataFrame, files: pd.DataFrame) -> list[str]:
    """Return the commits of which lines can be compared."""
    lines = (files["insertions"].fillna(0) + files["deletions"].fillna(0)).groupby(files["sha"]).sum()
    return commits["sha"][commits["sha"].isin(lines.index[lines <= _MOST_LINES])].to_list()


def _patches(git: IsolatedGit, shas: Iterable[str]) -> pd.Series[str]:
    """Return a digest of the lines that each commit removes and adds, by object name; without those that are lost."""
    digests: dict[str, str] = {}
    with suppress(GitCommandError):  # what is gone may have been pruned
        digests.update(_read_patches(git.chunks(*_PATCH, stdin=shas)))
    return pd.Series(digests, dtype="str")


def _read_patches(chunks: Iterable[bytes]) -> Iterator[tuple[str, str]]:
    """Yield commits with their digests; each begins with a NUL and its name on a line."""
    sha, digest = "", hashlib.sha256()
    for line in _lines(chunks):
        if line.startswith(b"\0"):
            if sha:
                yield sha, digest.hexdigest()
            sha, digest = line[1:].strip().decode(), hashlib.sha256()
        elif not line.startswith((b"index ", b"@@ ")):  # they tell of the rest of the file
            digest.update(line)
    if sha:
        yield sha, digest.hexdigest()


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        yield from lines
    yield rest
