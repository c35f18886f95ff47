"""Edits: what a user changed or decided about an achievement. Rows of their own, applied when achievements are read."""

import datetime as dt
from dataclasses import dataclass
from typing import Annotated, Any

import sqlalchemy as sa
from pydantic import StringConstraints, TypeAdapter, ValidationError

from achievement_pipeline.errors import StoreError
from achievement_pipeline.store.manual import Category, Description, Points, Title, Word
from achievement_pipeline.store.reading import fingerprints
from achievement_pipeline.store.tables import GONE, Achievement, Edit, EditField, Publication, PublicationState


@dataclass(frozen=True)
class RecordedEdit:
    """An edit as it was recorded."""

    id: int
    achievement_key: str
    """The achievement that it was made on, which may be a part of another one by now."""
    field: EditField
    value: Any
    channel: str | None
    """The channel that it holds for; None for all of them."""
    made_at: dt.datetime
    made_by: str
    undone_at: dt.datetime | None


@dataclass(frozen=True)
class Placement:
    """Where an activity belongs: the value of `EditField.BELONGS_TO`."""

    activity: str
    parent: str | None
    """The activity that it belongs to; none where it is a piece of work of its own."""


@dataclass(frozen=True)
class Orphan:
    """An achievement that is gone from its source, without a successor, and that the user decided something about."""

    key: str
    title: str
    decisions: tuple[str, ...]
    """Fields that were edited, and the channels that it was published on."""


Fingerprint = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]

_TEXT = (EditField.TITLE, EditField.DESCRIPTION)
_VALUES: dict[EditField, TypeAdapter[Any]] = {
    EditField.TITLE: TypeAdapter(Title),
    EditField.DESCRIPTION: TypeAdapter(Description),
    EditField.CATEGORY: TypeAdapter(Category),
    EditField.IMPACT_SCORE: TypeAdapter(Points),
    EditField.COMPLEXITY_SCORE: TypeAdapter(Points),
    EditField.PORTFOLIO_READY: TypeAdapter(bool),
    EditField.SKILLS_DEMONSTRATED: TypeAdapter(list[Word]),
    EditField.HIDDEN: TypeAdapter(bool),
    EditField.PINNED: TypeAdapter(bool),
    EditField.APPROVED: TypeAdapter(bool | Fingerprint),
    EditField.BELONGS_TO: TypeAdapter(Placement),
    EditField.REVIEWED: TypeAdapter(Fingerprint),
}


def record_edit(  # noqa: PLR0913 - what an edit is made of
    connection: sa.Connection, key: str, field: EditField, value: object, made_by: str, *, channel: str | None = None
) -> int:
    """Record that a user changed a field of an achievement, and return the number of the edit.

    An approval is recorded as the fingerprint of the text that it was given to, so that it lapses when that changes.
    Whoever approved a text and then edits it has approved what they wrote.

    Args:
        connection: The database.
        key: The achievement.
        field: What is changed or decided.
        value: What it is changed to. For an approval true, which means the text as it is now, the fingerprint of the
            text that was shown, or false.
        made_by: Who does it.
        channel: The channel that an approval is for; None for all of them.

    Raises:
        StoreError: There is no such achievement, or the field can't have this value.
    """
    try:
        checked = _VALUES[field].dump_python(_VALUES[field].validate_python(value, strict=True))
    except ValidationError as error:
        problems = "; ".join(problem["msg"] for problem in error.errors())
        raise StoreError(f"{field} can't be {value!r}: {problems}.") from error
    before = fingerprints(connection, [key]) if field in (*_TEXT, EditField.APPROVED) else {}
    if checked is True and field is EditField.APPROVED:
        checked = before.get(key)
    edited = sa.select(
        Achievement.key,
        sa.literal(field.value),
        sa.literal(checked, Edit.value.type),
        sa.literal(channel, Edit.channel.type),
        sa.literal(made_by),
    )
    statement = sa.insert(Edit).from_select(
        ["achievement_key", "field", "value", "channel", "made_by"], edited.where(Achievement.key == key)
    )
    number: int | None = connection.scalar(statement.returning(Edit.id))
    if number is None:
        raise StoreError(f"There is no achievement {key}. `achievements list` shows which there are.")
    if field in _TEXT:
        _carry_approvals(connection, key, before[key], made_by)
    return number


