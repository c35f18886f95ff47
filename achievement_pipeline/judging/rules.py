"""The rules that a user may change: weights, thresholds, vocabularies. Defaults as in ``docs/scores.md``.

This is data, typed and validated; `achievement_pipeline.settings` fills it from ``achievements.toml`` and the
environment.
"""

from __future__ import annotations

import functools
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from achievement_pipeline.judging.vocabulary import Language, Practice, Technology, Vocabulary, known_skills

Address = Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, min_length=1)]
Points = Annotated[float, Field(ge=0, le=100)]

SCORE_VERSION = "1"
"""Raised by hand whenever a default below, or the logic that reads it, changes a score."""


class Person(BaseModel):
    """One person is a set of e-mail addresses; the first one is the canonical one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(default="", description="The name to show; empty: the one of the newest commit")
    emails: tuple[Address, ...] = Field(min_length=1, description="All addresses, the canonical one first")


class CommitRules(BaseModel):
    """What makes a commit significant, and what it scores."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    min_lines: int = Field(default=50, ge=0, description="More effective lines than this make a commit significant")
    types: tuple[str, ...] = Field(
        default=("feat", "fix", "perf", "refactor", "test", "docs", "ci", "build"),
        description="Conventional Commits types that make a commit significant",
    )
    keywords: tuple[str, ...] = Field(
        default=("implement", "build", "deploy", "optimize", "integrate", "migrate", "automate", "design"),
        description="Whole words of the message, in any of their forms, that make a commit significant",
    )
    impact_base: Points = Field(default=30, description="Impact of every significant commit")
    impact_lines_per_point: float = Field(default=20, gt=0, description="Effective lines that add a point of impact")
    impact_max: Points = Field(default=90, description="Impact is cut here")
    complexity_base: Points = Field(default=40, description="Complexity of every significant commit")
    complexity_points_per_file: Points = Field(default=5, description="Points of complexity an effective file adds")
    complexity_max: Points = Field(default=85, description="Complexity is cut here")


class BotRules(BaseModel):
    """Authors that are not people."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    names: tuple[str, ...] = Field(default=(), description="More names or addresses of bots, compared as a whole")
    allow: tuple[str, ...] = Field(default=(), description="Names or addresses that look like bots and are people")


class SkillRules(BaseModel):
    """What a user adds to the vocabulary of skills, and how they want skills to be called."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    language: tuple[Language, ...] = Field(default=(), description="New languages, or more that shows known ones")
    technology: tuple[Technology, ...] = Field(
        default=(), description="New technologies, or more that shows known ones"
    )
    practice: tuple[Practice, ...] = Field(default=(), description="New practices, or more that shows known ones")
    rename: dict[str, str] = Field(
        default={}, description="Skill to the name it is shown by; two skills that get one name are one skill"
    )
    hide: tuple[str, ...] = Field(default=(), description="Skills that are not shown")

    @functools.cached_property
    def vocabulary(self) -> Vocabulary:
        """All skills under the names they are shown by, the user's with those that the package brings."""
        return self._extended.renamed({self._canonical(old): self._canonical(new) for old, new in self.rename.items()})

    @functools.cached_property
    def hidden(self) -> frozenset[str]:
        """The names of the skills that are not shown, as in the vocabulary."""
        return frozenset(self._canonical(name) for name in self.hide)

    @functools.cached_property
    def _extended(self) -> Vocabulary:
        return known_skills().extended(self.language, self.technology, self.practice)

    def _canonical(self, name: str) -> str:
        skill = self._extended.named(name)
        return skill.name if skill else name

    @model_validator(mode="after")
    def _name_known_skills(self) -> SkillRules:
        if not self.model_fields_set:
            return self  # the defaults need no look into the vocabulary, which takes a moment to load
        vocabulary = self._extended
        unknown = [name for name in (*self.rename, *self.hide) if vocabulary.named(name) is None]
        if unknown:
            raise ValueError(f"no skill is called {', '.join(map(repr, unknown))}; the names stand in skills.toml")
        return self


class Rules(BaseModel):
    """All rules of judging."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    portfolio_min_impact: Points = Field(default=70, description="Impact from which an achievement is portfolio ready")
    commits: CommitRules = CommitRules()
    bots: BotRules = BotRules()
    skills: SkillRules = SkillRules()
