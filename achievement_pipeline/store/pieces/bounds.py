"""Limit what is stored: a source may return text of any length and dates of any year."""

import datetime as dt
from typing import Final

import pandas as pd
from pandera.typing import DataFrame

from achievement_pipeline.frames import ActivityFrames

_LONGEST: Final = {"title": 300, "person_name": 200, "description": 20_000, "url": 2_000}
"""Maximum characters of the text columns. Keys are never cut."""
_FIRST: Final = pd.Timestamp("1970-01-03", tz="UTC")
"""Clocks that were never set give dates around the epoch, in any time zone."""
_CLOCKS_DIFFER: Final = dt.timedelta(days=2)


def bounded(frames: ActivityFrames) -> ActivityFrames:
    """Return the frames with long texts cut and implausible timestamps missing."""
    activities = frames.activities
    changed = {name: _cut(activities[name], longest) for name, longest in _LONGEST.items()}
    changed |= {name: _plausible(activities[name]) for name in ("started_at", "completed_at")}
    return frames._replace(activities=DataFrame(activities.assign(**changed)))


def _cut(texts: pd.Series, longest: int) -> pd.Series:
    are_long = texts.str.len().gt(longest).fillna(False).astype("bool")
    return texts.mask(are_long, texts.str.slice(0, longest - 1) + "…") if are_long.any() else texts


def _plausible(times: pd.Series) -> pd.Series:
    return times.where(times.between(_FIRST, pd.Timestamp.now("UTC") + _CLOCKS_DIFFER))
