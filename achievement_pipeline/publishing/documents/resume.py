"""The resume in the JSON Resume form (https://jsonresume.org/schema), version 1: for the many tools that read it.

Work and education come from a resume of the user's own, if there is one. The
achievements add projects, one per repository, with one sentence per highlight: what was done, with what outcome; and
skills.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterable, Sequence
from importlib.resources import files
from typing import Any

import fastjsonschema

from achievement_pipeline.errors import AchievementPipelineError
from achievement_pipeline.publishing.documents.parts import facts
from achievement_pipeline.publishing.documents.parts.skill_levels import ShownSkill, shown_skills
from achievement_pipeline.publishing.documents.parts.themes import ROUTINE
from achievement_pipeline.publishing.documents.profile import Profile
from achievement_pipeline.publishing.gate.privacy import PublicAchievement
from achievement_pipeline.store.tables import JsonObject

SCHEMA_URL = "https://raw.githubusercontent.com/jsonresume/resume-schema/v1.0.0/schema.json"
_VERSION = "v1.0.0"
_HIGHLIGHTS = 6
"""Of a project: a resume is read in a minute."""
_PROJECTS = 12
_SKILLS = 12
_KEYWORDS = 8


class ResumeError(AchievementPipelineError):
    """A resume does not have the form of JSON Resume; the message has the position."""


def write_resume(achievements: Sequence[PublicAchievement], profile: Profile, base: JsonObject) -> str:
    """Write the resume.

    Args:
        achievements: Any number.
        profile: Whose resume it is.
        base: A resume of the user's own in the same form; what it has stays, projects and skills are added. May be
            empty.

    Raises:
        ResumeError: The base does not have the form of JSON Resume.
    """
    base = without_empty_fields(base)
    check_resume(base)
    own_skills = {skill.get("name") for skill in base.get("skills", ())}
    resume = {
        "$schema": SCHEMA_URL,
        **base,
        "basics": {**_basics(profile), **base.get("basics", {})},
        "projects": [*base.get("projects", ()), *_projects(achievements)],
        "skills": [
            *base.get("skills", ()),
            *(_skill(skill) for skill in shown_skills(achievements)[:_SKILLS] if skill.name not in own_skills),
        ],
        "meta": {"version": _VERSION, **base.get("meta", {})},
    }
    return json.dumps(resume, indent=2, ensure_ascii=False) + "\n"


def without_empty_fields(resume: JsonObject) -> JsonObject:
    """Return a resume without empty fields: converters and editors write ``""`` and null for them."""
    return {name: _filled(value) for name, value in resume.items() if not _is_empty(value)}


def _filled(value: Any) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, dict):
        return without_empty_fields(value)
    return [_filled(each) for each in value if not _is_empty(each)] if isinstance(value, list) else value


def _is_empty(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def check_resume(resume: JsonObject) -> None:
    """Check a resume against the schema of JSON Resume.

    Raises:
        ResumeError: It does not have that form; the message names the place.
    """
    try:
        _validator()(resume, name_prefix="resume")
    except fastjsonschema.JsonSchemaValueException as error:
        raise ResumeError(f"The resume does not have the form of JSON Resume: {error.message}.") from error


@functools.cache
def _validator() -> Callable[..., object]:
    schema = files(__package__).joinpath("resume_schema.json").read_text(encoding="utf-8")
    validate: Callable[..., object] = fastjsonschema.compile(json.loads(schema))
    return validate


def _basics(profile: Profile) -> JsonObject:
    basics = {
        "name": profile.name,
        "label": profile.label,
        "email": next(iter(profile.emails), ""),
        "url": profile.url,
        "summary": profile.summary,
    }
    return {name: value for name, value in basics.items() if value}


def _projects(achievements: Iterable[PublicAchievement]) -> list[JsonObject]:
    """Return a project for each repository, those with the most impact first; what has no repository is one too."""
    groups: dict[str, list[PublicAchievement]] = {}
    for achievement in facts.best_first(achievements):
        groups.setdefault(_project_name(achievement), []).append(achievement)
    weighed = sorted(groups.items(), key=lambda group: (-sum(each.impact_score for each in group[1]), group[0]))
    return [_project(name, done) for name, done in weighed[:_PROJECTS]]


def _project_name(achievement: PublicAchievement) -> str:
    return facts.place(achievement) or ("Confidential work" if achievement.redacted else "Other work")


def _project(name: str, done: Sequence[PublicAchievement]) -> JsonObject:
    moments = [moment for each in done for moment in (each.started_at, each.completed_at) if moment]
    project: JsonObject = {
        "name": name,
        "description": facts.pieces(len(done)),
        "highlights": _highlights(done),
        "keywords": [skill.name for skill in shown_skills(done)[:_KEYWORDS]],
        "startDate": facts.day(min(moments, default=None)),
        "endDate": facts.day(max(moments, default=None)),
        "url": next(filter(None, map(facts.repository_url, done)), None),
    }
    return {name: value for name, value in project.items() if value}


def _highlights(done: Sequence[PublicAchievement]) -> list[str]:
    """Return one sentence for each of the best achievements that a title tells something of."""
    worthy = [each for each in done if each.category not in ROUTINE] or done
    return [*map(_highlight, facts.examples(worthy, _HIGHLIGHTS))]


def _highlight(achievement: PublicAchievement) -> str:
    """Return what was done, with what outcome: ``Added a cache: lookups are 2x faster (with 1 other, #7)``."""
    remarks = ", ".join(filter(None, (facts.company(achievement), facts.reference(achievement))))
    return f"{facts.plain(facts.sentence(achievement))}{f' ({remarks})' if remarks else ''}"


def _skill(skill: ShownSkill) -> JsonObject:
    years = f", {skill.years}" if skill.years else ""
    level = {"level": skill.level.value} if skill.level else {}
    return {"name": skill.name, **level, "keywords": [facts.pieces(skill.pieces) + years]}
