"""All of a person's achievements at a glance: numbers, years, projects, skills, and the outcomes that are missing."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from achievement_pipeline.app.decide.questions import ASKED, lacks_outcome
from achievement_pipeline.app.me import Author
from achievement_pipeline.app.projects import read_projects, short_id
from achievement_pipeline.store.reading import (
    AchievementBrief,
    AchievementFilter,
    AchievementView,
    PersonalSkill,
    find_achievements,
    find_briefs,
    skills_of_person,
)

_BEST_OF_A_YEAR = 3


@dataclass(frozen=True)
class Year:
    """The achievements that were completed in a year."""

    year: int
    achievements: int
    """How many there are."""
    best: Sequence[AchievementBrief]
    """Those with the highest impact."""


@dataclass(frozen=True)
class ProjectBrief:
    """A project in brief."""

    id: str
    title: str
    repository: str
    achievements: int
    """How many belong to it."""
    impact: float
    began_at: dt.datetime
    ended_at: dt.datetime


@dataclass(frozen=True)
class Overview:
    """What a person has achieved."""

    achievements: Sequence[AchievementBrief]
    """All of them, the highest impact first."""
    years: Sequence[Year]
    """The latest first."""
    projects: Sequence[ProjectBrief]
    """The highest impact first."""
    skills: Sequence[PersonalSkill]
    """The most frequent first."""
    questions: Sequence[AchievementView]
    """Those of the greatest achievements whose outcome is missing."""

    @property
    def numbers(self) -> dict[str, int]:
        """Counts by what is counted; without those that are zero."""
        found = self.achievements
        counts = {
            "achievements": len(found),
            "projects": len(self.projects),
            "announced in release notes": sum(each.is_announced for each in found),
            "releases": len({(each.repository, each.first_release) for each in found if each.first_release}),
            "repositories": len({each.repository for each in found if each.repository}),
            "skills": len(self.skills),
        }
        return {name: count for name, count in counts.items() if count}


def read_overview(connection: sa.Connection, author: Author) -> Overview:
    """Read the overview of an author's achievements, without retracted and hidden ones."""
    mine = AchievementFilter(authors=author.addresses)
    briefs = find_briefs(connection, mine)
    return Overview(
        achievements=briefs,
        years=list(_by_year(briefs)),
        projects=_projects(connection, author),
        skills=skills_of_person(connection, author.addresses, dt.datetime.now(dt.UTC)),
        questions=[each for each in find_achievements(connection, mine, ASKED) if lacks_outcome(each)],
    )


def _by_year(briefs: Sequence[AchievementBrief]) -> Iterator[Year]:
    years: dict[int, list[AchievementBrief]] = {}
    for each in briefs:
        if each.completed_at:
            years.setdefault(each.completed_at.astimezone(dt.UTC).year, []).append(each)
    for year in sorted(years, reverse=True):
        yield Year(year, len(years[year]), years[year][:_BEST_OF_A_YEAR])


def _projects(connection: sa.Connection, author: Author) -> list[ProjectBrief]:
    found = read_projects(connection, author.addresses)
    briefs = (
        ProjectBrief(
            id=short_id(str(row["key"])),
            title=row["title"],
            repository=row["repository"],
            achievements=len(json.loads(row["members"])),
            impact=row["impact"],
            began_at=row["began_at"],
            ended_at=row["ended_at"],
        )
        for row in found.to_dict("records")
    )
    return sorted(briefs, key=lambda project: (-project.impact, -project.achievements, project.id))
