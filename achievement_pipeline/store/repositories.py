"""The repositories that were asked for: where the key of each leads to."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from achievement_pipeline.errors import StoreError
from achievement_pipeline.store.tables import Repository


@dataclass(frozen=True)
class KnownRepository:
    """A repository that was asked for once."""

    key: str
    location: str
    """Path or clone URL, without credentials."""
    branches: str
    """``default`` or ``all``."""
    missing_since: dt.datetime | None = None
    """Since when it can't be found; what was collected from it is kept."""


_KNOWN = sa.select(Repository.key, Repository.location, Repository.branches, Repository.missing_since)


def remember_repository(engine: sa.Engine, key: str, location: str, branches: str) -> None:
    """Note where a repository is; a repository that moved is followed, a missing one is found again."""
    statement = insert(Repository).values(key=key, location=location, branches=branches)
    changed = {"location": statement.excluded.location, "branches": statement.excluded.branches, "missing_since": None}
    with engine.begin() as connection:
        connection.execute(statement.on_conflict_do_update(index_elements=[Repository.key], set_=changed))


def mark_repository_missing(engine: sa.Engine, key: str) -> None:
    """Note that a repository can't be found; since when stays what it was."""
    statement = (
        sa.update(Repository)
        .where(Repository.key == key, Repository.missing_since.is_(None))
        .values(missing_since=sa.func.now())
    )
    with engine.begin() as connection:
        connection.execute(statement)


def note_visibility(engine: sa.Engine, key: str, visibility: str | None) -> None:
    """Note who can see a repository, as its host says: ``public``, ``private``, or nothing."""
    statement = sa.update(Repository).where(Repository.key == key).values(visibility=visibility)
    with engine.begin() as connection:
        connection.execute(statement)


def mark_repositories_found(engine: sa.Engine, keys: Collection[str]) -> None:
    """Note that repositories are where they were."""
    found = Repository.key.in_(keys) & Repository.missing_since.is_not(None)
    with engine.begin() as connection:
        connection.execute(sa.update(Repository).where(found).values(missing_since=None))


def forget_repository(engine: sa.Engine, key: str) -> None:
    """Forget where a repository is; what was collected from it is kept."""
    with engine.begin() as connection:
        connection.execute(sa.delete(Repository).where(Repository.key == key))


def find_repository(engine: sa.Engine, key: str) -> KnownRepository:
    """Return what is known of one repository.

    Raises:
        StoreError: It was never asked for.
    """
    with engine.connect() as connection:
        row = connection.execute(_KNOWN.where(Repository.key == key)).one_or_none()
    if row is None:
        raise StoreError(f"The repository {key} is not known. Run `achievements collect --repo PATH_OR_URL` once.")
    return KnownRepository(*row)


def list_repositories(engine: sa.Engine) -> list[KnownRepository]:
    """Return all known repositories, by key."""
    with engine.connect() as connection:
        return [KnownRepository(*row) for row in connection.execute(_KNOWN.order_by(Repository.key))]
