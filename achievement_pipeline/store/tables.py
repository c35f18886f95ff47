"""The tables. Alembic generates the migrations from these models.

`achievement_pipeline.frames` describes the columns that frames have too. Keys use the collation ``C``, so that they
sort the same on every server and an index supports prefix searches. Comments of columns are part of the schema:
changing one takes a migration.
"""

import datetime as dt
from enum import StrEnum
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

JsonObject = dict[str, Any]

_KEY = sa.Text(collation="C")

GONE = "gone from its source"
"""Reason of retraction if the root activity no longer exists and nothing has absorbed the achievement."""


class Base(DeclarativeBase):
    """Gives every constraint a name, so that migrations can refer to it."""

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: sa.Text(),
        float: sa.Double(),
        dt.datetime: sa.DateTime(timezone=True),
        list[str]: sa.ARRAY(sa.Text()),
        JsonObject: JSONB(),
        list[JsonObject]: JSONB(),
    }


class Slice(Base):
    """A set of activities that is replaced as a whole: a repository of a lane, or a whole lane."""

    __tablename__ = "slices"
    __table_args__ = ({"comment": "Sets of activities that are replaced as a whole"},)

    name: Mapped[str] = mapped_column(_KEY, primary_key=True, comment="Lane and repository: git/github.com/owner/name")
    version: Mapped[str] = mapped_column(comment="Version of the frames that are stored")
    rules: Mapped[str] = mapped_column(comment="Version of the rules that composed its achievements")
    stored_at: Mapped[dt.datetime] = mapped_column(server_default=sa.func.now(), comment="When this version was stored")


class Activity(Base):
    """One unit of work as its source records it, with its skills and, if it is significant, its scores."""

    __tablename__ = "activities"
    __table_args__ = ({"comment": "Units of work as their sources record them, judged"},)

    key: Mapped[str] = mapped_column(_KEY, primary_key=True, comment="Stable key, the same on every machine")
    slice: Mapped[str] = mapped_column(
        _KEY, sa.ForeignKey("slices.name"), index=True, comment="The slice that contains it"
    )
    kind: Mapped[str] = mapped_column(comment="Kind in its source")
    source_id: Mapped[str] = mapped_column(comment="Identifier in its source")
    repository: Mapped[str | None] = mapped_column(comment="Key of the repository")
    title: Mapped[str] = mapped_column(comment="One line")
    description: Mapped[str] = mapped_column(comment="The rest of the author's text")
    url: Mapped[str | None] = mapped_column(comment="URL")
    person: Mapped[str] = mapped_column(comment="Owner: canonical e-mail address")
    person_name: Mapped[str] = mapped_column(comment="Display name of the person")
    coauthors: Mapped[list[str]] = mapped_column(comment="Canonical addresses of co-authors")
    started_at: Mapped[dt.datetime | None] = mapped_column(comment="Missing if unknown")
    completed_at: Mapped[dt.datetime | None] = mapped_column(comment="Time of completion")
    category: Mapped[str] = mapped_column(comment="Kind of work")
    category_rule: Mapped[str] = mapped_column(comment="The rule that gave the category")
    significant: Mapped[bool] = mapped_column(comment="Whether it may become an achievement")
    reasons: Mapped[list[str]] = mapped_column(comment="Reason codes")
    parent: Mapped[str | None] = mapped_column(_KEY, index=True, comment="Key of the parent activity, from the links")
    retracted_by: Mapped[str | None] = mapped_column(
        _KEY, comment="Key of the activity that reverted it, or that it repeats"
    )
    details: Mapped[JsonObject] = mapped_column(comment="The lane's own columns")
    impact: Mapped[float | None] = mapped_column(comment="Points")
    complexity: Mapped[float | None] = mapped_column(comment="Points")
    ledger: Mapped[list[JsonObject] | None] = mapped_column(comment="Ledger lines; their points sum to the scores")
    score_version: Mapped[str | None] = mapped_column(comment="Version of the scoring rules")
    skills: Mapped[list[JsonObject]] = mapped_column(comment="Skills it shows: skill, kind, weight, evidence")
    digest: Mapped[int] = mapped_column(
        sa.BigInteger, comment="Hash of the lane's row: an equal row is not written again"
    )


