"""What a project's own hand-written release notes name: the truth that impact is learnt from and measured by.

Notes are read by the product's own parser (`achievement_pipeline.judging.announced`), so that both sides mean the same
by an entry, a section and a headline. That leaks nothing into learning: what the parser finds is the answer only. The
signs that weights are learnt for never see release notes (`achievement_pipeline.judging.impact.signs.are_notes` leaves
them out of the files), and the two signs of direct evidence have weights that are set by hand; ``measure --without
announced`` leaves them out.

Entries in sections that do not count (chores, internals, dependencies, contributors) and those that a tool wrote are
left out: `Prominence.MINOR`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from achievement_pipeline.judging.announced.entries import Entry, Prominence, read_entries
from achievement_pipeline.judging.announced.entries import read_fragment as entries_of_fragment
from achievement_pipeline.judging.announced.lane import own_names

MOST_ADDED = 8
"""So many entries one piece of work may add to the notes: more are a release."""
_CONTEXT = 400
"""Lines above a change in which its section is looked for."""


class Noted(NamedTuple):
    """The content of release notes."""

    numbers: frozenset[int]
    headlines: frozenset[int]
    sections: Mapping[int, frozenset[str]]
    """The innermost headings above each number, those of minor entries among them."""


class Added(NamedTuple):
    """What one piece of work added to the notes."""

    noted: bool
    headline: bool


def read_noted(texts: Mapping[str, str], repository: str) -> Noted:
    """Return the numbers that notes name, and those of headlines.

    Args:
        texts: All files of notes, by path.
        repository: Its key, to distinguish its own addresses from others'.
    """
    owns = own_names(repository, list(texts.values()))
    numbers, headlines = set[int](), set[int]()
    sections: dict[int, set[str]] = {}
    for path, text in texts.items():
        for entry in read_entries(path, text, owns):
            found = {int(one.name) for one in entry.references if one.kind != "commit"}
            for number in found:
                sections.setdefault(number, set()).add(entry.section.rpartition(" / ")[2])
            if entry.prominence is not Prominence.MINOR:
                numbers |= found
            if entry.prominence is Prominence.HIGHLIGHT:
                headlines |= found
    by_number = {number: frozenset(headings) for number, headings in sections.items()}
    return Noted(frozenset(numbers), frozenset(headlines), by_number)


def read_added(before: str, after: str) -> Added:
    """Return what a change of the notes adds: up to eight entries, and no version."""
    old, new = before.splitlines(), after.splitlines()
    same = next(
        (place for place, (one, other) in enumerate(zip(old, new, strict=False)) if one != other),
        min(len(old), len(new)),
    )
    left = min(len(old), len(new)) - same
    ends = next((place for place in range(left) if old[-1 - place] != new[-1 - place]), left)
    context = old[max(0, same - _CONTEXT) : same]
    was, became = (read_entries("", "\n".join([*context, *lines[same : len(lines) - ends]])) for lines in (old, new))
    if {entry.version for entry in became} - {entry.version for entry in was} and was:
        return Added(False, False)
    added = list((Counter(became) - Counter(was)).elements())
    counting = list(_counting(added))
    noted = len(became) > len(was) and len(added) <= MOST_ADDED and bool(counting)
    return Added(noted, noted and any(entry.prominence is Prominence.HIGHLIGHT for entry in counting))


def read_fragment(path: str, text: str) -> Added:
    """Parse a new fragment: its kind is in its name, its folder or its first lines."""
    entries = list(_counting(entries_of_fragment(path, text)))
    return Added(bool(entries), any(entry.prominence is Prominence.HIGHLIGHT for entry in entries))


def _counting(entries: Iterable[Entry]) -> Iterable[Entry]:
    return (entry for entry in entries if entry.prominence is not Prominence.MINOR)
