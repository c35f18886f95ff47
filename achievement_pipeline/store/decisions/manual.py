"""Create achievements by hand: about work that no source records, or statements about work that one does.

A statement names work by its source and its identifier there: ``git`` and a commit, ``github`` and ``owner/name#12``.
Once that work is collected, the statement's fields are edits of its piece of work. Until then it is an achievement of
its own (`achievement_pipeline.store.decisions.statements`).
"""

import datetime as dt
import uuid
from typing import Annotated, Any, Self

import sqlalchemy as sa
from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints, model_validator
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from achievement_pipeline.keys import MANUAL
from achievement_pipeline.lanes import ActivityKind, sources
from achievement_pipeline.parsing.strict_model import StrictModel
from achievement_pipeline.store.decisions.statements import STATED_FIELDS, adopt_statements, named_activity, state_edits
from achievement_pipeline.store.reading import AchievementView, get_achievement
from achievement_pipeline.store.tables import Achievement, Activity


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("NUL can't be stored")
    return text


def _source(source_type: str) -> str:
    """Return the source of a kind of activity: ``git`` for ``git_commit``."""
    source = source_type.partition("_")[0]
    return source if source in sources() else source_type


_NO_NUL = AfterValidator(_without_nul)
Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), _NO_NUL]
_Address = Annotated[
    str, StringConstraints(strip_whitespace=True, to_lower=True, min_length=1, max_length=320), _NO_NUL
]
_Url = Annotated[str, StringConstraints(pattern=r"^https?://\S+$", max_length=2000), _NO_NUL]

Title = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300, pattern=r"^[^\r\n]*$"), _NO_NUL
]
Sentence = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300, pattern=r"^[^\r\n]*$"), _NO_NUL]
"""One line; empty to remove it."""
Description = Annotated[str, StringConstraints(max_length=100_000), _NO_NUL]
Category = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,49}$")]
Points = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]


_UNKNOWN_CATEGORY = "other"


class AchievementCreate(StrictModel):
    """An achievement to be created by hand.

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

    title: Title = Field(description="One line for people")
    category: Category | None = Field(
        default=None,
        description="Kind of work: a lower-case word; by default that of the named work, else other",
    )
    description: Description = Field(default="", description="What was done, and what came of it")
    source_type: Annotated[Category, AfterValidator(_source)] = Field(
        default="manual", description="Where it comes from; together with source_id it names the achievement"
    )
    source_id: Word = Field(
        default_factory=lambda: str(uuid.uuid4()), description="Its name there; by default a new one each time"
    )
    source_url: _Url | None = Field(default=None, description="Where it can be seen")
    repository: Word | None = Field(default=None, description="Key of a repository: github.com/owner/name")
    author: _Address | None = Field(default=None, description="E-mail address of the person; by default the user's")
    coauthors: tuple[_Address, ...] = Field(default=(), description="Canonical addresses of others it is shared with")
    started_at: AwareDatetime | None = Field(default=None, description="With its zone")
    completed_at: AwareDatetime | None = Field(
        default=None, description="With its zone; by default when the named work was done, else now"
    )
    impact_score: Points | None = Field(
        default=None, description="The user's own points, 0 to 100; by default those of the named work, else 0"
    )
    complexity_score: Points | None = Field(default=None, description="As impact_score")
    skills_demonstrated: tuple[Word, ...] = Field(default=(), description="Skills, the strongest first")
    tags: tuple[Word, ...] = Field(default=(), description="Words to find it by")
    portfolio_ready: bool = Field(default=False, description="Whether it may be in a portfolio")

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.started_at and self.completed_at and self.completed_at < self.started_at:
            raise ValueError("completed_at is before started_at")
        return self

    @property
    def key(self) -> str:
        """The name of the achievement, the same on every machine."""
        source_type = "" if self.source_type == ActivityKind.MANUAL else f"{self.source_type}:"
        return str(MANUAL.make("", f"{source_type}{self.source_id}"))


def store_achievement(session: Session, achievement: AchievementCreate, author: str) -> AchievementView:
    """Create or update an achievement, and return it as it is shown then. The caller commits.

    Source type and id identify it. If nothing has changed, the row is not updated.

    Args:
        session: The database.
        achievement: The achievement.
        author: Canonical address of its author.
    """
    connection = session.connection()
    row = _row(achievement, author, _completed_at(connection, achievement))
    statement = insert(Achievement.table).values(**row)
    given = [name for name in row if name != "key"]
    was = sa.tuple_(*(getattr(Achievement, name) for name in given))
    becomes = sa.tuple_(*(statement.excluded[name] for name in given))
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["source_type", "source_id"],
            set_={**{name: statement.excluded[name] for name in given}, "updated_at": sa.func.now()},
            where=was.is_distinct_from(becomes),
        )
    )
    if achievement.source_type in sources():
        state_edits(connection, achievement.key, achievement.model_dump(include=set(STATED_FIELDS)), author)
        adopt_statements(connection)
    return get_achievement(connection, achievement.key)


def _completed_at(connection: sa.Connection, achievement: AchievementCreate) -> dt.datetime:
    """Return the completion time: as given, else as stored, else that of the named work, else now."""
    if achievement.completed_at:
        return achievement.completed_at
    before = connection.scalar(sa.select(Achievement.completed_at).where(Achievement.key == achievement.key))
    if before:
        return before
    named = named_activity(connection, achievement.source_type, achievement.source_id, achievement.repository)
    done = connection.scalar(sa.select(Activity.completed_at).where(Activity.key == named)) if named else None
    return done or dt.datetime.now(dt.UTC)


def _row(achievement: AchievementCreate, author: str, completed_at: dt.datetime) -> dict[str, Any]:
    """Return the columns of the achievement. Its ledger and evidence name the author as the source."""
    given = {"impact": achievement.impact_score, "complexity": achievement.complexity_score}
    scores = {score: points for score, points in given.items() if points is not None}
    evidence = {
        "key": achievement.key,
        "kind": achievement.source_type,
        "title": achievement.title,
        "url": achievement.source_url,
        "person": author,
        "at": completed_at.isoformat(),
    }
    return {
        **achievement.model_dump(),
        "key": achievement.key,
        "category": achievement.category or _UNKNOWN_CATEGORY,
        "author": author,
        "completed_at": completed_at,
        **{f"{score}_score": points or 0 for score, points in given.items()},
        "score_ledger": [
            {"score": score, "rule": "manual", "points": points, "evidence": f"given by {author}"}
            for score, points in scores.items()
        ],
        "score_version": "manual",
        "evidence": [evidence],
    }
