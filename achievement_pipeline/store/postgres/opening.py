"""Open the achievements database, by its URL or embedded."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from achievement_pipeline.store.embedded import embedded_server
from achievement_pipeline.store.postgres.database import create_engine, ensure_database, migrate

DATABASE_NAME = "achievements"


@contextmanager
def open_database(url: str | None, home: Path) -> Iterator[sa.Engine]:
    """Open the achievements database, migrate it, and yield an engine.

    Args:
        url: The database URL. Without one, an embedded server runs below `home` while any process uses it.
        home: The data folder.

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
