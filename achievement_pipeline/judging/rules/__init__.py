"""The rules that users can change: weights, thresholds and vocabularies. Defaults are documented in ``docs/scores.md``.

`achievement_pipeline.settings` fills these models from ``achievements.toml`` and the environment.
"""

from __future__ import annotations

import functools
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Annotated, TypeVar

from pydantic import Field, StringConstraints, create_model, model_validator

from achievement_pipeline.judging.impact.known_signs import known_signs
from achievement_pipeline.judging.rules.values import Count, Divisor, Points, Weight
from achievement_pipeline.judging.skills.vocabulary import Language, Practice, Technology, Vocabulary, known_skills
from achievement_pipeline.lanes import LANES
from achievement_pipeline.parsing.strict_model import StrictModel

Address = Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, min_length=1)]
_LaneRules = TypeVar("_LaneRules", bound=StrictModel)

SCORE_VERSION = "29"
"""Increase by hand when a change to a default below, or to the judging code, changes a score, its ledger or a sentence.

What another version judged is judged again after the upgrade.
"""


class Person(StrictModel):
    """A person with one or more e-mail addresses. The first address is the canonical one."""

    name: str = Field(default="", description="Display name; empty uses the name in the newest commit")
    emails: tuple[Address, ...] = Field(min_length=1, description="All e-mail addresses; the first is canonical")


class CommitRules(StrictModel):
    """What makes a commit significant, and how its complexity is scored."""

    min_lines: Count = Field(default=50, description="Commits with more effective lines than this are significant")
    types: tuple[str, ...] = Field(
        default=("feat", "fix", "perf", "refactor", "test", "docs", "ci", "build"),
        description="Conventional Commits types that make a commit significant",
    )
    keywords: tuple[str, ...] = Field(
        default=("implement", "build", "deploy", "optimize", "integrate", "migrate", "automate", "design"),
        description="Words in the message, in any inflection, that make a commit significant",
    )
    complexity_base: Points = Field(default=40, description="Complexity of every significant commit")
    complexity_points_per_file: Points = Field(default=5, description="Complexity points per effective file")
    complexity_max: Points = Field(default=85, description="Maximum complexity")


class ImpactRules(StrictModel):
    """User overrides of the impact model for commits and pull requests."""

    weights: dict[str, Weight] = Field(
        default={}, description="Weights that replace the learnt ones, by sign (names are in signs.toml)"
    )
    off: tuple[str, ...] = Field(default=(), description="Signs or ledger rules to ignore")
    likely_share: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description="Share of a repository's changes, by impact, that counts as likely to be announced",
    )

    @model_validator(mode="after")
    def _name_known_signs(self) -> ImpactRules:
        known = {name for sign in known_signs() for name in (sign.sign, sign.rule)}
        unknown = [name for name in (*self.weights, *self.off) if name not in known]
        if unknown:
            names = ", ".join(map(repr, unknown))
            raise ValueError(f"unknown impact sign {names}; valid names are in judging/impact/signs.toml")
        return self


class PullRequestRules(StrictModel):
    """How the complexity of a merged pull request is scored.

    Its significance follows the commit rules, its labels and its reviewers.
    """

    complexity_base: Points = Field(default=40, description="Complexity of every significant pull request")
    complexity_points_per_file: Points = Field(default=2, description="Complexity points per effective file")
    complexity_files_max: Points = Field(default=20, description="Maximum complexity points for files")
    complexity_lines_per_point: Divisor = Field(default=50, description="Effective lines per complexity point")
    complexity_lines_max: Points = Field(default=15, description="Maximum complexity points for lines")
    complexity_points_per_reviewer: Points = Field(default=5, description="Complexity points per reviewer")
    complexity_reviewers_max: Points = Field(default=15, description="Maximum complexity points for reviewers")
    complexity_points_per_commit: Points = Field(default=1, description="Complexity points per commit")
    complexity_commits_max: Points = Field(default=10, description="Maximum complexity points for commits")
    complexity_max: Points = Field(default=100, description="Maximum complexity")


class ReviewRules(StrictModel):
    """What makes a review of another person's pull request significant, and how it is scored."""

    min_words: Count = Field(default=30, description="Reviews with more words than this are significant")
    impact_base: Points = Field(default=30, description="Impact of every significant review")
    impact_words_per_point: Divisor = Field(default=10, description="Words per impact point")
    impact_changes_requested: Points = Field(default=10, description="Impact points for requesting changes")
    impact_max: Points = Field(default=60, description="Maximum impact")
    complexity_base: Points = Field(default=30, description="Complexity of every significant review")
    complexity_points_per_file: Points = Field(
        default=2, description="Complexity points per effective file under review"
    )
    complexity_max: Points = Field(default=70, description="Maximum complexity")


