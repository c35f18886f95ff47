"""Percentile and number of sources of an achievement. They are shown next to a score and never change it."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from achievement_pipeline.judging.rules import PercentileRules


def percentiles(own: pd.DataFrame, rules: PercentileRules) -> pd.Series[float]:
    """Rank each achievement among its author's achievements of the preceding period.

    This is the mid-rank percentile: the percentage that scored less, plus half of those that scored the same, counting
    the achievement itself. The period ends when the achievement was completed, so its rank does not change over the
    years.

    Args:
        own: ``author``, ``completed_at`` and ``impact`` of all significant achievements, of any number of people.
        rules: Length of the period, and the minimum number of achievements in it.

    Returns:
        0 to 100 (float64), with the index of ``own``. Missing if the period has too few achievements or the date is
        unknown.
    """
    ranks = pd.Series(np.nan, index=own.index)
    for _, person in own.dropna(subset="completed_at").groupby("author"):
        inorder = person.sort_values("completed_at")
        times, impact = inorder["completed_at"].to_numpy(dtype="M8[us]"), inorder["impact"].to_numpy()
        first = np.searchsorted(times, times - np.timedelta64(rules.days, "D"), side="right")
        last = np.searchsorted(times, times, side="right")
        for position in np.flatnonzero(last - first >= rules.min_achievements):
            among = impact[first[position] : last[position]]
            below, equal = (among < impact[position]).sum(), (among == impact[position]).sum()
            ranks[inorder.index[int(position)]] = 100 * (below + equal / 2) / len(among)
    return ranks.round(1)


def confidence(kinds: Iterable[str]) -> int:
    """Count the independent sources of an achievement's evidence: a commit and its issue are two."""
    return len({kind.partition("_")[0] for kind in kinds})
