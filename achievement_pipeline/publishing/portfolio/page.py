"""Render the page of the portfolio from its template."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from achievement_pipeline.publishing.documents.parts import facts
from achievement_pipeline.publishing.documents.parts.pages import page_template, page_text
from achievement_pipeline.publishing.documents.parts.projects import extent, greatest_projects, project_title
from achievement_pipeline.publishing.documents.parts.skill_levels import ShownSkill, shown_skills
from achievement_pipeline.publishing.documents.parts.themes import by_theme, heading
from achievement_pipeline.publishing.documents.profile import Profile
from achievement_pipeline.publishing.gate.privacy import PublicAchievement
from achievement_pipeline.publishing.portfolio.charts import Bar, TimeAxis, bars

_PACKAGE = "achievement_pipeline.publishing.portfolio"
_HIGHLIGHTS = 6
_SKILLS_CHARTED = 12
_CHAPTERS = 6
_UNDATED = "Without a date"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True)
class _Share:
    """A kind of work, and how much of all of it there is."""

    category: str
    heading: str
    pieces: int
    width: float
    """Percent of the width of the picture; the most frequent kind has all of it."""


@dataclass(frozen=True)
class _SkillRow:
    """A skill, and when it was shown."""

    skill: ShownSkill
    bars: Sequence[Bar]


@dataclass(frozen=True)
class _Year:
    """A year of the timeline, the newest work first."""

    name: str
    achievements: Sequence[PublicAchievement]
    """Those with a title that has a meaning."""
    more: int
    """Number of the others."""
    months: Sequence[Bar]
    """How many were done in each month; none if the year is not known."""


@dataclass(frozen=True)
class _Story:
    """A project, as what was done from its first piece of work to its last."""

    title: str
    extent: str
    """How much work it is, and what for."""
    chapters: Sequence[PublicAchievement]
    """The strongest, the oldest first."""


def write_portfolio(
    achievements: Sequence[PublicAchievement], profile: Profile, projects: Sequence[Sequence[str]] = ()
) -> str:
    """Write the portfolio.

    Args:
        achievements: Any number.
        profile: Whose portfolio it is.
        projects: Keys of the achievements of each project.
    """
    newest, best = facts.newest_first(achievements), facts.best_first(achievements)
    axis = TimeAxis.over(each.completed_at for each in newest if each.completed_at)
    skills = shown_skills(newest)
    style, script = (page_text(_PACKAGE, name) for name in ("page.css", "page.js"))
    return (
        page_template(_PACKAGE).render(
            profile=profile,
            style=Markup(style),  # noqa: S704 - ours
            script=Markup(script),  # noqa: S704 - ours
            style_hash=_hash(style),
            script_hash=_hash(script),
            pieces=len(newest),
            repositories=_names(facts.place(each) for each in newest),
            years=_years(newest),
            first_year=min((each.completed_at.year for each in newest if each.completed_at), default=None),
            last_year=max((each.completed_at.year for each in newest if each.completed_at), default=None),
            unit=axis.unit.value,
            timeline=bars(axis.labels, axis.count(each.completed_at for each in newest if each.completed_at)),
            shares=_shares(newest),
            skills=skills,
            skill_rows=[_skill_row(skill, axis) for skill in skills[:_SKILLS_CHARTED]],
            periods=axis.labels,
            highlights=facts.examples(best, _HIGHLIGHTS),
            stories=[*map(_story, greatest_projects(newest, projects))],
        )
        + "\n"
    )


def _years(newest: Iterable[PublicAchievement]) -> list[_Year]:
    years: dict[str, list[PublicAchievement]] = {}
    for achievement in newest:
        years.setdefault(facts.day(achievement.completed_at)[:4] or _UNDATED, []).append(achievement)
    return [_year(name, done) for name, done in years.items()]


def _year(name: str, done: Sequence[PublicAchievement]) -> _Year:
    named = [*filter(facts.has_meaning, done)]
    return _Year(name, named, len(done) - len(named), _months(done) if name != _UNDATED else ())


def _months(done: Iterable[PublicAchievement]) -> Sequence[Bar]:
    counts = Counter(each.completed_at.astimezone(dt.UTC).month for each in done if each.completed_at)
    return bars(_MONTHS, [counts[month] for month in range(1, len(_MONTHS) + 1)])


def _story(members: Sequence[PublicAchievement]) -> _Story:
    chapters = [*reversed(facts.newest_first(facts.telling(members, _CHAPTERS)))]
    return _Story(project_title(members), extent(members), chapters)


def _shares(achievements: Iterable[PublicAchievement]) -> list[_Share]:
    themes = sorted(by_theme(achievements).items(), key=lambda theme: -len(theme[1]))
    counts = [(category, len(done)) for category, done in themes]
    most = max((count for _, count in counts), default=1)
    return [_Share(name, heading(name), count, round(100 * count / most, 2)) for name, count in counts]


def _skill_row(skill: ShownSkill, axis: TimeAxis) -> _SkillRow:
    return _SkillRow(skill, bars(axis.labels, axis.count(date for date in skill.dates if date)))


def _names(names: Iterable[str]) -> list[str]:
    """Return names, the most frequent first."""
    return [name for name, _ in sorted(Counter(filter(None, names)).items(), key=lambda each: (-each[1], each[0]))]


def _hash(content: str) -> str:
    """Return what the page's own policy names content by that may be used; nothing else may."""
    return f"sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}"
