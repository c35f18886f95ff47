"""What stands beside a score and is never mixed into it: where it lies among the person's own, and what supports it."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from achievement_pipeline.judging.rules import PercentileRules


def percentiles(own: pd.DataFrame, rules: PercentileRules) -> pd.Series[float]:
    """Rank each achievement among those of the same person in the time up to its completion.

    The rank is the mid-rank: the share, in percent, of those that scored less, and half of those that scored the same,
    itself among them. The time ends with the achievement, not today, so a rank does not fade as the years go by.

    Args:
        own: ``author``, ``completed_at`` and ``impact`` of all achievements that count, of any number of people.
        rules: How long the time is, and how many achievements make a rank mean anything.

    Returns:
        0 to 100, with the index of ``own``; missing where too few are in the time, or the moment is not known.
    """
    ranks = pd.Series(np.nan, index=own.index)
    for _, person in own.dropna(subset="completed_at").groupby("author"):
        inorder = person.sort_values("completed_at")
        moments, impact = inorder["completed_at"].to_numpy(dtype="M8[us]"), inorder["impact"].to_numpy()
        first = np.searchsorted(moments, moments - np.timedelta64(rules.days, "D"), side="right")
        last = np.searchsorted(moments, moments, side="right")
        for position in np.flatnonzero(last - first >= rules.min_achievements):
            among = impact[first[position] : last[position]]
            below, equal = (among < impact[position]).sum(), (among == impact[position]).sum()
            ranks[inorder.index[int(position)]] = 100 * (below + equal / 2) / len(among)
    return ranks.round(1)


def confidence(kinds: Iterable[str]) -> int:
    """Count the independent sources among the kinds of an achievement's evidence: a commit and its issue are two."""
    return len({kind.partition("_")[0] for kind in kinds})
