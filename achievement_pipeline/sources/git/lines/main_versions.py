"""The versions of files that the default branch had lately, and how they are stored with the owners of their lines."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Final, NamedTuple, TypeAlias

import numpy as np
import pandas as pd
from git.exc import GitCommandError

from achievement_pipeline.parsing.patterns import compile_pattern
from achievement_pipeline.sources.git.lines.line_owners import NO_VERSION, NOBODY, Owners, Traced
from achievement_pipeline.sources.git.processes import IsolatedGit

Row: TypeAlias = tuple[str, str]
"""Object name of a commit, and a path that it changed."""

_BLAMED: Final = compile_pattern(r"[0-9a-f]{40,64} \d{1,10} \d{1,10} \d{1,10}")
_COLUMNS: Final = {
    "repository": "str", "path": "str", "blob": "str", "since": "int64", "until": "Int64", "owners": "str",
    "created": "int64",
}  # fmt: skip


class Kept(NamedTuple):
    """A version of a file that the main line had from one of its steps until another; None if it still has it."""

    path: str
    since: int
    until: int | None
    version: int


class _Stored(NamedTuple):
    """A row of `LineOwners`."""

    since: int
    until: float
    blob: str
    owners: str
    created: int


class MainVersions:
    """Keeps the versions of files that the main line has, or had until lately."""

    def __init__(self, oldest: int) -> None:
        """Keep versions that were replaced after the step `oldest`."""
        self._oldest = oldest
        self._latest: dict[str, tuple[int, int]] = {}
        self._replaced: list[Kept] = []
        self._ended: dict[str, int] = {}

    def replace(self, step: int, versions: Mapping[str, tuple[int, int]]) -> None:
        """Note the files that a step changed, each with its old and new version."""
        for path, (old, new) in versions.items():
            if path not in self._latest:
                self._ended[path] = step
            elif old != NO_VERSION and step > self._oldest:
                self._replaced.append(Kept(path, self._latest[path][0], step, old))
            self._latest[path] = (step, new)

    def kept(self) -> list[Kept]:
        """Return the versions that the noted steps made."""
        latest = (Kept(path, since, None, new) for path, (since, new) in self._latest.items() if new != NO_VERSION)
        return [*self._replaced, *latest]

    def still_kept(self, stored: pd.DataFrame) -> pd.DataFrame:
        """Return the rows of `LineOwners` that are kept of those stored before."""
        ended = stored["path"].map(self._ended).astype("Int64")
        until = stored["until"].fillna(ended)
        return stored.assign(until=until)[(until.isna() | (until > self._oldest)).to_numpy()]


class EarlierVersions:
    """Finds the owners of lines in commits that an earlier run visited."""

    def __init__(
        self, git: IsolatedGit, stored: pd.DataFrame, files: pd.DataFrame, rows: Sequence[Row], complete_from: int
    ) -> None:
        """Use what is stored.

        Args:
            git: Reads what is not stored.
            stored: `LineOwners`.
            files: All changes that were read, `RawCommitFiles`.
            rows: The rows, in the order of their numbers.
            complete_from: The first step of the main line whose versions are all stored.
        """
        self._git = git
        self._stored = stored
        self._files = files
        self._rows = rows
        self._complete_from = complete_from

    def find(self, sha: str, step: int | None, path: str, blob: str) -> Traced | None:
        """Return a file of a commit; None if it has no lines that are followed.

        Args:
            sha: Object name of the commit.
            step: Its step on the main line; None if it is not on it.
            path: Path of the file.
            blob: Object name of its content, if it is known.
        """
        versions = self._versions.get(path, [])
        if step is not None and step >= self._complete_from:
            return next((_traced(each) for each in versions if each.since <= step < each.until), None)
        same = [each for each in versions if each.blob == blob]
        if len(same) == 1 and self._made[path, blob] <= 1:
            return _traced(same[0])
        owners = self._blame(sha, path)
        if owners is None:
            return None
        return Traced(owners, next((each.created for each in versions if each.until == np.inf), NOBODY))

    @cached_property
    def _versions(self) -> Mapping[str, list[_Stored]]:
        """The stored versions by path."""
        stored = self._stored.assign(until=self._stored["until"].astype("float64").fillna(np.inf))
        columns = (stored[name].tolist() for name in _Stored._fields)
        found: dict[str, list[_Stored]] = {}
        for path, version in zip(stored["path"].tolist(), map(_Stored, *columns), strict=True):
            found.setdefault(path, []).append(version)
        return found

    @cached_property
    def _made(self) -> Counter[tuple[str, str]]:
        """How many commits gave each file each of its contents. Where two did, each may own the lines."""
        return Counter(zip(self._files["path"].tolist(), self._files["new_blob"].tolist(), strict=True))

    @cached_property
    def _numbers(self) -> Mapping[Row, int]:
        return {row: number for number, row in enumerate(self._rows)}

    def _blame(self, sha: str, path: str) -> Owners | None:
        """Return the owners of a file as ``git blame`` finds them; None if there is no such file."""
        try:
            output = self._git.output("blame", "-w", "--root", "--incremental", sha, "--", path)
        except GitCommandError:
            return None
        return _blamed(output.decode(errors="backslashreplace"), self._numbers)


def _traced(version: _Stored) -> Traced:
    owners = array("i")
    for text in version.owners.split():
        lines, _, row = text.partition(":")
        owners += array("i", [int(row)]) * int(lines)
    return Traced(owners, version.created, version.blob)


def owners_frame(repository: str, kept: Iterable[tuple[Kept, Traced]]) -> pd.DataFrame:
    """Return versions as rows of `LineOwners`, without the columns that are the same for all."""
    rows = [
        (repository, each.path, traced.blob, each.since, each.until, _ranges(traced.owners), traced.file)
        for each, traced in kept
    ]
    return pd.DataFrame(rows, columns=list(_COLUMNS)).astype(_COLUMNS)


def _ranges(owners: Owners) -> str:
    lines = np.array(owners, dtype="int64")
    starts = np.flatnonzero(np.diff(lines, prepend=NOBODY - 1))
    sizes = np.diff(starts, append=len(lines))
    return " ".join(f"{size}:{row}" for size, row in zip(sizes.tolist(), lines[starts].tolist(), strict=True))


def _blamed(output: str, rows: Mapping[Row, int]) -> Owners:
    """Parse ``git blame --incremental``: ``<commit> <line there> <line> <lines>``, the commit, and the path there."""
    ranges = []
    header: list[str] = []
    for line in output.split("\n"):
        if _BLAMED.fullmatch(line):
            header = line.split()
        elif line.startswith("filename "):
            row = rows.get((header[0], line.removeprefix("filename ")), NOBODY)
            ranges.append((int(header[2]), int(header[3]), row))
    owners = array("i")
    for _, lines, row in sorted(ranges):
        owners += array("i", [row]) * lines
    return owners
