"""Find the repositories below a folder."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_DEPTH: Final = 6
"""Maximum depth below the first folder."""
_SKIPPED: Final = frozenset({"node_modules", "vendor", "site-packages", "__pycache__"})
"""Folders of third-party code."""


def find_repositories(folder: Path) -> Iterator[Path]:
    """Yield the tops of the work trees and bare repositories at or below a folder, in order of their paths.

    Repositories, hidden folders, symbolic links, package folders and unreadable folders are not searched.
    """
    yield from _search(folder, _DEPTH)


def _search(folder: Path, depth: int) -> Iterator[Path]:
    if is_top(folder):
        yield folder
        return
    if depth == 0:
        return
    try:
        with os.scandir(folder) as entries:
            below = sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
    except OSError:
        return
    for name in below:
        if not name.startswith(".") and name not in _SKIPPED:
            yield from _search(folder / name, depth - 1)


def is_top(folder: Path) -> bool:
    """Whether a folder is the top of a work tree, or a bare repository."""
    bare = (folder / "HEAD").is_file() and (folder / "objects").is_dir() and (folder / "refs").is_dir()
    return bare or (folder / ".git").exists()
