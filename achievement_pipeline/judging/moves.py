"""Lines that a commit moved from one file to another: who moves them did not write them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

_MOVED_LINES = 20
"""Different telling lines that have to leave other files of the commit, or reach them, to be called moved."""
_TELLING = 10
"""Bytes from which a line tells: ``return None`` may stand anywhere, but not beside nineteen others by chance."""


class ChangedLines(NamedTuple):
    """The lines that one file got and lost, each as often: without blank ones, and white space around them."""

    added: Counter[bytes]
    removed: Counter[bytes]


def changed_lines(before: bytes, after: bytes) -> ChangedLines:
    """Tell two contents apart by their lines; a line that moved within the file did not change."""
    old, new = (Counter(filter(None, map(bytes.strip, content.splitlines()))) for content in (before, after))
    return ChangedLines(new - old, old - new)


def without_moved(files: Sequence[ChangedLines]) -> list[ChangedLines]:
    """Take the lines that moved between the files of a commit away from both.

    Args:
        files: What changed in each of them. Where one line was added more often than it was removed, the first files
            are taken to have it from elsewhere.

    Returns:
        What was written or deleted in each of them, in the same order.
    """
    added, removed = Counter[bytes](), Counter[bytes]()
    for file in files:
        added.update(file.added)
        removed.update(file.removed)
    moved = added & removed
    if not _tell(moved):
        return list(files)
    return [
        ChangedLines(*sides)
        for sides in zip(
            _without([file.added for file in files], moved),
            _without([file.removed for file in files], moved),
            strict=True,
        )
    ]


def _without(files: Sequence[Counter[bytes]], moved: Counter[bytes]) -> list[Counter[bytes]]:
    left, rest = moved.copy(), []
    for lines in files:
        taken = lines & left
        if not _tell(taken):
            taken = Counter()
        left -= taken
        rest.append(lines - taken)
    return rest


def _tell(lines: Counter[bytes]) -> bool:
    return sum(len(line) >= _TELLING for line in lines) >= _MOVED_LINES
