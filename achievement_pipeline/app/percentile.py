"""Percentile and number of sources of achievements, shown next to the score.

Both are computed for display. A column would be wrong as soon as an older achievement is added, another one is
retracted, or a user edits a score, because each of these changes the percentiles of others.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa

from achievement_pipeline.judging.impact.percentile import Scored, confidence, percentiles
from achievement_pipeline.judging.rules import PercentileRules
from achievement_pipeline.store.reading import AchievementView, impact_by_person


@dataclass(frozen=True)
class Ranking:
    """Percentile and confidence of an achievement."""

    percentile: float | None
    """Mid-rank of its impact among the author's achievements of the preceding year; None if there are too few."""
    confidence: int
    """Number of independent sources."""

    def __str__(self) -> str:
        """Format the ranking in one line."""
        sources = f"{self.confidence} source{'s' if self.confidence > 1 else ''}"
        if self.percentile is None:
            return f"confidence: {sources} · percentile: n/a (too few achievements that year)"
        return f"confidence: {sources} · percentile: {self.percentile:g} (of the author's achievements that year)"


def rankings(
    connection: sa.Connection, achievements: Sequence[AchievementView], rules: PercentileRules
) -> Mapping[str, Ranking]:
    """Return the ranking of each achievement, by key."""
    rows = impact_by_person(connection, sorted({achievement.author for achievement in achievements}))
    by_author: dict[str, list[Scored]] = defaultdict(list)
    for key, author, completed_at, impact in rows:
        if completed_at is not None:
            by_author[author].append(Scored(key, completed_at, impact))
    keys = {achievement.key for achievement in achievements}
    ranks = {key: rank for own in by_author.values() for key, rank in percentiles(own, keys, rules).items()}
    return {
        achievement.key: Ranking(ranks.get(achievement.key), confidence(line["kind"] for line in achievement.evidence))
        for achievement in achievements
    }


def with_ranking(achievement: AchievementView, ranking: Ranking) -> dict[str, Any]:
    """Return an achievement and its ranking, ready for JSON."""
    return asdict(achievement) | asdict(ranking)
