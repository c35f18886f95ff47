"""The tables. Alembic generates the migrations from these models.

`achievement_pipeline.frames` describes the columns that frames have too. Keys use the collation ``C``, so that they
sort the same on every server and an index supports prefix searches. Comments of columns are part of the schema:
changing one takes a migration.
"""

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum
from functools import partial
from types import NoneType
from typing import Any, ClassVar, get_args

import sqlalchemy as sa
from sqlalchemy import ColumnClause
from sqlalchemy.dialects.postgresql import JSONB

JsonObject = dict[str, Any]

_KEY = sa.Text(collation="C")

GONE = "gone from its source"
"""Reason of retraction if the root activity no longer exists and nothing has absorbed the achievement."""


_TYPES: Mapping[Any, sa.types.TypeEngine[Any]] = {
    str: sa.Text(),
    int: sa.Integer(),
    float: sa.Double(),
    bool: sa.Boolean(),
    dt.datetime: sa.DateTime(timezone=True),
    list[str]: sa.ARRAY(sa.Text()),
    JsonObject: JSONB(),
    list[JsonObject]: JSONB(),
}
"""The types of columns whose description gives none, by that of their values."""


def column(*items: Any, **options: Any) -> Any:  # noqa: ANN401 - becomes a column when its table is made
    """Describe a column of a `Base`: the arguments of `sqlalchemy.Column`, without the name."""
    return partial(sa.Column, *items, **options)


class Base:
    """A table, described by a class: each attribute that is annotated as a column is one.

    As in SQLAlchemy's ORM, without its import, which takes as long as all else that `achievements list` needs of
    SQLAlchemy: rows are no objects here. Constraints get names, so that migrations can refer to them.
    """

    metadata: ClassVar = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    table: ClassVar[sa.Table]
    __tablename__: ClassVar[str]
    __table_args__: ClassVar[tuple[Any, ...]]
    """Constraints of several columns, and at the end the table's options."""

    def __init_subclass__(cls) -> None:
        """Make the table."""
        columns = [
            _column(name, get_args(annotation)[0], vars(cls)[name]) for name, annotation in cls.__annotations__.items()
        ]
        *constraints, options = cls.__table_args__
        cls.table = sa.Table(cls.__tablename__, cls.metadata, *columns, *constraints, **options)
        for made in columns:
            setattr(cls, made.name, made)


def _column(name: str, values: Any, described: "partial[sa.Column[Any]]") -> sa.Column[Any]:  # noqa: ANN401 - a type
    """Make a column: of the given type, else that of its values; nullable if they may be None."""
    present = [one for one in get_args(values) if one is not NoneType]
    is_nullable = NoneType in get_args(values)
    has_type = described.args and isinstance(described.args[0], (type, sa.types.TypeEngine))
    items = described.args if has_type else (_TYPES[present[0] if is_nullable else values], *described.args)
    return sa.Column(name, *items, nullable=is_nullable, **described.keywords)


class Slice(Base):
    """A set of activities that is replaced as a whole: a repository of a lane, or a whole lane."""

    __tablename__ = "slices"
    __table_args__ = ({"comment": "Sets of activities that are replaced as a whole"},)

    name: ColumnClause[str] = column(_KEY, primary_key=True, comment="Lane and repository: git/github.com/owner/name")
    version: ColumnClause[str] = column(comment="Version of the frames that are stored")
    rules: ColumnClause[str] = column(comment="Version of the rules that composed its achievements")
    stored_at: ColumnClause[dt.datetime] = column(server_default=sa.func.now(), comment="When this version was stored")


