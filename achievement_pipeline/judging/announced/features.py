"""Which headings stand for features, in the notes of one project: its other headings decide."""

from __future__ import annotations

from typing import Final

import pandas as pd
from pandera.typing import DataFrame

from achievement_pipeline.columns.text import contains, extract
from achievement_pipeline.frames import ChangelogEntries, typed
from achievement_pipeline.judging.announced.entries import Prominence

_BREAKING: Final = r"(?i)\b(?:breaking|incompat\w*)\b"
_ENHANCEMENTS: Final = r"(?i)^\W*(?:(?:new|other|general|minor) )?enhancements?\W*$"
_MINOR_CHANGES: Final = r"(?i)^\W*minor changes?\W*$"
_LESSER_CHANGES: Final = r"(?i)^\W*(?:patch|other) changes?\W*$"
_RARELY: Final = 0.1


def with_features(entries: DataFrame[ChangelogEntries]) -> DataFrame[ChangelogEntries]:
    """Return entries with the prominence that their heading has in this project's notes.

    Enhancements are features where there is no other heading for these, or rarely one: "Breaking, Enhancements, Bug
    fixes". Minor changes are features beside lesser ones, as the patch changes of changesets, and not beside major ones
    only.

    Args:
        entries: The notes of any number of repositories.
    """
    heading = extract(entries["section"], r"(?P<heading>[^/]*)$").fillna("").str.strip()
    prominence, repository = entries["prominence"], entries["repository"]
    is_feature = (prominence == Prominence.HIGHLIGHT) & ~contains(entries["section"], _BREAKING)
    is_enhancement = (prominence == Prominence.ENTRY) & contains(heading, _ENHANCEMENTS)
    is_minor = (prominence == Prominence.HIGHLIGHT) & contains(heading, _MINOR_CHANGES)
    counts = (
        pd.DataFrame({"features": is_feature & ~is_minor, "enhancements": is_enhancement})
        .groupby(repository)
        .transform("sum")
    )
    beside_lesser = contains(heading, _LESSER_CHANGES).groupby(repository).transform("any")
    raised = is_enhancement & (counts["features"] <= _RARELY * counts["enhancements"])
    settled = prominence.mask(raised, Prominence.HIGHLIGHT.value).mask(
        is_minor & ~beside_lesser, Prominence.ENTRY.value
    )
    return typed(ChangelogEntries, entries.assign(prominence=settled.astype("str")))
