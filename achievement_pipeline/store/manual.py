"""Achievements that a person writes down: no source records them, and no run of the pipeline touches them."""

import uuid
from typing import Annotated, Any, Self

import sqlalchemy as sa
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from achievement_pipeline.store.tables import Achievement

COLLECTED = ("git", "github", "linear", "mlflow")
"""Sources that the pipeline collects from; the keys and source types of their achievements begin so."""


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("NUL can't be stored")
    return text


def _not_collected(source_type: str) -> str:
    if source_type.partition("_")[0] in COLLECTED:
        raise ValueError("achievements of this source are collected; 'manual', or a word of your own, is free")
    return source_type


_NO_NUL = AfterValidator(_without_nul)
_Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), _NO_NUL]
_Address = Annotated[
    str, StringConstraints(strip_whitespace=True, to_lower=True, min_length=1, max_length=320), _NO_NUL
]
_Url = Annotated[str, StringConstraints(pattern=r"^https?://\S+$", max_length=2000), _NO_NUL]

Title = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300, pattern=r"^[^\r\n]*$"), _NO_NUL
]
Description = Annotated[str, StringConstraints(max_length=100_000), _NO_NUL]
Category = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,49}$")]
Points = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]


class AchievementCreate(BaseModel):
    """An achievement to be stored, written down by a person.

    >>> AchievementCreate(
    ...     title="Led the migration to PostgreSQL",
    ...     category="infrastructure",
    ...     author="ann@example.com",
    ...     impact_score=80,
    ...     complexity_score=65,
    ...     skills_demonstrated=("PostgreSQL", "Python"),
    ... ).category
    'infrastructure'
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Title = Field(description="One line for people")
    category: Category = Field(description="Kind of work: a lower-case word, such as feature, project, talk")
    description: Description = Field(default="", description="What was done, and what came of it")
    source_type: Annotated[Category, AfterValidator(_not_collected)] = Field(
        default="manual", description="Where it comes from; together with source_id it names the achievement"
    )
    source_id: _Word = Field(
        default_factory=lambda: str(uuid.uuid4()), description="Its name there; by default a new one each time"
    )
    source_url: _Url | None = Field(default=None, description="Where it can be seen")
    repository: _Word | None = Field(default=None, description="Key of a repository: github.com/owner/name")
    author: _Address = Field(description="Canonical e-mail address of the person whose it is")
    coauthors: tuple[_Address, ...] = Field(default=(), description="Canonical addresses of others it is shared with")
    started_at: AwareDatetime | None = Field(default=None, description="With its zone")
    completed_at: AwareDatetime | None = Field(default=None, description="With its zone")
    impact_score: Points = Field(description="Points, 0 to 100")
    complexity_score: Points = Field(description="Points, 0 to 100")
    skills_demonstrated: tuple[_Word, ...] = Field(default=(), description="Skills, the strongest first")
    tags: tuple[_Word, ...] = Field(default=(), description="Words to find it by")
    portfolio_ready: bool = Field(default=False, description="Whether it may stand in a portfolio")

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.started_at and self.completed_at and self.completed_at < self.started_at:
            raise ValueError("completed_at is before started_at")
        return self

    @property
    def key(self) -> str:
        """The name of the achievement, the same on every machine."""
        return f"{self.source_type}:{self.source_id}"


def create_achievement(session: Session, achievement: AchievementCreate) -> Achievement:
    """Store an achievement, and return it as it is stored; the caller commits.

    Source type and id name it: the second time it is updated, and where nothing changed left as it is.
    """
    statement = insert(Achievement).values(**_row(achievement))
    given = [name for name in _row(achievement) if name != "key"]
    was = sa.tuple_(*(getattr(Achievement, name) for name in given))
    becomes = sa.tuple_(*(statement.excluded[name] for name in given))
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["source_type", "source_id"],
            set_={**{name: statement.excluded[name] for name in given}, "updated_at": sa.func.now()},
            where=was.is_distinct_from(becomes),
        )
    )
    stored = sa.select(Achievement).where(Achievement.key == achievement.key)
    return session.scalars(stored, execution_options={"populate_existing": True}).one()


def _row(achievement: AchievementCreate) -> dict[str, Any]:
    """Return its columns; the scores are explained, as all are, and its evidence is the person's word."""
    said = f"given by {achievement.author}"
    scores = {"impact": achievement.impact_score, "complexity": achievement.complexity_score}
    evidence = {
        "key": achievement.key,
        "kind": achievement.source_type,
        "title": achievement.title,
        "url": achievement.source_url,
        "person": achievement.author,
        "at": achievement.completed_at.isoformat() if achievement.completed_at else None,
    }
    return {
        **achievement.model_dump(),
        "key": achievement.key,
        "score_ledger": [
            {"score": score, "rule": "manual", "points": points, "evidence": said} for score, points in scores.items()
        ],
        "score_version": "manual",
        "evidence": [evidence],
    }
