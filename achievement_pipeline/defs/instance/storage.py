"""Storage for Dagster's own records: runs, events, ticks. ``dagster.yaml`` refers to it.

If ``DATABASE_URL`` is set, records are stored in a separate database on that server, else in SQLite files in the user's
data folder. See ``docs/decisions/0002-dagster-storage.md``.
"""

import sqlite3
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from dagster_postgres import DagsterPostgresStorage
from dagster_postgres.utils import retry_pg_connection_fn

from achievement_pipeline.defs.instance.compat import (
    INDEX_SHARD_NAME,
    ConfigurableClassData,
    DagsterSqliteStorage,
    SqliteEventLogStorage,
    read_migrations_once,
)
from achievement_pipeline.settings import Environment, load_settings
from achievement_pipeline.store.postgres.database import ensure_database, normalise_url
from achievement_pipeline.system import locks

DATABASE_NAME = "dagster"

_SECONDS_TO_OPEN = 120
_SECONDS_TO_WAIT = 30
"""Timeout for a file that another process is writing."""


class EnvironmentStorage(DagsterPostgresStorage):
    """Selects Dagster's storage by the settings, so that one ``dagster.yaml`` works on a laptop and on a cluster."""

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        """No configuration: the settings decide."""
        return {}

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Any) -> Any:  # noqa: ANN401, ARG003
        """Return the storage selected by the settings.

        Raises:
            SettingsError: A setting is invalid.
            StoreError: The database server is unusable.
        """
        settings = load_settings()
        url = _postgres_url(settings.environment)
        if url is not None:
            return _PostgresStorage(url, inst_data)
        return _sqlite_storage(settings.home / "dagster", inst_data)


def _postgres_url(environment: Environment) -> str | None:
    """Return the URL of Dagster's database. It is created if only that of the achievements is set."""
    if environment.dagster_database_url:
        url = normalise_url(environment.dagster_database_url.get_secret_value())
    elif environment.database_url:
        url = ensure_database(environment.database_url.get_secret_value(), DATABASE_NAME)
    else:
        return None
    return url.render_as_string(hide_password=False)


def _sqlite_storage(folder: Path, inst_data: ConfigurableClassData | None) -> DagsterSqliteStorage:
    """Open the SQLite files, one process at a time.

    Processes that create them concurrently crash, and can corrupt them permanently ("Version table has more than one
    head"): this happened in 7 of 7 trials with four processes.
    """
    read_migrations_once()
    folder.mkdir(parents=True, exist_ok=True)
    lock = folder / "storage.lock"
    lock.touch(mode=0o600)
    with locks.exclusive(lock, "Dagster's records", seconds=_SECONDS_TO_OPEN):
        _refuse_empty(folder)
        with _every_file_written_ahead():
            return _SqliteStorage.from_local(str(folder), inst_data=inst_data)


def _refuse_empty(folder: Path) -> None:
    """Refuse files emptied by a power loss. Dagster would treat them as databases without tables.

    Raises:
        sqlite3.DatabaseError: A file is empty.
    """
    for name in ("history/runs.db", f"history/runs/{INDEX_SHARD_NAME}.db", "schedules/schedules.db"):
        file = folder / name
        if file.is_file() and file.stat().st_size == 0:
            raise sqlite3.DatabaseError(f"{file} is empty")


class _PostgresStorage(DagsterPostgresStorage):
    """Pools connections. Dagster's own storage opens one per statement: 690 for the run of one repository."""

    def __init__(self, url: str, inst_data: ConfigurableClassData | None = None) -> None:
        # reopen connections that the server has dropped
        engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", max_overflow=-1, pool_pre_ping=True)
        # Dagster's own storage connects twice for each part of it to look for its tables
        super().__init__(url, should_autocreate_tables=not _has_all_tables(engine), inst_data=inst_data)
        storages: tuple[Any, ...] = (self.event_log_storage, self.run_storage, self.schedule_storage)
        for storage in storages:
            storage._engine = engine  # noqa: SLF001 - the pool is not configurable
        _remember_tables(self.event_log_storage)


def _has_all_tables(engine: sa.Engine) -> bool:
    """Whether the tables are there by which Dagster knows that a part of its records was made."""
    tables = retry_pg_connection_fn(lambda: sa.inspect(engine).get_table_names())
    return {"runs", "instance_info", "event_logs", "jobs"} <= set(tables)


class _SqliteStorage(DagsterSqliteStorage):
    """Dagster's own storage, which creates an engine per statement, with one for each of its files.

    That is most of what a statement costs, and of what an idle service does.
    """

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        super().__init__(base_dir, inst_data)
        self._event_log_storage = _EventLog(self._event_log_storage._base_dir)  # noqa: SLF001 - not exposed otherwise
        _remember_tables(self._event_log_storage)
        storages: tuple[Any, ...] = (self._run_storage, self._schedule_storage)
        for storage in storages:
            engine = _make_engine(storage._conn_string)  # noqa: SLF001
            storage.connect = engine.begin
            storage.dispose = engine.dispose


class _EventLog(SqliteEventLogStorage):
    """Caches engines. Dagster's own event log creates one per statement, which is most of its cost.

    The cache holds the engines of the index file and of the last used run.
    """

    def __init__(self, base_dir: str) -> None:
        self._engines: dict[str, sa.Engine] = {}
        super().__init__(base_dir)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[sa.Connection]:
        with self._db_lock:
            engine = self._engine(shard)
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            with engine.begin() as connection:
                yield connection

    def has_table(self, table_name: str) -> bool:
        """Return whether the index file has a table."""
        # without the lock, as in Dagster: the caller holds it
        return sa.inspect(self._engine(INDEX_SHARD_NAME)).has_table(table_name)

    def dispose(self) -> None:
        """Close all files."""
        with self._db_lock:
            self._close(self._engines.keys())
        super().dispose()

    def _engine(self, shard: str) -> sa.Engine:
        if shard not in self._engines:
            self._close(self._engines.keys() - {INDEX_SHARD_NAME})
            self._engines[shard] = _make_engine(self.conn_string_for_shard(shard))
        return self._engines[shard]

    def _close(self, shards: Collection[str]) -> None:
        for shard in list(shards):
            self._engines.pop(shard).dispose()


def _remember_tables(event_log: Any) -> None:  # noqa: ANN401 - a method is replaced
    """Let an event log look once for each table that it has: a run asks 190 times, and no table is ever dropped."""
    has_table, found = event_log.has_table, set[str]()

    def has_table_once(name: str) -> bool:
        if name not in found and has_table(name):
            found.add(name)
        return name in found

    event_log.has_table = has_table_once


def _make_engine(address: str) -> sa.Engine:
    engine = sa.create_engine(address, connect_args={"timeout": _SECONDS_TO_WAIT}, max_overflow=-1)
    sa.event.listen(engine, "connect", _write_ahead)
    return engine


@contextmanager
def _every_file_written_ahead() -> Iterator[None]:
    """Write ahead to the SQLite files that are opened in the block, also by engines that Dagster makes itself.

    It creates its tables and indexes in a transaction each. On a busy disk 40 of them took 1.5 seconds.
    """
    sa.event.listen(sa.Pool, "connect", _write_ahead)
    try:
        yield
    finally:
        sa.event.remove(sa.Pool, "connect", _write_ahead)


def _write_ahead(connection: object, _record: object) -> None:
    """Let no commit wait for the disk: this can lose only the last events, and only if the machine crashes."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
