"""Lines that a commit changed, and those of them that nobody wrote: moved between files, swept over many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

_MOVED_LINES = 20
"""Different telling lines that have to leave other files of the commit, or reach them, to be called moved."""
_TELLING = 10
"""Bytes from which a line tells: ``return None`` may stand anywhere, but not beside nineteen others by chance."""
_SWEPT_FILES = 20
"""Files of a commit in which one telling line came or went, from which a tool did it, or a hand that copies."""


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


def without_swept(files: Sequence[ChangedLines]) -> list[ChangedLines]:
    """Take telling lines that were added to very many files of a commit, or removed from them, away from all but one.

    Args:
        files: What changed in each of them; the first one of those that have such a line keeps it.

    Returns:
        What is left in each of them, in the same order.
    """
    sides = (_once([file.added for file in files]), _once([file.removed for file in files]))
    return [ChangedLines(*both) for both in zip(*sides, strict=True)]


def _once(files: Sequence[Counter[bytes]]) -> list[Counter[bytes]]:
    of_files = Counter(line for lines in files for line in lines if len(line) >= _TELLING)
    swept = {line for line, count in of_files.items() if count >= _SWEPT_FILES}
    seen, rest = set[bytes](), []
    for lines in files:
        again = lines.keys() & seen
        rest.append(Counter({line: count for line, count in lines.items() if line not in again}) if again else lines)
        seen |= lines.keys() & swept
    return rest


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