class Activity(Base):
    """One unit of work as its source records it, with its skills and, if it is significant, its scores."""

    __tablename__ = "activities"
    __table_args__ = ({"comment": "Units of work as their sources record them, judged"},)

    key: ColumnClause[str] = column(_KEY, primary_key=True, comment="Stable key, the same on every machine")
    slice: ColumnClause[str] = column(
        _KEY, sa.ForeignKey("slices.name"), index=True, comment="The slice that contains it"
    )
    kind: ColumnClause[str] = column(comment="Kind in its source")
    source_id: ColumnClause[str] = column(comment="Identifier in its source")
    repository: ColumnClause[str | None] = column(comment="Key of the repository")
    title: ColumnClause[str] = column(comment="One line")
    description: ColumnClause[str] = column(comment="The rest of the author's text")
    url: ColumnClause[str | None] = column(comment="URL")
    person: ColumnClause[str] = column(comment="Owner: canonical e-mail address")
    person_name: ColumnClause[str] = column(comment="Display name of the person")
    coauthors: ColumnClause[list[str]] = column(comment="Canonical addresses of co-authors")
    started_at: ColumnClause[dt.datetime | None] = column(comment="Missing if unknown")
    completed_at: ColumnClause[dt.datetime | None] = column(comment="Time of completion")
    category: ColumnClause[str] = column(comment="Kind of work")
    category_rule: ColumnClause[str] = column(comment="The rule that gave the category")
    significant: ColumnClause[bool] = column(comment="Whether it may become an achievement")
    reasons: ColumnClause[list[str]] = column(comment="Reason codes")
    parent: ColumnClause[str | None] = column(_KEY, index=True, comment="Key of the parent activity, from the links")
    retracted_by: ColumnClause[str | None] = column(
        _KEY, comment="Key of the activity that reverted it, or that it repeats"
    )
    details: ColumnClause[JsonObject] = column(comment="The lane's own columns")
    impact: ColumnClause[float | None] = column(comment="Points")
    complexity: ColumnClause[float | None] = column(comment="Points")
    ledger: ColumnClause[list[JsonObject] | None] = column(comment="Ledger lines; their points sum to the scores")
    score_version: ColumnClause[str | None] = column(comment="Version of the scoring rules")
    skills: ColumnClause[list[JsonObject]] = column(comment="Skills it shows: skill, kind, weight, evidence")
    digest: ColumnClause[int] = column(
        sa.BigInteger, comment="Hash of the lane's row: an equal row is not written again"
    )


class ActivityName(Base):
    """A name by which links refer to an activity. Several activities may have the same name."""

    __tablename__ = "activity_names"
    __table_args__ = ({"comment": "Names that links refer to"},)

    name: ColumnClause[str] = column(_KEY, primary_key=True, comment="commit:<sha>, issue:eng-1, ...")
    activity_key: ColumnClause[str] = column(
        _KEY,
        sa.ForeignKey("activities.key", ondelete="CASCADE"),
        primary_key=True,
        index=True,
        comment="The activity that it names",
    )


class ActivityLink(Base):
    """A link from an activity to the name of its parent, of a child or of an activity that it lists."""

    __tablename__ = "activity_links"
    __table_args__ = ({"comment": "Links between activities, to names"},)

    activity_key: ColumnClause[str] = column(
        _KEY,
        sa.ForeignKey("activities.key", ondelete="CASCADE"),
        primary_key=True,
        comment="The activity that has the link",
    )
    position: ColumnClause[int] = column(primary_key=True, comment="Position among its links, from 1")
    rank: ColumnClause[int] = column(comment="If several links lead to a parent, the lowest rank wins")
    leads_to: ColumnClause[str] = column(comment="One of frames.LinkTo: parent, elsewhere, child or listed")
    name: ColumnClause[str] = column(_KEY, index=True, comment="Name of the other activity, stored or not")


class FormerName(Base):
    """A name of an activity that no longer exists. It leads to the activity that replaced or absorbed it."""

    __tablename__ = "former_names"
    __table_args__ = ({"comment": "Names of achievements whose activities are gone from their sources"},)

    achievement_key: ColumnClause[str] = column(
        _KEY,
        sa.ForeignKey("achievements.key"),
        primary_key=True,
        comment="Key of the achievement, and of its former root activity",
    )
    name: ColumnClause[str] = column(_KEY, primary_key=True, index=True, comment="As in activity_names")


