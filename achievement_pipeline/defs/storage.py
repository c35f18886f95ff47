"""Where Dagster keeps its own records: runs, events, ticks. Named by ``dagster.yaml``.

Beside the achievements when ``DATABASE_URL`` names a server, in a database of their own; else in SQLite files in the
user's data folder (why: ``docs/decisions/0002-dagster-storage.md``).
"""

import fcntl
import functools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from dagster._serdes import ConfigurableClassData
from dagster_postgres import DagsterPostgresStorage

from achievement_pipeline.settings import Environment, load_settings
from achievement_pipeline.store.database import ensure_database, normalise_url

DATABASE_NAME = "dagster"

_SECONDS_TO_WAIT = 30
"""For a file that another process writes to."""


class EnvironmentStorage(DagsterPostgresStorage):
    """Picks Dagster's storage by the pipeline's settings, so that one ``dagster.yaml`` serves laptop and cluster."""

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        """Take no configuration: the settings decide."""
        return {}

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Any) -> Any:  # noqa: ANN401, ARG003
        """Return the storage that the settings ask for, ready to be used.

        Raises:
            SettingsError: A setting is wrong.
            StoreError: The database server can't be used.
        """
        settings = load_settings()
        url = _postgres_url(settings.environment)
        if url is not None:
            return DagsterPostgresStorage(url, inst_data=inst_data)
        return _sqlite_storage(settings.home / "dagster", inst_data)


def _postgres_url(environment: Environment) -> str | None:
    """Return the address of Dagster's database, which is made where only that of the achievements is given."""
    if environment.dagster_database_url:
        url = normalise_url(environment.dagster_database_url.get_secret_value())
    elif environment.database_url:
        url = ensure_database(environment.database_url.get_secret_value(), DATABASE_NAME)
    else:
        return None
    return url.render_as_string(hide_password=False)


def _sqlite_storage(folder: Path, inst_data: ConfigurableClassData | None) -> DagsterSqliteStorage:
    """Open the SQLite files, one process at a time.

    Processes that create them side by side crash, and can leave them broken for good ("Version table has more than one
    head"): seen in 7 of 7 trials of four processes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "storage.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _SqliteStorage.from_local(str(folder), inst_data=inst_data)


class _SqliteStorage(DagsterSqliteStorage):
    """Dagster's own, with a quicker event log."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        super().__init__(base_dir, inst_data)
        self._event_log_storage = _EventLog(self._event_log_storage._base_dir)  # noqa: SLF001 - it knows its folder


class _EventLog(SqliteEventLogStorage):
    """Dagster's own makes an engine for every event, which compiles each statement anew: half of what records cost."""

    @contextmanager
    def _connect(self, shard: str) -> Iterator[sa.Connection]:
        with self._db_lock:
            engine = _engine(self.conn_string_for_shard(shard))
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            with engine.begin() as connection:
                yield connection

    def has_table(self, table_name: str) -> bool:
        """Whether the file of all runs has a table."""
        return sa.inspect(_engine(self.conn_string_for_shard("index"))).has_table(table_name)


@functools.lru_cache(maxsize=8)  # a file a run: the daemon sees many
def _engine(address: str) -> sa.Engine:
    # no connection outlives its use, so that none is carried over a fork
    return sa.create_engine(address, poolclass=sa.NullPool, connect_args={"timeout": _SECONDS_TO_WAIT})
