"""Count how achievements changed since a snapshot, such as during a command that runs several jobs."""

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa

from achievement_pipeline.store.tables import Achievement


@dataclass(frozen=True)
class ChangeCounts:
    """The number of achievements by what changed; each counts once."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    retracted: int = 0
    """Retracted now, or new and retracted at once."""
    restored: int = 0
    """No longer retracted."""


@dataclass(frozen=True)
class Snapshot:
    """The state of the achievements at a point in time, for `changes_since`."""

    at: dt.datetime
    """By the database's clock."""
    retracted: frozenset[str]
    """Keys of the achievements that were retracted."""


def take_snapshot(connection: sa.Connection) -> Snapshot:
    """Take a snapshot for `changes_since`."""
    retracted = connection.scalars(sa.select(Achievement.key).where(Achievement.retracted_at.is_not(None)))
    return Snapshot(connection.scalars(sa.select(sa.func.clock_timestamp())).one(), frozenset(retracted))


def changes_since(connection: sa.Connection, snapshot: Snapshot) -> ChangeCounts:
    """Count how all achievements changed since a snapshot. Those added and retracted since are not counted."""
    is_active = Achievement.retracted_at.is_(None)
    existed = Achievement.created_at < snapshot.at
    was_retracted = Achievement.key == sa.any_(sa.literal(sorted(snapshot.retracted), sa.ARRAY(sa.Text())))
    was_updated = Achievement.updated_at >= snapshot.at
    outcomes = {
        "new": is_active & ~existed,
        "changed": is_active & existed & ~was_retracted & was_updated,
        "unchanged": is_active & existed & ~was_retracted & ~was_updated,
        "retracted": ~is_active & existed & ~was_retracted,
        "restored": is_active & was_retracted,
    }
    numbers = (sa.func.count().filter(condition).label(name) for name, condition in outcomes.items())
    return ChangeCounts(**connection.execute(sa.select(*numbers).select_from(Achievement.table)).mappings().one())