class Achievement(Base):
    """One piece of work (a root activity with its descendants), or an achievement created by hand."""

    __tablename__ = "achievements"
    __table_args__ = (
        sa.UniqueConstraint("source_type", "source_id"),
        sa.CheckConstraint("impact_score BETWEEN 0 AND 100", name="impact_score_range"),
        sa.CheckConstraint("complexity_score BETWEEN 0 AND 100", name="complexity_score_range"),
        sa.CheckConstraint("(retracted_at IS NULL) = (retracted_reason IS NULL)", name="retracted_with_reason"),
        {"comment": "Pieces of work: a root activity and everything that belongs to it"},
    )

    key: ColumnClause[str] = column(_KEY, primary_key=True, comment="Key of the root activity")
    title: ColumnClause[str] = column(comment="One line")
    category: ColumnClause[str] = column(comment="Kind of work")
    description: ColumnClause[str] = column(comment="The author's text")
    source_type: ColumnClause[str] = column(comment="Kind of the root activity; manual if it was created by hand")
    source_id: ColumnClause[str] = column(comment="Identifier of the root activity in its source")
    source_url: ColumnClause[str | None] = column(comment="URL of the root activity")
    repository: ColumnClause[str | None] = column(comment="Key of the repository")
    author: ColumnClause[str] = column(comment="Canonical e-mail address of the person")
    coauthors: ColumnClause[list[str]] = column(comment="Canonical addresses of co-authors")
    assisted_by: ColumnClause[list[str]] = column(server_default="{}", comment="Coding agents that helped")
    started_at: ColumnClause[dt.datetime | None] = column(comment="Missing if unknown")
    completed_at: ColumnClause[dt.datetime | None] = column(index=True, comment="Time of completion")
    impact_score: ColumnClause[float] = column(comment="Points, 0 to 100")
    complexity_score: ColumnClause[float] = column(comment="Points, 0 to 100")
    score_ledger: ColumnClause[list[JsonObject]] = column(comment="Ledger lines; their points sum to the scores")
    score_version: ColumnClause[str] = column(comment="Version of the scoring rules")
    skills_demonstrated: ColumnClause[list[str]] = column(comment="Skills, strongest first")
    tags: ColumnClause[list[str]] = column(comment="Source, type, scope, breaking, shared")
    evidence: ColumnClause[list[JsonObject]] = column(comment="Its activities: key, kind, title, url, person, at")
    announced: ColumnClause[JsonObject | None] = column(
        JSONB(none_as_null=True),
        comment="Entry of the release notes that announced it: version, date, section, highlight, sentence, path",
    )
    first_release: ColumnClause[str | None] = column(comment="The first tag that contains it; missing if unreleased")
    portfolio_ready: ColumnClause[bool] = column(comment="Impact reaches the portfolio threshold")
    retracted_at: ColumnClause[dt.datetime | None] = column(comment="When it was retracted; missing if it was not")
    retracted_reason: ColumnClause[str | None] = column(comment="Why it was retracted")
    absorbed_by: ColumnClause[str | None] = column(
        _KEY, sa.ForeignKey("achievements.key"), comment="The achievement that it is part of now"
    )
    created_at: ColumnClause[dt.datetime] = column(server_default=sa.func.now(), comment="When it was first stored")
    updated_at: ColumnClause[dt.datetime] = column(server_default=sa.func.now(), comment="When it last changed")


class Skill(Base):
    """A skill that an achievement shows."""

    __tablename__ = "skills"
    __table_args__ = (
        sa.CheckConstraint("weight > 0 AND weight <= 1", name="weight_range"),
        {"comment": "Skills that achievements show"},
    )

    achievement_key: ColumnClause[str] = column(
        _KEY, sa.ForeignKey("achievements.key"), primary_key=True, comment="The achievement"
    )
    skill: ColumnClause[str] = column(primary_key=True, comment="Name as in the vocabulary")
    kind: ColumnClause[str] = column(comment="language, technology or practice")
    weight: ColumnClause[float] = column(comment="Share or strength of the evidence")
    evidence: ColumnClause[str] = column(comment="Evidence as text")


class EditField(StrEnum):
    """The fields of an achievement that a user can edit: columns, and decisions."""

    TITLE = "title"
    DESCRIPTION = "description"
    CATEGORY = "category"
    IMPACT_SCORE = "impact_score"
    COMPLEXITY_SCORE = "complexity_score"
    PORTFOLIO_READY = "portfolio_ready"
    SKILLS_DEMONSTRATED = "skills_demonstrated"
    OUTCOME = "outcome"
    """What changed, for whom: the user's own words, which no source records."""
    HIDDEN = "hidden"
    PINNED = "pinned"
    """It is listed first."""
    APPROVED = "approved"
    """It may be published on one channel or all: the fingerprint of the approved text, or false."""
    REVIEWED = "reviewed"
    """The fingerprint of a text that the privacy check flagged and the user released."""
    BELONGS_TO = "belongs_to"
    """Another parent for one of its activities, which changes the set of achievements."""


class Edit(Base):
    """A user's change to an achievement, applied when reading and never overwritten."""

    __tablename__ = "edits"
    __table_args__ = ({"comment": "Changes and decisions of users, applied when reading"},)

    id: ColumnClause[int] = column(sa.BigInteger, sa.Identity(always=True), primary_key=True)
    achievement_key: ColumnClause[str] = column(
        _KEY, sa.ForeignKey("achievements.key"), index=True, comment="The achievement that was edited"
    )
    field: ColumnClause[str] = column(comment="One of EditField")
    value: ColumnClause[Any] = column(JSONB, comment="The new value")
    channel: ColumnClause[str | None] = column(comment="The channel that it applies to; missing for all channels")
    made_at: ColumnClause[dt.datetime] = column(server_default=sa.func.now(), comment="When it was made")
    made_by: ColumnClause[str] = column(comment="E-mail address of the user")
    undone_at: ColumnClause[dt.datetime | None] = column(comment="When it was undone")


