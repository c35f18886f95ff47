"""Changed lines of files, and those that nobody wrote: moved between files, or swept over many files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

_MOVED_LINES = 20
"""Minimum number of distinct significant lines that must leave or reach a file to count as moved."""
_TELLING = 10
"""Minimum length of a significant line in bytes. ``return None`` may occur anywhere, but not with nineteen others."""
_UNDONE_LINES = 10
"""Minimum number of distinct significant lines that must come and go again in one file to count as undone."""
_SWEPT_FILES = 20
"""A line that was added to or removed from this many files of a commit was swept by a tool, or by copying."""


class ChangedLines(NamedTuple):
    """The lines added to and removed from a file, with counts, without blank lines and surrounding white space."""

    added: Counter[bytes]
    removed: Counter[bytes]


def changed_lines(before: bytes, after: bytes) -> ChangedLines:
    """Compare two contents as multisets of lines. Lines that moved within the file did not change."""
    return difference(before, after, lambda content: filter(None, map(bytes.strip, content.splitlines())))


def difference(before: bytes, after: bytes, lines: Callable[[bytes], Iterable[bytes]]) -> ChangedLines:
    """Compare two contents as multisets of lines.

    Only what is between their common ends is counted: counting lines costs the most, and large files change in few.

    Args:
        before: The old content.
        after: The new content.
        lines: Splits a content into lines, at line feeds at least.

    Returns:
        The changed lines, in the order in which they first occur in the contents.
    """
    start, end = _common_ends(before, after)
    old, new = (Counter(lines(content[start : len(content) - end])) for content in (before, after))
    changed = ChangedLines(new - old, old - new)
    names = changed.added.keys() | changed.removed.keys()
    first = list(filter(names.__contains__, lines(before[:start])))
    return ChangedLines(*(Counter({line: side[line] for line in (*first, *side) if line in side}) for side in changed))


def _common_ends(before: bytes, after: bytes) -> tuple[int, int]:
    """Return the size of the lines that both contents begin with, and of those that both end with."""
    start = before.rfind(b"\n", 0, _common(before, after)) + 1
    rest = before[start:]
    newline = rest.find(b"\n", len(rest) - _common(rest, after[start:], from_end=True))
    return start, len(rest) - newline - 1 if newline >= 0 else 0


def _common(before: bytes, after: bytes, *, from_end: bool = False) -> int:
    """Return how many bytes two contents begin with, or end with, in common. Compares each byte about once."""
    least, most = 0, min(len(before), len(after))
    while least < most:
        middle = (least + most + 1) // 2
        old, new = (
            content[len(content) - middle : len(content) - least] if from_end else content[least:middle]
            for content in (before, after)
        )
        least, most = (middle, most) if old == new else (least, middle - 1)
    return least


def without_moved(files: Sequence[ChangedLines]) -> list[ChangedLines]:
    """Remove lines that moved between files of a commit from both sides.

    Args:
        files: Changed lines of each file. If a line was added more often than removed, the first files are taken to
            have received it.

    Returns:
        The remaining lines of each file, in the same order.
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


def without_undone(lines: ChangedLines, others: Sequence[ChangedLines]) -> ChangedLines:
    """Remove the lines that other changes of the same file take back, or that it takes back of them.

    Args:
        lines: Changed lines of the file.
        others: Changed lines in its counterparts (`achievement_pipeline.judging.noise.undone`).
    """
    for other in others:
        added, removed = lines.added & other.removed, lines.removed & other.added
        if _significant(added) + _significant(removed) >= _UNDONE_LINES:
            lines = ChangedLines(lines.added - added, lines.removed - removed)
    return lines


def without_swept(files: Sequence[ChangedLines]) -> list[ChangedLines]:
    """Remove lines that were added to or removed from very many files of a commit, except in the first file.

    Args:
        files: Changed lines of each file.

    Returns:
        The remaining lines of each file, in the same order.
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
    return _significant(lines) >= _MOVED_LINES


def _significant(lines: Counter[bytes]) -> int:
    return sum(len(line) >= _TELLING for line in lines)
