"""Store edits: a user's changes to achievements, in rows of their own that are applied when achievements are read."""

import datetime as dt
from dataclasses import dataclass
from typing import Annotated, Any

import sqlalchemy as sa
from pydantic import StringConstraints, TypeAdapter, ValidationError

from achievement_pipeline.errors import StoreError
from achievement_pipeline.parsing.validation import describe_problems
from achievement_pipeline.store.decisions.manual import Category, Description, Points, Sentence, Title, Word
from achievement_pipeline.store.reading import fingerprints
from achievement_pipeline.store.tables import GONE, Achievement, Edit, EditField, Publication, PublicationState


@dataclass(frozen=True)
class RecordedEdit:
    """A stored edit."""

    id: int
    achievement_key: str
    """The achievement that was edited. It may have been absorbed by another one since."""
    field: EditField
    value: Any
    channel: str | None
    """The channel that it applies to, or None for all."""
    made_at: dt.datetime
    made_by: str
    undone_at: dt.datetime | None


@dataclass(frozen=True)
class Placement:
    """The parent that a user gave to an activity: the value of `EditField.BELONGS_TO`."""

    activity: str
    parent: str | None
    """The parent activity, or None to make it a piece of work of its own."""


@dataclass(frozen=True)
class Orphan:
    """An edited or published achievement that is gone from its source and has no successor."""

    key: str
    title: str
    decisions: tuple[str, ...]
    """Names of the edited fields, and ``published on CHANNEL``."""


Fingerprint = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]

_TEXT = (EditField.TITLE, EditField.DESCRIPTION, EditField.OUTCOME)
_VALUES: dict[EditField, TypeAdapter[Any]] = {
    EditField.TITLE: TypeAdapter(Title),
    EditField.DESCRIPTION: TypeAdapter(Description),
    EditField.OUTCOME: TypeAdapter(Sentence),
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
    """Record a user's edit of an achievement, and return the edit's number.

    An approval is stored as the fingerprint of the approved text, so that it lapses when the text changes. If the user
    who approved a text then edits it, the approval is moved to the new text.

    Args:
        connection: The database.
        key: The achievement.
        field: The field to change.
        value: The new value. For an approval, true for the current text, the fingerprint of the text that the user saw,
            or false.
        made_by: The user's address.
        channel: The channel that an approval is for, or None for all.

    Raises:
        StoreError: There is no such achievement, or the value is invalid for the field.
    """
    checked = check_value(field, value)
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
    statement = sa.insert(Edit.table).from_select(
        ["achievement_key", "field", "value", "channel", "made_by"], edited.where(Achievement.key == key)
    )
    number: int | None = connection.scalar(statement.returning(Edit.id))
    if number is None:
        raise StoreError(f"There is no achievement {key}. `achievements list` shows which there are.")
    if field in _TEXT:
        _carry_approvals(connection, key, before[key], made_by)
    return number


def check_value(field: EditField, value: object) -> Any:  # noqa: ANN401 - JSON
    """Return a value as it is stored.

    Raises:
        StoreError: It is invalid for the field.
    """
    try:
        return _VALUES[field].dump_python(_VALUES[field].validate_python(value, strict=True))
    except ValidationError as error:
        problems = "; ".join(words for _, words in describe_problems(error))
        raise StoreError(f"{field} can't be {value!r}: {problems}.") from error


def edits_of(connection: sa.Connection, key: str) -> list[RecordedEdit]:
    """Return the edits of an achievement and of those that it absorbed, including undone ones, oldest first."""
    absorbed = sa.select(Achievement.key).where(Achievement.absorbed_by == key)
    mine = (Edit.achievement_key == key) | Edit.achievement_key.in_(absorbed)
    return _read_edits(connection, mine)


def get_edit(connection: sa.Connection, number: int) -> RecordedEdit:
    """Return an edit by its number.

    Raises:
        StoreError: There is no such edit.
    """
    edits = _read_edits(connection, Edit.id == number)
    if not edits:
        raise StoreError(f"There is no edit {number}. `achievements history` shows which there are.")
    return edits[0]


def latest_decision(connection: sa.Connection) -> list[RecordedEdit]:
    """Return the edits of the latest transaction that has not been undone. They have the same `made_at`.

    Raises:
        StoreError: There is nothing to undo.
    """
    latest = sa.select(Edit.made_at).where(Edit.undone_at.is_(None)).order_by(Edit.id.desc()).limit(1)
    edits = _read_edits(connection, (Edit.made_at == latest.scalar_subquery()) & Edit.undone_at.is_(None))
    if not edits:
        raise StoreError("There is nothing to undo.")
    return edits


def recent_edits(connection: sa.Connection, limit: int) -> list[RecordedEdit]:
    """Return the latest edits of all achievements, including undone ones, newest first."""
    return _read_edits(connection, sa.true(), newest=limit)


def orphaned_decisions(connection: sa.Connection) -> list[Orphan]:
    """Return the orphans, by key: their edits and publications apply to no other achievement."""
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
    """Mark an edit as undone. It stays in the history. For an edit of `EditField.BELONGS_TO`, see `grouping.take_back`.

    Raises:
        StoreError: There is no such edit, or it is already undone.
    """
    statement = sa.update(Edit.table).where(Edit.id == number, Edit.undone_at.is_(None)).values(undone_at=sa.func.now())
    if connection.execute(statement.returning(Edit.id)).one_or_none() is None:
        raise StoreError(f"There is no edit {number} that could be undone.")


def _carry_approvals(connection: sa.Connection, key: str, before: str, made_by: str) -> None:
    """Move a user's approvals of the text `before` to the text that they have just edited it to."""
    now = fingerprints(connection, [key])[key]
    absorbed = sa.select(Achievement.key).where(Achievement.absorbed_by == key)
    approved = (Edit.field == EditField.APPROVED.value) & (Edit.value == sa.literal(before, Edit.value.type))
    theirs = (Edit.made_by == made_by) & ((Edit.achievement_key == key) | Edit.achievement_key.in_(absorbed))
    connection.execute(sa.update(Edit.table).where(approved, theirs, Edit.undone_at.is_(None)).values(value=now))


def _read_edits(
    connection: sa.Connection, condition: sa.ColumnElement[bool], newest: int | None = None
) -> list[RecordedEdit]:
    order = Edit.id if newest is None else Edit.id.desc()
    statement = sa.select(*Edit.table.columns).where(condition).order_by(order).limit(newest)
    rows = connection.execute(statement).mappings()
    return [RecordedEdit(**{**row, "field": EditField(row["field"])}) for row in rows]