class ProposalState(StrEnum):
    """The states of a proposal."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class Proposal(Base):
    """A text that an agent or a language model suggests. It becomes an edit only if the user accepts it."""

    __tablename__ = "proposals"
    __table_args__ = (
        sa.CheckConstraint(f"state IN ({', '.join(repr(state.value) for state in ProposalState)})", name="known_state"),
        {"comment": "Wordings that an agent or a language model proposed"},
    )

    id: ColumnClause[int] = column(sa.BigInteger, sa.Identity(always=True), primary_key=True)
    achievement_key: ColumnClause[str] = column(
        _KEY, sa.ForeignKey("achievements.key"), index=True, comment="The achievement, which may be absorbed by now"
    )
    field: ColumnClause[str] = column(comment="What it words: title, description or outcome")
    value: ColumnClause[str] = column(comment="The proposed text")
    made_by: ColumnClause[str] = column(comment="agent, or the name of the language model")
    made_at: ColumnClause[dt.datetime] = column(server_default=sa.func.now(), comment="When it was made")
    facts: ColumnClause[Any] = column(JSONB, comment="Texts of the facts that it rests on")
    doubt: ColumnClause[str | None] = column(comment="Why the facts do not support it, if they do not")
    prompt_hash: ColumnClause[str | None] = column(comment="SHA-256 of the prompt of the language model")
    state: ColumnClause[str] = column(server_default=ProposalState.OPEN.value, comment="One of ProposalState")
    decided_at: ColumnClause[dt.datetime | None] = column(comment="When the user decided it")


class Repository(Base):
    """A repository that is collected, with its locations on this machine."""

    __tablename__ = "repositories"
    __table_args__ = ({"comment": "Repositories that are collected, with their locations"},)

    key: ColumnClause[str] = column(_KEY, primary_key=True, comment="Stable key, the partition of the git lane")
    location: ColumnClause[str] = column(comment="Path or clone URL, without credentials")
    other_locations: ColumnClause[list[str]] = column(
        sa.ARRAY(sa.Text), server_default="{}", comment="Other clones and work trees of it, which are read too"
    )
    branches: ColumnClause[str] = column(comment="Branches that are read: default or all")
    visibility: ColumnClause[str | None] = column(comment="Visibility according to its host: public or private")
    added_at: ColumnClause[dt.datetime] = column(server_default=sa.func.now(), comment="When it was added")
    missing_since: ColumnClause[dt.datetime | None] = column(
        comment="When it was first not found; its achievements are kept"
    )


class PublicationState(StrEnum):
    """The states of a publication. `publishing.outbox` defines the transitions."""

    PLANNED = "planned"
    SENDING = "sending"
    """About to be sent."""
    UNKNOWN = "unknown"
    """It may have been published: the user has to check."""
    PUBLISHED = "published"
    FAILED = "failed"
    """It was not published. It is retried only when the user asks for it."""
    WITHDRAWN = "withdrawn"
    """It was planned and may no longer be published. It is planned again when it may."""
    DELETED = "deleted"


class Publication(Base):
    """One achievement on one channel. The row is written before anything is sent."""

    __tablename__ = "publications"
    __table_args__ = (
        sa.UniqueConstraint("channel", "achievement_key"),
        sa.CheckConstraint(
            f"state IN ({', '.join(repr(state.value) for state in PublicationState)})", name="known_state"
        ),
        {"comment": "Achievements on channels, each published at most once"},
    )

    id: ColumnClause[int] = column(sa.BigInteger, sa.Identity(always=True), primary_key=True)
    achievement_key: ColumnClause[str] = column(
        _KEY,
        sa.ForeignKey("achievements.key"),
        index=True,
        comment="The achievement; it may have become part of another since",
    )
    channel: ColumnClause[str] = column(comment="Name of the channel")
    state: ColumnClause[str] = column(comment="One of PublicationState")
    text: ColumnClause[str] = column(comment="The text that is sent")
    visibility: ColumnClause[str] = column(comment="Audience, in the channel's own term")
    remote_id: ColumnClause[str | None] = column(comment="Identifier on the channel")
    attempts: ColumnClause[int] = column(server_default="0", comment="Number of attempts to send it")
    in_doubt: ColumnClause[bool] = column(server_default=sa.false(), comment="Whether an attempt may have succeeded")
    detail: ColumnClause[str] = column(comment="Why it is in this state")
    not_before: ColumnClause[dt.datetime | None] = column(comment="The channel accepts it from this time on")
    sent_at: ColumnClause[dt.datetime | None] = column(comment="When the last attempt started")
    changed_at: ColumnClause[dt.datetime] = column(server_default=sa.func.now(), comment="When its state last changed")
