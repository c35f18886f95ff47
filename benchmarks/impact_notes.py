"""What a project's own hand-written release notes name: the truth that impact is learnt from and measured by.

Notes are read by the product's own parser (`achievement_pipeline.judging.announced`), so that both sides mean the same
by an entry, a section and a headline. That leaks nothing into learning: what the parser finds is the answer only. The
signs that weights are learnt for never see release notes (`achievement_pipeline.judging.impact.signs.are_notes` leaves
them out of the files), and the two signs of direct evidence have weights that are set by hand; ``measure --without
announced`` leaves them out.

Entries in sections that do not count (chores, internals, dependencies, contributors) and those that a tool wrote are
left out: `Prominence.MINOR`.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from pandera.typing import DataFrame

from achievement_pipeline.frames import ChangelogEntries
from achievement_pipeline.judging.announced.entries import _MINOR, Entry, Prominence, read_entries
from achievement_pipeline.judging.announced.entries import read_fragment as entries_of_fragment
from achievement_pipeline.judging.announced.features import with_features
from achievement_pipeline.judging.announced.lane import Releases
from achievement_pipeline.judging.announced.matching import Pieces, ReleaseName, _first, _releases, link_entries

MOST_ADDED = 8
"""So many entries one piece of work may add to the notes: more are a release."""
_NEAR = 20
"""Entries before and after one by which is decided whether notes name the work that they announce there."""
_MOSTLY = 0.5
_FEW = 10
_FIRST_RELEASE = pd.Timedelta(days=365)
"""Before the first day in the notes, which work is in that release. Of older work they may have been cut."""
_NOTHING_WRITTEN = pd.DataFrame({"repository": [], "path": [], "status": []}, dtype="str").assign(
    position=pd.Series(dtype="int64"), fragment=pd.Series(dtype="bool")
)
_CONTEXT = 400
"""Lines above a change in which its section is looked for."""


class Added(NamedTuple):
    """What one piece of work added to the notes."""

    noted: bool
    headline: bool


def find_noted(
    units: pd.DataFrame, notes: Releases, days: Mapping[ReleaseName, pd.Timestamp], added: "pd.Series[bool]"
) -> pd.DataFrame:
    """Link the entries of release notes to units, as the product does.

    Args:
        units: As of `impact_units.Clone`.
        notes: Tags and entries.
        days: Release dates, from tags.
        added: Which units added entries to the notes themselves.

    Returns:
        ``prominence``, empty where no entry is linked; ``judged``, whether the notes name most of what they announce at
        that time, so that not to be named says something.
    """
    entries = with_features(DataFrame[ChangelogEntries](notes.entries.reset_index(drop=True)))
    pieces = _pieces(units)
    releases = _releases(entries, days)
    links = link_entries(pieces, entries, _NOTHING_WRITTEN, releases)
    chosen = _first(links, pieces, entries, releases)["prominence"] if len(links) else pd.Series(dtype="str")
    generated = entries.index[(entries["prominence"] == Prominence.MINOR) & ~entries["section"].map(_is_minor)]
    by_tool = units.index.isin(links.loc[links["entry"].isin(generated), "position"]) & ~added
    prominence = chosen.reindex(units.index).fillna("").astype("str")
    is_noted = (prominence != "") & (prominence != Prominence.MINOR)
    judged = _are_named(units, entries, links) | _write_their_own(added, is_noted)
    judged &= _are_covered(units, releases["day"])
    return pd.DataFrame({"prominence": prominence, "judged": judged & ~by_tool})


def _pieces(units: pd.DataFrame) -> Pieces:
    closes = [" ".join(f"Closes #{number}" for number in numbers) for numbers in units["closes"]]
    return Pieces(
        units["repository"],
        units["sha"],
        units["subject"],
        units["subject"] + "\n\n" + units["body"] + "\n" + pd.Series(closes, index=units.index, dtype="str"),
        units["committed_at"],
        units["number"].astype("str"),
        np.arange(len(units)),
        units["release"],
    )


def _are_named(units: pd.DataFrame, entries: pd.DataFrame, links: pd.DataFrame) -> np.ndarray:
    """Return at which units half of the entries near that of the next linked unit are linked."""
    counting = entries[entries["prominence"] != Prominence.MINOR]
    linked = pd.Series(counting.index.isin(links["entry"]), index=counting.index).groupby(counting["path"])
    share = linked.rolling(2 * _NEAR + 1, center=True, min_periods=1).mean().droplevel(0)
    of_links = pd.Series(share.reindex(links["entry"]).to_numpy(), index=links["position"].to_numpy(dtype="int64"))
    nearest = of_links.groupby(level=0).max().reindex(range(len(units))).bfill().ffill()
    return (nearest >= _MOSTLY).to_numpy()


def _write_their_own(added: "pd.Series[bool]", noted: "pd.Series[bool]") -> np.ndarray:
    """Return at which units, in order of time, noted work adds its entry to the notes itself."""
    near = pd.DataFrame({"added": added, "noted": noted | added}).rolling(5 * _NEAR + 1, center=True, min_periods=1)
    sums = near.sum()
    return ((sums["added"] >= _MOSTLY * sums["noted"]) & (sums["added"] >= _FEW)).to_numpy()


def _are_covered(units: pd.DataFrame, days: "pd.Series[pd.Timestamp]") -> np.ndarray:
    """Return which units the notes can still name: those of the first release, or later ones."""
    at = units["committed_at"]
    return (at >= (days.min() if days.notna().any() else at.min()) - _FIRST_RELEASE).to_numpy()


def numbers_of(entries: pd.DataFrame) -> set[int]:
    """Return the numbers that entries name."""
    named = entries.loc[entries["prominence"] != Prominence.MINOR, "references"].str.findall(
        r"(?:pull|issue|number):(\d+)"
    )
    return {int(number) for numbers in named for number in numbers}


def sections_of(entries: pd.DataFrame) -> dict[int, set[str]]:
    """Return the innermost headings above each number that entries name, those of minor entries among them."""
    sections: dict[int, set[str]] = {}
    for section, references in zip(entries["section"], entries["references"], strict=True):
        for number in re.findall(r"(?:pull|issue|number):(\d+)", references):
            sections.setdefault(int(number), set()).add(section.rpartition(" / ")[2])
    return sections


def settled_headings(entries: DataFrame[ChangelogEntries]) -> dict[str, str]:
    """Return the prominence of the headings that other headings of the same notes decide about."""
    settled = with_features(entries)["prominence"]
    changed = settled != entries["prominence"]
    return dict(zip(entries.loc[changed, "section"].map(_inner), settled[changed], strict=True))


def read_added(before: str, after: str, settled: Mapping[str, str]) -> Added:
    """Return what a change of the notes adds: up to eight entries, and no version.

    Args:
        before: The notes.
        after: The notes as changed.
        settled: As of `settled_headings`.
    """
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
    return Added(noted, noted and _have_headline(counting, settled))


def read_fragment(path: str, text: str, settled: Mapping[str, str]) -> Added:
    """Parse a new fragment: its kind is in its name, its folder or its first lines."""
    entries = list(_counting(entries_of_fragment(path, text)))
    return Added(bool(entries), _have_headline(entries, settled))


def _have_headline(entries: Iterable[Entry], settled: Mapping[str, str]) -> bool:
    return any(settled.get(_inner(entry.section), entry.prominence) == Prominence.HIGHLIGHT for entry in entries)


def _counting(entries: Iterable[Entry]) -> Iterable[Entry]:
    return (entry for entry in entries if entry.prominence is not Prominence.MINOR)


def _is_minor(section: str) -> bool:
    return bool(_MINOR.search(_inner(section)))


def _inner(section: str) -> str:
    return section.rpartition(" / ")[2]
