"""The known repositories: the locations of each by its key."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from achievement_pipeline.errors import StoreError, did_you_mean
from achievement_pipeline.store.tables import Repository, Slice


@dataclass(frozen=True)
class KnownRepository:
    """A repository that is collected."""

    key: str
    location: str
    """Path or clone URL, without credentials."""
    branches: str
    """``default`` or ``all``."""
    missing_since: dt.datetime | None = None
    """When it could first not be found. Its collected data is kept."""
    other_locations: Sequence[str] = ()
    """Other clones and work trees of it."""

    @property
    def locations(self) -> tuple[str, ...]:
        """All locations, the main one first."""
        return (self.location, *self.other_locations)


_KNOWN = sa.select(
    Repository.key, Repository.location, Repository.branches, Repository.missing_since, Repository.other_locations
)


def remember_repository(
    engine: sa.Engine, key: str, location: str, branches: str, *, without: Collection[str] = ()
) -> None:
    """Add a location to a repository, and mark the repository as found.

    Args:
        engine: The database.
        key: The repository's key.
        location: Path or clone URL, without credentials.
        branches: ``default`` or ``all``.
        without: Locations to remove.
    """
    with engine.begin() as connection:
        known = connection.execute(_KNOWN.where(Repository.key == key).with_for_update()).one_or_none()
        before = KnownRepository(*known).locations if known else ()
        first, *others = dict.fromkeys([*(one for one in before if one not in without), location])
        values = {"location": first, "other_locations": others, "branches": branches, "missing_since": None}
        statement = insert(Repository.table).values(key=key, **values)
        connection.execute(statement.on_conflict_do_update(index_elements=[Repository.key], set_=values))


def forget_location(engine: sa.Engine, key: str, location: str) -> None:
    """Remove a location of a repository, unless it is the only one."""
    with engine.begin() as connection:
        known = connection.execute(_KNOWN.where(Repository.key == key).with_for_update()).one_or_none()
        left = [one for one in KnownRepository(*known).locations if one != location] if known else []
        if left:
            values = {"location": left[0], "other_locations": left[1:]}
            connection.execute(sa.update(Repository.table).where(Repository.key == key).values(values))


def mark_repository_missing(engine: sa.Engine, key: str) -> None:
    """Mark a repository as missing. If it is already, the time is kept."""
    statement = (
        sa.update(Repository.table)
        .where(Repository.key == key, Repository.missing_since.is_(None))
        .values(missing_since=sa.func.now())
    )
    with engine.begin() as connection:
        connection.execute(statement)


def note_visibility(engine: sa.Engine, key: str, visibility: str | None) -> None:
    """Store the visibility of a repository as reported by its host: ``public``, ``private`` or None."""
    statement = sa.update(Repository.table).where(Repository.key == key).values(visibility=visibility)
    with engine.begin() as connection:
        connection.execute(statement)


def mark_repositories_found(engine: sa.Engine, keys: Collection[str]) -> None:
    """Mark repositories as found."""
    found = Repository.key.in_(keys) & Repository.missing_since.is_not(None)
    with engine.begin() as connection:
        connection.execute(sa.update(Repository.table).where(found).values(missing_since=None))


def forget_repository(engine: sa.Engine, key: str) -> None:
    """Remove a repository's row. Its collected data is kept: see `store.forgetting`."""
    with engine.begin() as connection:
        connection.execute(sa.delete(Repository.table).where(Repository.key == key))


def find_repository(engine: sa.Engine, key: str) -> KnownRepository:
    """Return a repository by its key.

    Raises:
        StoreError: It is not known.
    """
    with engine.connect() as connection:
        row = connection.execute(_KNOWN.where(Repository.key == key)).one_or_none()
    if row is None:
        raise StoreError(f"The repository {key} is not known. Run `achievements collect PATH_OR_URL` once.")
    return KnownRepository(*row)


def known_locations(connection: sa.Connection) -> list[str]:
    """Return all locations of the known repositories: paths and clone URLs."""
    known = [KnownRepository(*row) for row in connection.execute(_KNOWN.order_by(Repository.key))]
    return [location for repository in known for location in repository.locations]


def find_known(engine: sa.Engine, name: str) -> KnownRepository:
    """Find a repository by its key, the end of its key (``owner/name``, ``name``), or a location.

    Raises:
        StoreError: No repository matches, or several do.
    """
    known = list_repositories(engine)
    wanted = name.rstrip("/").casefold()
    exact = [each for each in known if wanted in (each.key.casefold(), *map(str.casefold, each.locations))]
    found = exact or [each for each in known if each.key.casefold().endswith(f"/{wanted}")]
    if len(found) == 1:
        return found[0]
    if found:
        raise StoreError("\n  ".join([f"{name} matches several repositories:", *(each.key for each in found)]))
    raise StoreError(f"There is no repository {name}.{did_you_mean(name, (each.key for each in known))}")


def list_repositories(engine: sa.Engine) -> list[KnownRepository]:
    """Return all known repositories, by key."""
    with engine.connect() as connection:
        return [KnownRepository(*row) for row in connection.execute(_KNOWN.order_by(Repository.key))]


def stored_at(connection: sa.Connection) -> dict[str, dt.datetime]:
    """Return when each slice was stored last, by its name: when there was something new in it."""
    return {row.name: row.stored_at for row in connection.execute(sa.select(Slice.name, Slice.stored_at))}
