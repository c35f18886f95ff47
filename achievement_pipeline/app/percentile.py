"""What the commands show beside a score: the percentile among the person's own, and how many sources support it.

Both are found when an achievement is looked at. A column would be wrong as soon as an older achievement comes in,
another one is retracted, or a user edits a score: each of them moves the ranks of others.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd
import sqlalchemy as sa

from achievement_pipeline.judging.impact.percentile import confidence, percentiles
from achievement_pipeline.judging.rules import PercentileRules
from achievement_pipeline.store.reading import AchievementView, impact_by_person


@dataclass(frozen=True)
class Standing:
    """What stands beside the score of an achievement."""

    percentile: float | None
    """Mid-rank of its impact among the person's own of the year up to it; None where there are too few."""
    confidence: int
    """How many independent sources support it."""

    def __str__(self) -> str:
        """Say it in a few words."""
        sources = f"{self.confidence} source{'s' if self.confidence > 1 else ''}"
        if self.percentile is None:
            return f"{sources}; too few achievements in the year up to it for a percentile"
        return f"{sources}; percentile {self.percentile:g} among the author's own of the year up to it"


def standings(
    connection: sa.Connection, achievements: Sequence[AchievementView], rules: PercentileRules
) -> Mapping[str, Standing]:
    """Find the standing of achievements, by key."""
    rows = impact_by_person(connection, sorted({achievement.author for achievement in achievements}))
    own = pd.DataFrame(rows, columns=["key", "author", "completed_at", "impact"]).set_index("key")
    ranks = percentiles(own.assign(completed_at=pd.to_datetime(own["completed_at"], utc=True)), rules).dropna()
    return {
        achievement.key: Standing(
            float(ranks[achievement.key]) if achievement.key in ranks.index else None,
            confidence(line["kind"] for line in achievement.evidence),
        )
        for achievement in achievements
    }


def with_standing(achievement: AchievementView, standing: Standing) -> dict[str, Any]:
    """Return an achievement as JSON is made of it, its standing beside its columns."""
    return asdict(achievement) | asdict(standing)
