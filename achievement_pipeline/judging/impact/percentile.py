"""Percentile and number of sources of an achievement. They are shown next to a score and never change it.

This is plain Python, because importing pandas takes longer than the rest of a command that shows one achievement.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from achievement_pipeline.judging.rules import PercentileRules


class Scored(NamedTuple):
    """An achievement that counts."""

    key: str
    completed_at: datetime
    impact: float


def percentiles(own: Iterable[Scored], keys: Iterable[str], rules: PercentileRules) -> dict[str, float]:
    """Rank achievements among those that their author completed in the preceding period.

    This is the mid-rank percentile: the percentage that scored less, plus half of those that scored the same, counting
    the achievement itself. The period ends when the achievement was completed, so its rank does not change over the
    years.

    Args:
        own: All achievements of one person.
        keys: The achievements to rank.
        rules: Length of the period, and the minimum number of achievements in it.

    Returns:
        0 to 100 by key. Missing if the period has too few achievements, or the key is not among `own`.
    """
    in_order = sorted(own, key=lambda one: one.completed_at)
    times = [one.completed_at for one in in_order]
    wanted = set(keys)
    ranks = {}
    for one in in_order:
        if one.key in wanted:
            begin = bisect_right(times, one.completed_at - timedelta(days=rules.days))
            among = [other.impact for other in in_order[begin : bisect_right(times, one.completed_at)]]
            if len(among) >= rules.min_achievements:
                ranks[one.key] = _mid_rank(one.impact, among)
    return ranks


def _mid_rank(impact: float, among: Sequence[float]) -> float:
    below, equal = sum(other < impact for other in among), among.count(impact)
    return round(1_000 * (below + equal / 2) / len(among)) / 10


def confidence(kinds: Iterable[str]) -> int:
    """Count the independent sources of an achievement's evidence: a commit and its issue are two."""
    return len({kind.partition("_")[0] for kind in kinds})
