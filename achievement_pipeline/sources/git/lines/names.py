"""Read the public names, options and environment variables that commits added and removed."""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

import pandas as pd
from pandera.typing import DataFrame

from achievement_pipeline.frames import PublicNames, typed
from achievement_pipeline.parsing.public_names import (
    Found,
    PublicName,
    find_names,
    is_readable,
    names_in,
    without_moved,
)
from achievement_pipeline.sources.git.lines.hunks import compare_pairs
from achievement_pipeline.sources.git.reading.blobs import read_blobs
from achievement_pipeline.sources.git.repositories import Repository

_LARGEST: Final = 1 << 20
"""Bytes of the largest source file that is read."""
_MOST: Final = 200
"""Names of a commit that are kept, per side."""


class _Change(NamedTuple):
    """The names of one changed file."""

    path: str
    found: Found


def read_public_names(repository: Repository, files: pd.DataFrame) -> DataFrame[PublicNames]:
    """Read the names that each commit added and removed in some of its changed files.

    A name that a commit removed in one of them and added in another was moved, and one that the file had before was
    changed: another clause of a function, another overload of a method. What the whole file shows to be internal is
    left out. Contents that are missing are left out.

    Args:
        repository: The repository to read.
        files: ``sha``, ``path``, ``old_blob``, ``new_blob`` of the changed files, as in `RawCommitFiles`. Only source
            is read. Of a commit that is to be read, give all source files: else what was moved looks new.

    Returns:
        At most 200 added and 200 removed names of each commit.
    """
    source = files[files["path"].map(is_readable).astype(bool)].sort_values(["path", "sha"], kind="stable")
    by_commit: dict[str, list[_Change]] = {}
    for sha, change in _read(repository, source):
        by_commit.setdefault(sha, []).append(change)
    rows = [(repository.key, sha, *row) for sha, changes in by_commit.items() for row in _rows(changes)]
    columns = list(PublicNames.to_schema().columns)
    return typed(PublicNames, pd.DataFrame(rows, columns=columns, dtype="str"))


def _read(repository: Repository, files: pd.DataFrame) -> Iterator[tuple[str, _Change]]:
    shas, paths = files["sha"].tolist(), files["path"].tolist()
    old, new = (files[name].where(files[name].str.strip("0") != "", "") for name in ("old_blob", "new_blob"))
    pairs = list(zip(old, new, strict=True))
    found = {
        number: names
        for number, text in compare_pairs(repository, pairs, largest=_LARGEST)
        if text is not None and any(names := find_names(paths[number], text[text.find(b"\n@@") + 1 :]))
    }
    of_new = [number for number, names in found.items() if names.added - names.removed]
    whole = _names_of(repository, {(side, paths[number]) for number in of_new for side in pairs[number] if side})
    for number, names in found.items():
        before, after = (whole.get((side, paths[number]), frozenset()) for side in pairs[number])
        added = (names.added - names.removed - before) & after
        yield shas[number], _Change(paths[number], Found(added, names.removed - names.added))


def _names_of(
    repository: Repository, versions: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], frozenset[PublicName]]:
    """Return the names of files by content and path."""
    paths: dict[str, list[str]] = {}
    for blob, path in versions:
        paths.setdefault(blob, []).append(path)
    return {
        (blob, path): names_in(path, content)
        for blob, content in read_blobs(repository, sorted(paths))
        for path in paths[blob]
    }


def _rows(changes: list[_Change]) -> Iterator[tuple[str, str, str, str]]:
    """Yield path, kind, name and change of what is left of the names of a commit."""
    left = without_moved(change.found for change in changes)
    for side, names in (("added", left.added), ("removed", left.removed)):
        paths = dict[PublicName, str]()
        for change in changes:
            for name in getattr(change.found, side):
                paths.setdefault(name, change.path)
        yield from ((paths[name], name.kind.value, name.name, side) for name in sorted(names)[:_MOST])
