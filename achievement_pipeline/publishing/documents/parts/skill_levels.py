"""How well a skill is shown: by how many pieces of work, over how long. The rule is in docs/exports.md."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from achievement_pipeline.publishing.gate.privacy import PublicAchievement

_MONTHS_A_QUARTER = 3


class Level(StrEnum):
    """How well a skill is shown. Each level needs so many pieces of work, done in so many quarters of a year."""

    ADVANCED = "Advanced"
    """20 pieces of work in 4 quarters."""
    INTERMEDIATE = "Intermediate"
    """5 pieces of work in 2 quarters."""


_NEEDED = {Level.ADVANCED: (20, 4), Level.INTERMEDIATE: (5, 2)}


@dataclass(frozen=True)
class ShownSkill:
    """A skill, and what shows it."""

    name: str
    kind: str
    """``language``, ``technology`` or ``practice``; empty where it is not known."""
    level: Level | None
    """None where too little shows it: a few pieces of work do not make a beginner of anybody."""
    dates: tuple[dt.datetime | None, ...]
    """When the pieces of work that show it were done, the earliest first."""

    @property
    def pieces(self) -> int:
        """How many pieces of work show it."""
        return len(self.dates)

    @property
    def years(self) -> str:
        """From when to when: ``2024``, ``2021 to 2026``; empty where no date is known."""
        years = [date.year for date in self.dates if date]
        if not years:
            return ""
        return f"{years[0]}" if years[0] == years[-1] else f"{years[0]} to {years[-1]}"


def shown_skills(achievements: Iterable[PublicAchievement]) -> list[ShownSkill]:
    """Return the skills that achievements show, those that most of them show first."""
    dates: dict[str, list[dt.datetime | None]] = {}
    kinds: dict[str, str] = {}
    for achievement in achievements:
        for skill in achievement.skills:
            dates.setdefault(skill.name, []).append(achievement.completed_at)
            kinds[skill.name] = max(kinds.get(skill.name, ""), skill.kind)
    skills = (_shown(name, kinds[name], shown) for name, shown in dates.items())
    return sorted(skills, key=lambda skill: (-skill.pieces, skill.name.casefold(), skill.name))


def _shown(name: str, kind: str, dates: list[dt.datetime | None]) -> ShownSkill:
    known = sorted(date.astimezone(dt.UTC) for date in dates if date)
    quarters = {(date.year, (date.month - 1) // _MONTHS_A_QUARTER) for date in known}
    reached = (level for level, (pieces, span) in _NEEDED.items() if len(dates) >= pieces and len(quarters) >= span)
    return ShownSkill(name, kind, next(reached, None), (*known, *(date for date in dates if date is None)))
