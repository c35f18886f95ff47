"""Find the repositories below a folder."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_DEPTH: Final = 6
"""So many folders below the first are looked into."""
_SKIPPED: Final = frozenset({"node_modules", "vendor", "site-packages", "__pycache__"})
"""Folders of what others wrote."""


def find_repositories(folder: Path) -> Iterator[Path]:
    """Yield the work trees and bare repositories that a folder is or holds, each by its top, in order of their paths.

    What lies in a repository belongs to it: it is not searched. Neither are hidden folders, links, and folders of
    packages, nor what may not be read.
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
