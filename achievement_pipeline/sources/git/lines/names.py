"""Read the public names, options and environment variables that commits added and removed."""

from collections.abc import Iterator
from typing import Final, NamedTuple

import pandas as pd
from pandera.typing import DataFrame

from achievement_pipeline.frames import PublicNames, typed
from achievement_pipeline.parsing.public_names import Found, PublicName, find_names, is_readable, without_moved
from achievement_pipeline.sources.git.lines.hunks import compare_pairs
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

    A name that a commit removed in one of them and added in another was moved. Contents that are missing are left out.

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
    for number, text in compare_pairs(repository, pairs, largest=_LARGEST):
        if text is not None:
            found = find_names(paths[number], text[text.find(b"\n@@") + 1 :])
            if found.added or found.removed:
                yield shas[number], _Change(paths[number], found)


def _rows(changes: list[_Change]) -> Iterator[tuple[str, str, str, str]]:
    """Yield path, kind, name and change of what is left of the names of a commit."""
    left = without_moved(change.found for change in changes)
    for side, names in (("added", left.added), ("removed", left.removed)):
        paths = dict[PublicName, str]()
        for change in changes:
            for name in getattr(change.found, side):
                paths.setdefault(name, change.path)
        yield from ((paths[name], name.kind.value, name.name, side) for name in sorted(names)[:_MOST])
