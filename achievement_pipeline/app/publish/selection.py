"""Which achievements a document covers: one object for every export, asset and page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from achievement_pipeline.app.me import Author
from achievement_pipeline.publishing.documents.period import Period
from achievement_pipeline.store.reading import AchievementFilter


@dataclass(frozen=True, kw_only=True)
class Selection:
    """A person's achievements, narrowed down; every condition that is given has to hold."""

    author: Author
    period: Period
    repository: str | None = None
    path: str | None = None
    """A folder of it."""
    category: str | None = None
    skill: str | None = None
    min_impact: float | None = None
    keys: Sequence[str] | None = None
    """Those of a project."""

    @property
    def filter(self) -> AchievementFilter:
        """The conditions that the database checks: all but the period, which also knows undated work."""
        return AchievementFilter(
            authors=self.author.addresses,
            repository=self.repository,
            path=self.path,
            category=self.category,
            skill=self.skill,
            min_impact=self.min_impact,
            keys=self.keys,
        )
