"""Store proposals: texts that an agent or a language model suggests for an achievement. Only the user applies them.

A proposal changes nothing by itself. If the user accepts it, its text becomes an edit like any other.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields

import sqlalchemy as sa

from achievement_pipeline.errors import StoreError
from achievement_pipeline.store.decisions.edits import check_value, record_edit
from achievement_pipeline.store.publications import current_keys
from achievement_pipeline.store.tables import Achievement, EditField, ProposalState
from achievement_pipeline.store.tables import Proposal as _Table

PROPOSED_FIELDS = (EditField.TITLE, EditField.OUTCOME, EditField.DESCRIPTION)
"""The fields that can be proposed: texts, never scores or decisions."""
_MOST_OPEN = 200
"""Open proposals by one maker: more than anybody reads."""


@dataclass(frozen=True)
class Proposal:
    """A stored proposal."""

    id: int
    achievement_key: str
    """The achievement that it was made for. It may have been absorbed by another one since."""
    field: EditField
    value: str
    made_by: str
    """``agent``, or the name of the language model."""
    made_at: dt.datetime
    facts: tuple[str, ...]
    """The facts that it rests on."""
    doubt: str | None
    """Why the facts do not support it, or None if they do."""
    prompt_hash: str | None
    """SHA-256 of the prompt, for a language model."""
    state: ProposalState
    decided_at: dt.datetime | None

    def is_stale(self, facts: Collection[str]) -> bool:
        """Return whether a fact that it rests on is no longer among the facts of the achievement."""
        return not set(self.facts) <= set(facts)


_COLUMNS = [getattr(_Table, field.name) for field in fields(Proposal)]


def propose(  # noqa: PLR0913 - what a proposal is made of
    connection: sa.Connection,
    key: str,
    field: EditField,
    value: str,
    *,
    made_by: str,
    facts: Sequence[str],
    doubt: str | None = None,
    prompt_hash: str | None = None,
) -> Proposal:
    """Store a proposal in place of an open one by the same maker for the same field.

    Args:
        connection: The database.
        key: The achievement.
        field: One of `PROPOSED_FIELDS`.
        value: The proposed text.
        made_by: As in `Proposal`.
        facts: The facts that it rests on.
        doubt: As in `Proposal`.
        prompt_hash: As in `Proposal`.

    Raises:
        StoreError: There is no such achievement, the text is invalid for the field, or too many proposals are open.
    """
    if field not in PROPOSED_FIELDS:
        raise StoreError(f"{field} can't be proposed, only {', '.join(PROPOSED_FIELDS)}.")
    checked = check_value(field, value)
    is_open = (_Table.state == ProposalState.OPEN.value) & (_Table.made_by == made_by)
    connection.execute(
        sa.delete(_Table.table).where(is_open, _Table.achievement_key == key, _Table.field == field.value)
    )
    if (connection.scalar(sa.select(sa.func.count()).where(is_open)) or 0) >= _MOST_OPEN:
        raise StoreError(f"{_MOST_OPEN} proposals by {made_by} are open. Decide them first: achievements review")
    if connection.scalar(sa.select(Achievement.key).where(Achievement.key == key)) is None:
        raise StoreError(f"There is no achievement {key}. `achievements list` shows which there are.")
    row = {"achievement_key": key, "field": field.value, "value": checked, "made_by": made_by, "facts": list(facts)}
    statement = sa.insert(_Table.table).values(**row, doubt=doubt, prompt_hash=prompt_hash).returning(*_COLUMNS)
    return _read(connection.execute(statement).mappings().one())


def open_proposals(connection: sa.Connection, keys: Sequence[str] | None = None) -> dict[str, list[Proposal]]:
    """Return the open proposals, oldest first, by the key of the achievement that the work belongs to now.

    Args:
        connection: The database.
        keys: Only for these achievements and those that they absorbed; None for all.
    """
    return _by_achievement(connection, ProposalState.OPEN, keys)


def accepted_proposals(connection: sa.Connection, keys: Sequence[str]) -> dict[str, list[Proposal]]:
    """Return the accepted proposals, as `open_proposals`."""
    return _by_achievement(connection, ProposalState.ACCEPTED, keys)


def accept(connection: sa.Connection, number: int, made_by: str, value: str | None = None) -> Proposal:
    """Record the text of an open proposal as the user's edit, and return the proposal.

    Args:
        connection: The database.
        number: Its id.
        made_by: The user's address.
        value: The text as the user changed it; None for the text as proposed.

    Raises:
        StoreError: There is no such open proposal, or the changed text is invalid for the field.
    """
    proposal = _decide(connection, number, ProposalState.ACCEPTED)
    key = current_keys(connection, [proposal.achievement_key])[proposal.achievement_key]
    record_edit(connection, key, proposal.field, proposal.value if value is None else value, made_by)
    return proposal


def reject(connection: sa.Connection, number: int) -> Proposal:
    """Mark an open proposal as rejected, and return it.

    Raises:
        StoreError: There is no such open proposal.
    """
    return _decide(connection, number, ProposalState.REJECTED)


def _decide(connection: sa.Connection, number: int, state: ProposalState) -> Proposal:
    statement = (
        sa.update(_Table.table)
        .where(_Table.id == number, _Table.state == ProposalState.OPEN.value)
        .values(state=state.value, decided_at=sa.func.now())
        .returning(*_COLUMNS)
    )
    row = connection.execute(statement).mappings().one_or_none()
    if row is None:
        raise StoreError(f"There is no open proposal {number}. `achievements review` shows which there are.")
    return _read(row)


def _by_achievement(
    connection: sa.Connection, state: ProposalState, keys: Sequence[str] | None
) -> dict[str, list[Proposal]]:
    rows = connection.execute(sa.select(*_COLUMNS).where(_Table.state == state.value).order_by(_Table.id))
    proposals = [_read(row) for row in rows.mappings()]
    current = current_keys(connection, list({each.achievement_key for each in proposals}))
    found: dict[str, list[Proposal]] = {}
    for each in proposals:
        if keys is None or current[each.achievement_key] in keys:
            found.setdefault(current[each.achievement_key], []).append(each)
    return found


def _read(row: sa.RowMapping) -> Proposal:
    return Proposal(
        **{
            **row,
            "field": EditField(row["field"]),
            "facts": tuple(row["facts"]),
            "state": ProposalState(row["state"]),
        }
    )
