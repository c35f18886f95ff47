"""The filter of what is collected. Does not import pandas."""

import datetime as dt
from collections.abc import Set as AbstractSet
from typing import NamedTuple


class WorkFilter(NamedTuple):
    """Selects work by author and date, besides what was collected before."""

    authors: tuple[str, ...] | None = None
    """E-mail addresses; None selects everyone."""
    since: dt.date | None = None
    """The first day, UTC; None selects all of history."""
    collected: AbstractSet[str] = frozenset()
    """Keys of activities that an earlier filter selected: they stay collected."""
