"""Publications: which achievement was published on which channel, each at most once.

`publishing.outbox.states` defines the states and their transitions; here they are stored. A change is written only if
the state it started from is still current, and one process at a time sends on a channel.
"""

import datetime as dt
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from achievement_pipeline.errors import StoreError
from achievement_pipeline.store.tables import Achievement, PublicationState
from achievement_pipeline.store.tables import Publication as _Table

_LOCK = 0x70_75_62_6C
"""Any number that no other part of this program takes for the first half of an advisory lock."""
_MAY_BE_PLANNED = (PublicationState.PLANNED, PublicationState.FAILED, PublicationState.WITHDRAWN)
"""In these states it is surely not there."""


@dataclass(frozen=True, kw_only=True)
class Publication:
    """One achievement on one channel; the fields mean what the columns of the table do."""

    id: int
    achievement_key: str
    channel: str
    state: PublicationState
    text: str
    visibility: str
    remote_id: str | None
    attempts: int
    in_doubt: bool
    detail: str
    not_before: dt.datetime | None
    sent_at: dt.datetime | None
    changed_at: dt.datetime


_COLUMNS = [getattr(_Table, field.name) for field in fields(Publication)]


@contextmanager
def only_sender(engine: sa.Engine, channel: str) -> Iterator[None]:
    """Hold the lock of the one process that sends on a channel; it is released when the process ends.

    Raises:
        StoreError: Another process is sending.
    """
    lock = sa.func.pg_advisory_lock(_LOCK, zlib.crc32(channel.encode()) - 2**31)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        try:
            # the server takes a moment to notice that a process has ended
            connection.execute(sa.text("SET lock_timeout = '1s'"))
            connection.execute(sa.select(lock))
        except sa.exc.OperationalError as error:
            connection.invalidate()
            raise StoreError(f"Another process is publishing on {channel}. Try again when it has ended.") from error
        try:
            yield
        finally:
            # the connection goes back to the pool, and would take the lock along
            connection.invalidate()


def find_publications(connection: sa.Connection, channel: str) -> list[Publication]:
    """Return everything that was planned or published on a channel, oldest plan first."""
    rows = connection.execute(sa.select(*_COLUMNS).where(_Table.channel == channel).order_by(_Table.id))
    return [_read(row) for row in rows.mappings()]


def find_publications_of(connection: sa.Connection, key: str) -> list[Publication]:
    """Return what was planned or published of an achievement and of those that it absorbed."""
    absorbed = sa.select(Achievement.key).where(Achievement.absorbed_by == key)
    mine = (_Table.achievement_key == key) | _Table.achievement_key.in_(absorbed)
    rows = connection.execute(sa.select(*_COLUMNS).where(mine).order_by(_Table.id))
    return [_read(row) for row in rows.mappings()]


def current_keys(connection: sa.Connection, keys: Sequence[str]) -> dict[str, str]:
    """Return the key of the achievement that the work of each key belongs to now, by the key."""
    parts = sa.select(Achievement.key, Achievement.absorbed_by).where(Achievement.absorbed_by.is_not(None))
    absorbed = connection.execute(parts.where(Achievement.key.in_(keys)))
    whole = {part: str(root) for part, root in absorbed}
    if not whole:
        return {key: key for key in keys}
    further = current_keys(connection, list(whole.values()))
    return {key: further[whole[key]] if key in whole else key for key in keys}


def published_keys(connection: sa.Connection, channel: str) -> set[str]:
    """Return the keys of achievements that were published on a channel, or may have been.

    Where one was absorbed since, the one that absorbed it counts too: it is the same work.
    """
    published = (
        sa.select(_Table.achievement_key.label("key"))
        .where(_Table.channel == channel, _Table.state.not_in([state.value for state in _MAY_BE_PLANNED]))
        .cte("published", recursive=True)
    )
    whole = sa.select(Achievement.absorbed_by).join(published, Achievement.key == published.c.key)
    published = published.union(whole.where(Achievement.absorbed_by.is_not(None)))
    return set(connection.scalars(sa.select(published.c.key)))


def plan(connection: sa.Connection, channel: str, key: str, text: str, visibility: str) -> Publication:
    """Plan the post of an achievement, or replace the text of a plan, and return it.

    Raises:
        StoreError: It was already published, or may have been.
    """
    planned = {"state": PublicationState.PLANNED.value, "text": text, "visibility": visibility}
    statement = (
        postgresql.insert(_Table.table)
        .values(achievement_key=key, channel=channel, detail="", **planned)
        .on_conflict_do_update(
            index_elements=["channel", "achievement_key"],
            set_=planned,
            where=_Table.state.in_([state.value for state in _MAY_BE_PLANNED]),
        )
        .returning(*_COLUMNS)
    )
    row = connection.execute(statement).mappings().one_or_none()
    if row is None:
        raise StoreError(
            f"{key} was already published on {channel}, or may have been: see `achievements publish status`."
        )
    return _read(row)


def record(connection: sa.Connection, before: Publication, after: Publication) -> None:
    """Store the new state of a publication.

    Raises:
        StoreError: Another process changed it in the meantime.
    """
    changed = {field.name: getattr(after, field.name) for field in fields(Publication) if field.name != "id"}
    statement = (
        sa.update(_Table.table)
        .where(_Table.id == before.id, _Table.state == before.state.value, _Table.attempts == before.attempts)
        .values(**{**changed, "state": after.state.value})
    )
    if connection.execute(statement).rowcount != 1:
        raise StoreError(f"{before.achievement_key} on {before.channel} was changed by another process. Look again.")


def _read(row: sa.RowMapping) -> Publication:
    return Publication(**{**row, "state": PublicationState(row["state"])})