class MaintenanceRules(StrictModel):
    """How a year of merging other people's work or cutting releases in a repository is scored."""

    min_contributions: Count = Field(default=5, description="Contributions merged in a year that are significant")
    min_releases: Count = Field(default=2, description="Releases cut in a year that are significant")
    impact_base: Points = Field(default=40, description="Impact of every significant year")
    impact_points_per_contribution: Points = Field(default=0.2, description="Impact points per contribution")
    impact_contributions_max: Points = Field(default=20, description="Maximum impact points for contributions")
    impact_points_per_contributor: Points = Field(default=0.5, description="Impact points per contributor")
    impact_contributors_max: Points = Field(default=20, description="Maximum impact points for contributors")
    impact_points_per_release: Points = Field(default=2, description="Impact points per release")
    impact_releases_max: Points = Field(default=30, description="Maximum impact points for releases")
    complexity_base: Points = Field(default=30, description="Complexity of every significant year")
    complexity_points_per_contribution: Points = Field(default=0.2, description="Complexity points per contribution")
    complexity_points_per_release: Points = Field(default=2, description="Complexity points per release")
    complexity_max: Points = Field(default=70, description="Maximum complexity")


class BotRules(StrictModel):
    """Bot accounts in addition to the built-in ones, and exceptions."""

    names: tuple[str, ...] = Field(default=(), description="Full names or addresses of more bots")
    allow: tuple[str, ...] = Field(default=(), description="Full names or addresses of people who look like bots")


class PercentileRules(StrictModel):
    """Which achievements a percentile compares."""

    days: int = Field(
        default=365,
        ge=1,
        le=36_500,
        description="Days before an achievement in which the author's achievements are compared",
    )
    min_achievements: int = Field(
        default=20, ge=2, le=1_000_000, description="Minimum number of achievements in that period for a percentile"
    )


class SkillRules(StrictModel):
    """User additions to the skill vocabulary, and display names for skills."""

    language: tuple[Language, ...] = Field(default=(), description="New languages, or more evidence for known ones")
    technology: tuple[Technology, ...] = Field(
        default=(), description="New technologies, or more evidence for known ones"
    )
    practice: tuple[Practice, ...] = Field(default=(), description="New practices, or more evidence for known ones")
    rename: dict[str, Annotated[str, Field(min_length=1)]] = Field(
        default={}, description="Display name by skill; skills with the same display name are merged"
    )
    hide: tuple[str, ...] = Field(default=(), description="Skills to hide")

    @functools.cached_property
    def vocabulary(self) -> Vocabulary:
        """All skills under their display names: the built-in vocabulary and the user's additions."""
        names = {self._canonical(old): self._canonical(new) for old, new in self.rename.items()}
        return self._extended.renamed(names) if names else self._extended

    @functools.cached_property
    def hidden(self) -> frozenset[str]:
        """Names of hidden skills, as in the vocabulary."""
        return frozenset(self._canonical(name) for name in self.hide)

    @functools.cached_property
    def _extended(self) -> Vocabulary:
        added = (self.language, self.technology, self.practice)
        return known_skills().extended(*added) if any(added) else known_skills()

    def _canonical(self, name: str) -> str:
        skill = self._extended.named(name)
        return skill.name if skill else name

    @model_validator(mode="after")
    def _name_known_skills(self) -> SkillRules:
        if not self.model_fields_set:
            return self  # loading the vocabulary is slow
        vocabulary = self._extended
        unknown = [name for name in (*self.rename, *self.hide) if vocabulary.named(name) is None]
        if unknown:
            raise ValueError(f"unknown skill {', '.join(map(repr, unknown))}; valid names are in skills.toml")
        return self


class CommonRules(StrictModel):
    """The rules for significance, scores and skills that don't belong to one lane."""

    portfolio_min_impact: Points = Field(default=70, description="Minimum impact of a portfolio-ready achievement")
    impact: ImpactRules = ImpactRules()
    commits: CommitRules = CommitRules()
    pull_requests: PullRequestRules = PullRequestRules()
    reviews: ReviewRules = ReviewRules()
    maintenance: MaintenanceRules = MaintenanceRules()
    bots: BotRules = BotRules()
    skills: SkillRules = SkillRules()
    percentile: PercentileRules = PercentileRules()

    def of_lane(self, kind: type[_LaneRules]) -> _LaneRules:
        """Return the rules of a lane, by the class that its record names.

        Raises:
            LookupError: No lane has such rules.
        """
        for _, rules in self:
            if isinstance(rules, kind):
                return rules
        raise LookupError(f"no lane has {kind.__name__}")


if TYPE_CHECKING:
    Rules = CommonRules
else:
    _OF_LANES = {lane.name: resolve_name(lane.rules) for lane in LANES if lane.rules}
    Rules = create_model(
        "Rules",
        __base__=CommonRules,
        __doc__="All rules: the common ones, and those of each lane in a table of its name.",
        **{name: (rules, rules()) for name, rules in _OF_LANES.items()},
    )