def edits_of(connection: sa.Connection, key: str) -> list[RecordedEdit]:
    """Return the edits of an achievement and of those that it absorbed, undone ones too, the oldest first."""
    absorbed = sa.select(Achievement.key).where(Achievement.absorbed_by == key)
    mine = (Edit.achievement_key == key) | Edit.achievement_key.in_(absorbed)
    return _read_edits(connection, mine)


def get_edit(connection: sa.Connection, number: int) -> RecordedEdit:
    """Return an edit by its number.

    Raises:
        StoreError: There is none of this number.
    """
    edits = _read_edits(connection, Edit.id == number)
    if not edits:
        raise StoreError(f"There is no edit {number}. `achievements history` shows which there are.")
    return edits[0]


def latest_decision(connection: sa.Connection) -> list[RecordedEdit]:
    """Return the edits, not undone yet, that were made last in one transaction: they bear the same moment.

    Raises:
        StoreError: There are none.
    """
    latest = sa.select(Edit.made_at).where(Edit.undone_at.is_(None)).order_by(Edit.id.desc()).limit(1)
    edits = _read_edits(connection, (Edit.made_at == latest.scalar_subquery()) & Edit.undone_at.is_(None))
    if not edits:
        raise StoreError("There is nothing to undo.")
    return edits


def recent_edits(connection: sa.Connection, limit: int) -> list[RecordedEdit]:
    """Return the last edits of all achievements, undone ones too, the newest first."""
    return _read_edits(connection, sa.true(), newest=limit)


def orphaned_decisions(connection: sa.Connection) -> list[Orphan]:
    """Return the achievements that are gone and whose edits or publications nothing has taken over, by key."""
    edited = sa.select(Edit.achievement_key, Edit.field.label("decision")).where(Edit.undone_at.is_(None))
    published = sa.select(Publication.achievement_key, sa.literal("published on ") + Publication.channel).where(
        Publication.state.not_in([PublicationState.PLANNED.value, PublicationState.FAILED.value])
    )
    decided = edited.union(published).subquery()
    statement = (
        sa.select(Achievement.key, Achievement.title, sa.func.array_agg(decided.c.decision.distinct()))
        .join(decided, decided.c.achievement_key == Achievement.key)
        .where(Achievement.retracted_reason.endswith(GONE), Achievement.absorbed_by.is_(None))
        .group_by(Achievement.key)
        .order_by(Achievement.key)
    )
    return [Orphan(key, title, tuple(decisions)) for key, title, decisions in connection.execute(statement)]


def undo(connection: sa.Connection, number: int) -> None:
    """Take an edit back; it stays in the history. One that says what belongs together: see `grouping.take_back`.

    Raises:
        StoreError: There is no such edit, or it was taken back before.
    """
    statement = sa.update(Edit).where(Edit.id == number, Edit.undone_at.is_(None)).values(undone_at=sa.func.now())
    if connection.execute(statement.returning(Edit.id)).one_or_none() is None:
        raise StoreError(f"There is no edit {number} that could be undone.")


def _carry_approvals(connection: sa.Connection, key: str, before: str, made_by: str) -> None:
    """Let what somebody approved with a text hold for the one that they have just edited it to."""
    now = fingerprints(connection, [key])[key]
    absorbed = sa.select(Achievement.key).where(Achievement.absorbed_by == key)
    approved = (Edit.field == EditField.APPROVED.value) & (Edit.value == sa.literal(before, Edit.value.type))
    theirs = (Edit.made_by == made_by) & ((Edit.achievement_key == key) | Edit.achievement_key.in_(absorbed))
    connection.execute(sa.update(Edit).where(approved, theirs, Edit.undone_at.is_(None)).values(value=now))


def _read_edits(
    connection: sa.Connection, condition: sa.ColumnElement[bool], newest: int | None = None
) -> list[RecordedEdit]:
    order = Edit.id if newest is None else Edit.id.desc()
    statement = sa.select(*Edit.__table__.columns).where(condition).order_by(order).limit(newest)
    rows = connection.execute(statement).mappings()
    return [RecordedEdit(**{**row, "field": EditField(row["field"])}) for row in rows]
