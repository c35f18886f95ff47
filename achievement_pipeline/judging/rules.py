"""The rules that a user may change: weights, thresholds, vocabularies. Defaults as in ``docs/scores.md``.

This is data, typed and validated; `achievement_pipeline.settings` fills it from ``achievements.toml`` and the
environment.
"""

from __future__ import annotations

import functools
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from achievement_pipeline.judging.impact.known_signs import known_signs
from achievement_pipeline.judging.skills.vocabulary import Language, Practice, Technology, Vocabulary, known_skills

Address = Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, min_length=1)]
Points = Annotated[float, Field(ge=0, le=100)]

SCORE_VERSION = "7"
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
    complexity_base: Points = Field(default=40, description="Complexity of every significant commit")
    complexity_points_per_file: Points = Field(default=5, description="Points of complexity an effective file adds")
    complexity_max: Points = Field(default=85, description="Complexity is cut here")


class ImpactRules(BaseModel):
    """What the user changes of the learnt impact of commits and pull requests."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    weights: dict[str, float] = Field(
        default={}, description="Weights to use instead of the learnt ones, by sign (signs.toml has their names)"
    )
    off: tuple[str, ...] = Field(default=(), description="Signs, or rules of the ledger, that do not count")
    likely_share: float = Field(
        default=0.5, ge=0, le=1, description="Upper part of a repository's changes that is likely to be announced"
    )

    @model_validator(mode="after")
    def _name_known_signs(self) -> ImpactRules:
        known = {name for sign in known_signs() for name in (sign.sign, sign.rule)}
        unknown = [name for name in (*self.weights, *self.off) if name not in known]
        if unknown:
            names = ", ".join(map(repr, unknown))
            raise ValueError(f"no sign of impact is called {names}; their names are in judging/impact/signs.toml")
        return self


class PullRequestRules(BaseModel):
    """What a merged pull request scores. It counts by the rules of commits, or by its labels and reviewers."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    complexity_base: Points = Field(default=40, description="Complexity of every significant pull request")
    complexity_points_per_file: Points = Field(default=2, description="Points of complexity an effective file adds")
    complexity_files_max: Points = Field(default=20, description="The most that files add to complexity")
    complexity_lines_per_point: float = Field(default=50, gt=0, description="Effective lines that add a point")
    complexity_lines_max: Points = Field(default=15, description="The most that lines add to complexity")
    complexity_points_per_reviewer: Points = Field(default=5, description="Points of complexity each reviewer adds")
    complexity_reviewers_max: Points = Field(default=15, description="The most that reviewers add to complexity")
    complexity_points_per_commit: Points = Field(default=1, description="Points of complexity each commit adds")
    complexity_commits_max: Points = Field(default=10, description="The most that commits add to complexity")
    complexity_max: Points = Field(default=100, description="Complexity is cut here")


class ReviewRules(BaseModel):
    """What makes the review of somebody else's pull request significant, and what it scores."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    min_words: int = Field(default=30, ge=0, description="More words than this make a review significant")
    impact_base: Points = Field(default=30, description="Impact of every significant review")
    impact_words_per_point: float = Field(default=10, gt=0, description="Words that add a point of impact")
    impact_changes_requested: Points = Field(default=10, description="Points of impact for asking for changes")
    impact_max: Points = Field(default=60, description="Impact is cut here")
    complexity_base: Points = Field(default=30, description="Complexity of every significant review")
    complexity_points_per_file: Points = Field(default=2, description="Points an effective file under review adds")
    complexity_max: Points = Field(default=70, description="Complexity is cut here")


class LinearRules(BaseModel):
    """What completed issues and projects of Linear score."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    impact_urgent: Points = Field(default=90, description="Impact of an issue of this priority")
    impact_high: Points = Field(default=75, description="Impact of an issue of this priority")
    impact_medium: Points = Field(default=60, description="Impact of an issue of this priority")
    impact_low: Points = Field(default=45, description="Impact of an issue of this priority")
    impact_none: Points = Field(default=30, description="Impact of an issue without priority")
    missing_estimate: float = Field(default=3, ge=0, description="Estimate of an issue that has none")
    complexity_base: Points = Field(default=30, description="Complexity of every issue")
    complexity_points_per_estimate: Points = Field(default=10, description="Points a unit of the estimate adds")
    complexity_max: Points = Field(default=90, description="Complexity of an issue is cut here")
    project_impact_base: Points = Field(default=70, description="Impact of every project")
    project_impact_points_per_issue: Points = Field(default=2, description="Points of impact a completed issue adds")
    project_impact_max: Points = Field(default=95, description="Impact of a project is cut here")
    project_complexity_base: Points = Field(default=60, description="Complexity of every project")
    project_complexity_points_per_estimate: Points = Field(default=1, description="Points a unit of estimates adds")
    project_complexity_max: Points = Field(default=90, description="Complexity of a project is cut here")


class MetricRule(BaseModel):
    """Which metric the runs of some experiments are compared by."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    experiment: str = Field(default="*", description="Name of the experiment; * stands for anything")
    metric: str = Field(min_length=1, description="Name of the metric")
    better: Literal["higher", "lower"] = Field(description="Which values are better")


class MlflowRules(BaseModel):
    """What makes a run significant, and what it scores."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    metric: tuple[MetricRule, ...] = Field(
        default=(), description="The first whose experiment fits decides; where none does, names of metrics do"
    )
    impact_registered: Points = Field(default=75, description="Impact of a run that registered a model version")
    impact_best: Points = Field(default=60, description="Impact of a run that set a new best of its experiment")
    complexity_base: Points = Field(default=40, description="Complexity of every significant run")
    complexity_points_per_value: Points = Field(default=1.25, description="Points a parameter or metric adds")
    complexity_max: Points = Field(default=85, description="Complexity is cut here")


class BotRules(BaseModel):
    """Authors that are not people."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    names: tuple[str, ...] = Field(default=(), description="More names or addresses of bots, compared as a whole")
    allow: tuple[str, ...] = Field(default=(), description="Names or addresses that look like bots and are people")


class PercentileRules(BaseModel):
    """What an achievement is compared with, beside its score."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    days: int = Field(default=365, ge=1, description="Compared are the person's own of so many days up to it")
    min_achievements: int = Field(default=20, ge=2, description="Fewer than this in that time give no percentile")


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
    impact: ImpactRules = ImpactRules()
    commits: CommitRules = CommitRules()
    pull_requests: PullRequestRules = PullRequestRules()
    reviews: ReviewRules = ReviewRules()
    linear: LinearRules = LinearRules()
    mlflow: MlflowRules = MlflowRules()
    bots: BotRules = BotRules()
    skills: SkillRules = SkillRules()
    percentile: PercentileRules = PercentileRules()
