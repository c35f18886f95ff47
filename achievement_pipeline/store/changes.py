"""What became of the achievements between two moments: what a command changed that ran one job after the other."""

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa

from achievement_pipeline.store.achievements import Outcome
from achievement_pipeline.store.tables import Achievement


@dataclass(frozen=True)
class Moment:
    """What has to be known of a moment to say later what changed since."""

    at: dt.datetime
    """By the database's clock."""
    retracted: frozenset[str]
    """Keys of the achievements that did not count then."""


def this_moment(connection: sa.Connection) -> Moment:
    """Return what `changes_since` needs."""
    retracted = connection.scalars(sa.select(Achievement.key).where(Achievement.retracted_at.is_not(None)))
    return Moment(connection.scalars(sa.select(sa.func.clock_timestamp())).one(), frozenset(retracted))


def changes_since(connection: sa.Connection, moment: Moment) -> Outcome:
    """Compare all achievements with those of an earlier moment; what came and went meanwhile does not count."""
    counts = Achievement.retracted_at.is_(None)
    was_there = Achievement.created_at < moment.at
    did_not_count = Achievement.key == sa.any_(sa.literal(sorted(moment.retracted), sa.ARRAY(sa.Text())))
    was_written = Achievement.updated_at >= moment.at
    outcomes = {
        "new": counts & ~was_there,
        "changed": counts & was_there & ~did_not_count & was_written,
        "unchanged": counts & was_there & ~did_not_count & ~was_written,
        "retracted": ~counts & was_there & ~did_not_count,
        "restored": counts & did_not_count,
    }
    numbers = (sa.func.count().filter(condition).label(name) for name, condition in outcomes.items())
    return Outcome(**connection.execute(sa.select(*numbers).select_from(Achievement)).mappings().one())
