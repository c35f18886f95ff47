"""Opens the achievements' database, wherever it is: given by an address, or embedded."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from achievement_pipeline.store.database import create_engine, ensure_database, migrate
from achievement_pipeline.store.embedded import embedded_server

DATABASE_NAME = "achievements"


@contextmanager
def open_database(url: str | None, home: Path) -> Iterator[sa.Engine]:
    """Give an engine on the achievements' database, its tables of this program's version.

    Args:
        url: The address of the database; without one a server runs below `home` as long as anybody uses it.
        home: The folder of everything that is kept on this machine.

    Raises:
        StoreError: The database can't be used.
    """
    if url is not None:
        with _migrated(url) as engine:
            yield engine
        return
    with (
        embedded_server(home) as server,
        _migrated(ensure_database(server.url(), DATABASE_NAME)) as engine,
    ):
        yield engine


@contextmanager
def _migrated(url: str | sa.URL) -> Iterator[sa.Engine]:
    engine = create_engine(url)
    try:
        migrate(engine)
        yield engine
    finally:
        engine.dispose()