class ActivityName(Base):
    """A name by which links refer to an activity. Several activities may have the same name."""

    __tablename__ = "activity_names"
    __table_args__ = ({"comment": "Names that links refer to"},)

    name: Mapped[str] = mapped_column(_KEY, primary_key=True, comment="commit:<sha>, issue:eng-1, ...")
    activity_key: Mapped[str] = mapped_column(
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

    activity_key: Mapped[str] = mapped_column(
        _KEY,
        sa.ForeignKey("activities.key", ondelete="CASCADE"),
        primary_key=True,
        comment="The activity that has the link",
    )
    position: Mapped[int] = mapped_column(primary_key=True, comment="Position among its links, from 1")
    rank: Mapped[int] = mapped_column(comment="If several links lead to a parent, the lowest rank wins")
    leads_to: Mapped[str] = mapped_column(comment="One of frames.LinkTo: parent, elsewhere, child or listed")
    name: Mapped[str] = mapped_column(_KEY, index=True, comment="Name of the other activity, stored or not")


class FormerName(Base):
    """A name of an activity that no longer exists. It leads to the activity that replaced or absorbed it."""

    __tablename__ = "former_names"
    __table_args__ = ({"comment": "Names of achievements whose activities are gone from their sources"},)

    achievement_key: Mapped[str] = mapped_column(
        _KEY,
        sa.ForeignKey("achievements.key"),
        primary_key=True,
        comment="Key of the achievement, and of its former root activity",
    )
    name: Mapped[str] = mapped_column(_KEY, primary_key=True, index=True, comment="As in activity_names")


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

    key: Mapped[str] = mapped_column(_KEY, primary_key=True, comment="Key of the root activity")
    title: Mapped[str] = mapped_column(comment="One line")
    category: Mapped[str] = mapped_column(comment="Kind of work")
    description: Mapped[str] = mapped_column(comment="The author's text")
    source_type: Mapped[str] = mapped_column(comment="Kind of the root activity; manual if it was created by hand")
    source_id: Mapped[str] = mapped_column(comment="Identifier of the root activity in its source")
    source_url: Mapped[str | None] = mapped_column(comment="URL of the root activity")
    repository: Mapped[str | None] = mapped_column(comment="Key of the repository")
    author: Mapped[str] = mapped_column(comment="Canonical e-mail address of the person")
    coauthors: Mapped[list[str]] = mapped_column(comment="Canonical addresses of co-authors")
    assisted_by: Mapped[list[str]] = mapped_column(server_default="{}", comment="Coding agents that helped")
    started_at: Mapped[dt.datetime | None] = mapped_column(comment="Missing if unknown")
    completed_at: Mapped[dt.datetime | None] = mapped_column(index=True, comment="Time of completion")
    impact_score: Mapped[float] = mapped_column(comment="Points, 0 to 100")
    complexity_score: Mapped[float] = mapped_column(comment="Points, 0 to 100")
    score_ledger: Mapped[list[JsonObject]] = mapped_column(comment="Ledger lines; their points sum to the scores")
    score_version: Mapped[str] = mapped_column(comment="Version of the scoring rules")
    skills_demonstrated: Mapped[list[str]] = mapped_column(comment="Skills, strongest first")
    tags: Mapped[list[str]] = mapped_column(comment="Source, type, scope, breaking, shared")
    evidence: Mapped[list[JsonObject]] = mapped_column(comment="Its activities: key, kind, title, url, person, at")
    announced: Mapped[JsonObject | None] = mapped_column(
        JSONB(none_as_null=True),
        comment="Entry of the release notes that announced it: version, date, section, highlight, sentence, path",
    )
    first_release: Mapped[str | None] = mapped_column(comment="The first tag that contains it; missing if unreleased")
    portfolio_ready: Mapped[bool] = mapped_column(comment="Impact reaches the portfolio threshold")
    retracted_at: Mapped[dt.datetime | None] = mapped_column(comment="When it was retracted; missing if it was not")
    retracted_reason: Mapped[str | None] = mapped_column(comment="Why it was retracted")
    absorbed_by: Mapped[str | None] = mapped_column(
        _KEY, sa.ForeignKey("achievements.key"), comment="The achievement that it is part of now"
    )
    created_at: Mapped[dt.datetime] = mapped_column(server_default=sa.func.now(), comment="When it was first stored")
    updated_at: Mapped[dt.datetime] = mapped_column(server_default=sa.func.now(), comment="When it last changed")


class Skill(Base):
    """A skill that an achievement shows."""

    __tablename__ = "skills"
    __table_args__ = (
        sa.CheckConstraint("weight > 0 AND weight <= 1", name="weight_range"),
        {"comment": "Skills that achievements show"},
    )

    achievement_key: Mapped[str] = mapped_column(
        _KEY, sa.ForeignKey("achievements.key"), primary_key=True, comment="The achievement"
    )
    skill: Mapped[str] = mapped_column(primary_key=True, comment="Name as in the vocabulary")
    kind: Mapped[str] = mapped_column(comment="language, technology or practice")
    weight: Mapped[float] = mapped_column(comment="Share or strength of the evidence")
    evidence: Mapped[str] = mapped_column(comment="Evidence as text")


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

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(always=True), primary_key=True)
    achievement_key: Mapped[str] = mapped_column(
        _KEY, sa.ForeignKey("achievements.key"), index=True, comment="The achievement that was edited"
    )
    field: Mapped[str] = mapped_column(comment="One of EditField")
    value: Mapped[Any] = mapped_column(JSONB, comment="The new value")
    channel: Mapped[str | None] = mapped_column(comment="The channel that it applies to; missing for all channels")
    made_at: Mapped[dt.datetime] = mapped_column(server_default=sa.func.now(), comment="When it was made")
    made_by: Mapped[str] = mapped_column(comment="E-mail address of the user")
    undone_at: Mapped[dt.datetime | None] = mapped_column(comment="When it was undone")


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

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(always=True), primary_key=True)
    achievement_key: Mapped[str] = mapped_column(
        _KEY, sa.ForeignKey("achievements.key"), index=True, comment="The achievement, which may be absorbed by now"
    )
    field: Mapped[str] = mapped_column(comment="What it words: title, description or outcome")
    value: Mapped[str] = mapped_column(comment="The proposed text")
    made_by: Mapped[str] = mapped_column(comment="agent, or the name of the language model")
    made_at: Mapped[dt.datetime] = mapped_column(server_default=sa.func.now(), comment="When it was made")
    facts: Mapped[Any] = mapped_column(JSONB, comment="Texts of the facts that it rests on")
    doubt: Mapped[str | None] = mapped_column(comment="Why the facts do not support it, if they do not")
    prompt_hash: Mapped[str | None] = mapped_column(comment="SHA-256 of the prompt of the language model")
    state: Mapped[str] = mapped_column(server_default=ProposalState.OPEN.value, comment="One of ProposalState")
    decided_at: Mapped[dt.datetime | None] = mapped_column(comment="When the user decided it")


