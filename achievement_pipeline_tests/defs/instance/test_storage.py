"""Dagster's own records: in files, as one person has them, and in a database."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
import sqlalchemy as sa
from dagster._core.storage import sql
from dagster._core.storage.event_log.sqlite import sqlite_event_log

from achievement_pipeline.cli.dagster_home import use_dagster_home
from achievement_pipeline.settings import load_settings
from achievement_pipeline.store.postgres.database import create_engine


@dg.asset
def counted() -> dg.MaterializeResult:
    """Anything."""
    return dg.MaterializeResult(metadata={"rows": 3})


@pytest.fixture
def dagster_home(home: Path) -> None:  # noqa: ARG001 - first its environment
    """The instance of a user without any setting."""
    use_dagster_home(load_settings())


@pytest.mark.usefixtures("dagster_home")
def test_the_records_of_runs_are_there_for_the_next_process() -> None:
    with dg.DagsterInstance.get() as instance:
        results = [dg.materialize([counted], instance=instance) for _ in range(2)]
    with dg.DagsterInstance.get() as instance:
        found = instance.fetch_materializations(counted.key, limit=5).records
        events = [instance.all_logs(result.run_id) for result in results]
    assert [record.run_id for record in found] == [result.run_id for result in reversed(results)]
    assert all(any(entry.dagster_event_type == dg.DagsterEventType.RUN_SUCCESS for entry in each) for each in events)


@pytest.mark.usefixtures("dagster_home")
def test_the_scripts_of_dagsters_migrations_are_read_once() -> None:
    with dg.DagsterInstance.get():
        config = sql.get_alembic_config(sqlite_event_log.__file__)
    scripts = vars(sql)["ScriptDirectory"]
    assert scripts.from_config(config) is scripts.from_config(config)


@pytest.mark.usefixtures("dagster_home")
def test_no_table_waits_for_the_disk() -> None:
    modes: set[tuple[object, object]] = set()

    @sa.event.listens_for(sa.Engine, "before_cursor_execute")
    def note(connection: sa.Connection, _cursor: object, statement: str, *_: object) -> None:
        if connection.dialect.name == "sqlite" and statement.strip().startswith(("CREATE", "INSERT")):
            cursor = connection.connection.cursor()
            pragmas = [cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
            modes.add((pragmas[0], pragmas[1]))

    try:
        with dg.DagsterInstance.get() as instance:
            dg.materialize([counted], instance=instance)
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
    assert modes == {("wal", 1)}


@pytest.mark.usefixtures("dagster_home")
def test_the_files_of_records_are_opened_once() -> None:
    opened: list[sa.Engine] = []

    @sa.event.listens_for(sa.Engine, "engine_connect")
    def note(connection: sa.Connection) -> None:
        opened.append(connection.engine)

    try:
        with dg.DagsterInstance.get() as instance:
            opened.clear()  # those that make the files
            for _ in range(2):
                assert not instance.get_runs()
                assert not instance.all_instigator_state()
    finally:
        sa.event.remove(sa.Engine, "engine_connect", note)
    assert len(opened) >= 4
    assert len(set(opened)) == 2


@pytest.mark.usefixtures("dagster_home")
def test_a_table_is_looked_for_once() -> None:
    looks: list[str] = []

    @sa.event.listens_for(sa.Engine, "before_cursor_execute")
    def note(connection: sa.Connection, _cursor: object, statement: str, *_: object) -> None:
        if str(connection.engine.url).endswith("index.db") and 'table_info("dynamic_partitions")' in statement:
            looks.append(statement)

    try:
        with dg.DagsterInstance.get() as instance:
            looks.clear()  # those that make the tables
            for _ in range(2):
                assert not instance.has_dynamic_partition("repositories", "one")
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
    assert len(looks) == 1


@pytest.fixture
def database_of_dagster(
    home: Path,  # noqa: ARG001 - first its environment
    empty_database_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[sa.Connection]:
    """A look at the database that holds Dagster's records."""
    monkeypatch.setenv("DAGSTER_DATABASE_URL", empty_database_url)
    use_dagster_home(load_settings())
    engine = create_engine(empty_database_url)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection
    engine.dispose()


@pytest.mark.e2e
def test_a_run_opens_few_connections(database_of_dagster: sa.Connection) -> None:
    with dg.DagsterInstance.get() as instance:
        dg.materialize([counted], instance=instance)  # also makes the tables
        before = _opened(database_of_dagster)
        result = dg.materialize([counted], instance=instance)
        assert len(instance.all_logs(result.run_id)) > 10
    assert _opened(database_of_dagster) - before < 10


@pytest.mark.e2e
@pytest.mark.usefixtures("database_of_dagster")
def test_it_is_opened_by_one_connection_once_its_tables_are_there() -> None:
    opened = []

    def note(connection: object, _record: object) -> None:
        opened.append(connection)

    with dg.DagsterInstance.get():
        pass  # makes the tables
    sa.event.listen(sa.Pool, "connect", note)
    try:
        with dg.DagsterInstance.get() as instance:
            assert instance.get_runs_count() == 0
    finally:
        sa.event.remove(sa.Pool, "connect", note)
    assert len(opened) == 1


@pytest.mark.e2e
def test_connections_that_the_server_dropped_are_opened_again(database_of_dagster: sa.Connection) -> None:
    with dg.DagsterInstance.get() as instance:
        dg.materialize([counted], instance=instance)
        dropped = database_of_dagster.execute(sa.text(_DROP_OTHERS)).scalars().all()
        assert dropped
        assert all(dropped)
        assert dg.materialize([counted], instance=instance).success


_DROP_OTHERS = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


def _opened(connection: sa.Connection) -> int:
    """Return how many connections were opened to this database up to now."""
    count = sa.text("SELECT sessions FROM pg_stat_database WHERE datname = current_database()")
    opened: int = connection.execute(count).scalar_one()
    return opened
