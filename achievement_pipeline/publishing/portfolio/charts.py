"""The content of the portfolio's charts, and its positions.

Pictures are as wide as the page allows: what lies left to right is in percent of the width, so words keep their size on
a phone; what lies top to bottom is in pixels.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

_LONGEST_MONTHS = 18
"""More months than this are shown by quarter."""
_LONGEST_QUARTERS = 20
"""More quarters than this are shown by year."""
_LONGEST_YEARS = 60
"""A nonsensical date must not stretch the axis over millennia: beyond this, years without work are left out."""
_GAP = 0.22
"""Between two bars, of the width of one with its gap."""
_LABELS = 9
"""So many labels have a place on a screen."""
_LABELS_NARROW = 4
"""So many have one on a phone."""


class Unit(Enum):
    """How long the parts of a time axis are."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True)
class TimeAxis:
    """A stretch of time in equal parts."""

    unit: Unit
    labels: tuple[str, ...]
    """Names of the parts for people, from the first to the last: ``2026``, ``2026 Q1``, ``Jan 2026``."""

    @classmethod
    def over(cls, moments: Iterable[dt.datetime]) -> TimeAxis:
        """Return an axis that covers all moments, with as few parts as are informative."""
        months = sorted({_month(moment) for moment in moments})
        if not months:
            return cls(Unit.YEAR, ())
        for unit, length, longest in ((Unit.MONTH, 1, _LONGEST_MONTHS), (Unit.QUARTER, 3, _LONGEST_QUARTERS)):
            parts = range(months[0] // length, months[-1] // length + 1)
            if len(parts) <= longest:
                return cls(unit, tuple(_label(unit, part * length) for part in parts))
        years = range(months[0] // 12, months[-1] // 12 + 1)
        shown = years if len(years) <= _LONGEST_YEARS else sorted({month // 12 for month in months})
        return cls(Unit.YEAR, tuple(str(year) for year in shown))

    def count(self, moments: Iterable[dt.datetime]) -> list[int]:
        """Count moments by part."""
        counts = Counter(_label(self.unit, _month(moment)) for moment in moments)
        return [counts[label] for label in self.labels]


@dataclass(frozen=True)
class Bar:
    """A bar on the baseline."""

    label: str
    count: int
    left: float
    """Percent of the width of the picture."""
    width: float
    """Percent of the width of the picture."""
    centre: float
    """Percent of the width of the picture: where its label is."""
    height: float
    """Percent of the height of the picture."""
    labelled: bool
    """Whether there is a place for its label."""
    labelled_narrow: bool
    """Whether there is one on a phone too."""


def bars(labels: Sequence[str], counts: Sequence[int]) -> list[Bar]:
    """Lay out bars side by side, the highest of them as high as the picture."""
    highest = max(counts, default=0) or 1
    step = 100 / max(len(labels), 1)
    wide = max(1, math.ceil(len(labels) / _LABELS))
    narrow = wide * max(1, math.ceil(len(labels) / wide / _LABELS_NARROW))
    # the last part is always labelled, to show where the axis ends
    last = len(labels) - 1
    return [
        Bar(
            label=label,
            count=count,
            left=_rounded(place * step + step * _GAP / 2),
            width=_rounded(step * (1 - _GAP)),
            centre=_rounded((place + 0.5) * step),
            height=_rounded(100 * count / highest),
            labelled=(last - place) % wide == 0,
            labelled_narrow=(last - place) % narrow == 0,
        )
        for place, (label, count) in enumerate(zip(labels, counts, strict=True))
    ]


def _month(moment: dt.datetime) -> int:
    moment = moment.astimezone(dt.UTC)
    return moment.year * 12 + moment.month - 1


def _label(unit: Unit, month: int) -> str:
    year, number = divmod(month, 12)
    match unit:
        case Unit.MONTH:
            return f"{dt.date(year, number + 1, 1):%b} {year}"
        case Unit.QUARTER:
            return f"{year} Q{number // 3 + 1}"
        case Unit.YEAR:
            return str(year)


def _rounded(value: float) -> float:
    return round(value, 2)
