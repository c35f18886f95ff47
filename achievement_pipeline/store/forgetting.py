"""Remove a repository with its activities and achievements, keeping the user's decisions or not."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from achievement_pipeline.store.pieces.upsert import Compose, drop_activities, exclusive_transaction
from achievement_pipeline.store.tables import (
    Achievement,
    Activity,
    Edit,
    FormerName,
    Proposal,
    Publication,
    Repository,
    Skill,
    Slice,
)


@dataclass(frozen=True)
class Forgotten:
    """The number of rows removed with a repository."""

    activities: int
    achievements: int
    kept: int
    """Achievements that are retracted but kept, because the user edited or published them."""


def forget(
    engine: sa.Engine, key: str, slices: Collection[str], compose: Compose, *, with_decisions: bool = False
) -> Forgotten:
    """Remove a repository, in one transaction.

    Pieces of work that also have activities from elsewhere, such as an issue that a commit closed, are composed again
    without it.

    Args:
        engine: The database.
        key: The repository.
        slices: Names of the slices that were collected from it.
        compose: Composes the achievements.
        with_decisions: Whether to remove the user's edits and publications too.
    """
    with exclusive_transaction(engine) as connection:
        activities = list(connection.scalars(sa.select(Activity.key).where(Activity.slice.in_(slices))))
        drop_activities(connection, activities, compose)
        connection.execute(sa.delete(Slice.table).where(Slice.name.in_(slices)))
        gone = list(
            connection.scalars(
                sa.select(Achievement.key).where(
                    Achievement.key.in_(activities) | (Achievement.repository == key),
                    Achievement.retracted_at.is_not(None),
                )
            )
        )
        kept = set() if with_decisions else _decided(connection, gone)
        _delete(connection, [achievement for achievement in gone if achievement not in kept])
        connection.execute(sa.delete(Repository.table).where(Repository.key == key))
    return Forgotten(len(activities), len(gone) - len(kept), len(kept))


def _decided(connection: sa.Connection, keys: Sequence[str]) -> set[str]:
    """Return the keys of the achievements that the user edited or published."""
    chosen = sa.select(Edit.achievement_key).where(Edit.achievement_key.in_(keys))
    return set(
        connection.scalars(
            chosen.union(sa.select(Publication.achievement_key).where(Publication.achievement_key.in_(keys)))
        )
    )


def _delete(connection: sa.Connection, keys: Sequence[str]) -> None:
    for table in (Skill, FormerName, Edit, Proposal, Publication):
        connection.execute(sa.delete(table.table).where(table.achievement_key.in_(keys)))
    absorbed = sa.update(Achievement.table).where(Achievement.absorbed_by.in_(keys))
    connection.execute(absorbed.values(absorbed_by=None))
    connection.execute(sa.delete(Achievement.table).where(Achievement.key.in_(keys)))