class Repository(Base):
    """A repository that is collected, with its locations on this machine."""

    __tablename__ = "repositories"
    __table_args__ = ({"comment": "Repositories that are collected, with their locations"},)

    key: Mapped[str] = mapped_column(_KEY, primary_key=True, comment="Stable key, the partition of the git lane")
    location: Mapped[str] = mapped_column(comment="Path or clone URL, without credentials")
    other_locations: Mapped[list[str]] = mapped_column(
        sa.ARRAY(sa.Text), server_default="{}", comment="Other clones and work trees of it, which are read too"
    )
    branches: Mapped[str] = mapped_column(comment="Branches that are read: default or all")
    visibility: Mapped[str | None] = mapped_column(comment="Visibility according to its host: public or private")
    added_at: Mapped[dt.datetime] = mapped_column(server_default=sa.func.now(), comment="When it was added")
    missing_since: Mapped[dt.datetime | None] = mapped_column(
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

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(always=True), primary_key=True)
    achievement_key: Mapped[str] = mapped_column(
        _KEY,
        sa.ForeignKey("achievements.key"),
        index=True,
        comment="The achievement; it may have become part of another since",
    )
    channel: Mapped[str] = mapped_column(comment="Name of the channel")
    state: Mapped[str] = mapped_column(comment="One of PublicationState")
    text: Mapped[str] = mapped_column(comment="The text that is sent")
    visibility: Mapped[str] = mapped_column(comment="Audience, in the channel's own term")
    remote_id: Mapped[str | None] = mapped_column(comment="Identifier on the channel")
    attempts: Mapped[int] = mapped_column(server_default="0", comment="Number of attempts to send it")
    in_doubt: Mapped[bool] = mapped_column(server_default=sa.false(), comment="Whether an attempt may have succeeded")
    detail: Mapped[str] = mapped_column(comment="Why it is in this state")
    not_before: Mapped[dt.datetime | None] = mapped_column(comment="The channel accepts it from this time on")
    sent_at: Mapped[dt.datetime | None] = mapped_column(comment="When the last attempt started")
    changed_at: Mapped[dt.datetime] = mapped_column(server_default=sa.func.now(), comment="When its state last changed")
