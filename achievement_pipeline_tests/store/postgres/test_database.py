"""Addresses, connections, migrations, and the errors if the database can't be used."""

import os
import platform
import subprocess
import sys
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from achievement_pipeline.errors import StoreError
from achievement_pipeline.store.embedded import EmbeddedPostgres
from achievement_pipeline.store.postgres.database import (
    _MIGRATING,
    VERSION_TABLE,
    create_engine,
    ensure_database,
    explained_errors,
    migrate,
    normalise_url,
)
from achievement_pipeline.system import locks
from achievement_pipeline_tests.running import wait_until

_PROJECT = Path(__file__).parents[3]
_PASSWORD = "s3cret"

_MIGRATE = """
import sys
from achievement_pipeline.store.postgres.database import create_engine, migrate

engine = create_engine(sys.argv[1])
migrate(engine)
engine.dispose()
print("alembic" in sys.modules)
"""


@pytest.fixture
def visitor(engine: sa.Engine) -> sa.URL:
    """The address of the database for a user without any right in it."""
    name = f"visitor_{uuid.uuid4().hex}"
    with engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE ROLE {name} LOGIN PASSWORD '{_PASSWORD}'")
    return engine.url.set(username=name, password=_PASSWORD)


@pytest.fixture
def checked_visitor(shared: Path, server: EmbeddedPostgres, engine: sa.Engine, visitor: sa.URL) -> Iterator[sa.URL]:
    """The same, with a password that the server checks."""
    rules = server.home / "data" / "pg_hba.conf"
    lock = shared / "rules.lock"
    lock.touch()
    with locks.exclusive(lock, "another worker's rules", seconds=200):
        trusting = rules.read_text()
        rules.write_text(f"local all {visitor.username} scram-sha-256\n{trusting}")
        _reload(engine)
        yield visitor
        rules.write_text(trusting)
        _reload(engine)


def _reload(engine: sa.Engine) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        loaded = "SELECT pg_conf_load_time()"
        before = connection.exec_driver_sql(loaded).scalar()
        connection.exec_driver_sql("SELECT pg_reload_conf()")
        wait_until(lambda: connection.exec_driver_sql(loaded).scalar() != before)


def _error(url: sa.URL | str, statement: str = "SELECT 1") -> str:
    """Return the error message of a statement."""
    engine = create_engine(url)
    try:
        with pytest.raises(StoreError) as raised, engine.begin() as connection:
            connection.exec_driver_sql(statement)
    finally:
        engine.dispose()
    assert _PASSWORD not in str(raised.value)
    return str(raised.value)


@pytest.mark.parametrize("dialect", ["postgres", "postgresql", "postgresql+psycopg2"])
def test_every_address_names_the_driver(dialect: str) -> None:
    url = normalise_url(f"{dialect}://me:p%40ss@db.example.org:5433/work?sslmode=require")
    assert (
        url.render_as_string(hide_password=False)
        == "postgresql+psycopg2://me:p%40ss@db.example.org:5433/work?sslmode=require"
    )


@pytest.mark.parametrize("dialect", ["sqlite", "mysql", "postgresql+psycopg", "postgresql+asyncpg"])
def test_other_dialects_and_drivers_are_refused(dialect: str) -> None:
    with pytest.raises(StoreError, match=rf"begins with {dialect.replace('+', r'[+]')}://, but only PostgreSQL"):
        normalise_url(f"{dialect}://me:{_PASSWORD}@db.example.org/work")


@pytest.mark.parametrize("url", ["", "work", f"postgresql:me:{_PASSWORD}@host", f"postgresql://me@host:{_PASSWORD}/x"])
def test_what_is_no_address_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(StoreError, match="can't be read") as raised:
        normalise_url(url)
    assert _PASSWORD not in str(raised.value)


@given(user=st.text("u@:/#?%", min_size=1), password=st.text("p@:/#?%[]4", min_size=1))
def test_no_part_of_a_password_passes_for_a_host(user: str, password: str) -> None:
    try:
        url = normalise_url(f"postgresql://{user}:{password}@host.invalid/work")
    except StoreError:
        return
    assert (url.host, url.database) == ("host.invalid", "work")


@pytest.mark.e2e
def test_connections_speak_utc_under_the_programs_name(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        shown = [connection.exec_driver_sql(f"SHOW {name}").scalar() for name in ("TimeZone", "application_name")]
    assert shown == ["UTC", f"achievement-pipeline {os.getpid()} on {platform.node()[:30]}"]


@pytest.mark.e2e
def test_parameters_of_the_address_win(database_url: str) -> None:
    engine = create_engine(f"{database_url}&application_name=mine")
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SHOW application_name").scalar() == "mine"
    engine.dispose()


@pytest.mark.e2e
def test_a_connection_that_died_in_the_pool_is_replaced(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        first = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()
    other = create_engine(engine.url)
    with other.connect() as connection:
        connection.execute(sa.select(sa.func.pg_terminate_backend(first, 5000)))
    other.dispose()
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT pg_backend_pid()").scalar() != first


@pytest.mark.e2e
def test_a_database_that_is_missing_is_made_once(server: EmbeddedPostgres) -> None:
    name = f'of "Ann", {uuid.uuid4().hex}'
    with ThreadPoolExecutor(4) as threads:
        urls = list(threads.map(lambda _: ensure_database(server.url(), name), range(4)))
    assert urls == [ensure_database(server.url(), name)] * 4
    engine = create_engine(urls[0])
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT current_database()").scalar() == name
    engine.dispose()


@pytest.mark.e2e
def test_a_user_who_may_not_create_databases_gets_an_error_with_a_remedy(visitor: sa.URL) -> None:
    with pytest.raises(
        StoreError, match=r"permission denied to create database\n.*CREATEDB.*CREATE DATABASE of_my_own OWNER "
    ) as raised:
        ensure_database(visitor, "of_my_own")
    assert _PASSWORD not in str(raised.value)


@pytest.mark.e2e
def test_four_processes_fill_an_empty_database_at_once(empty_database_url: str) -> None:
    command = [sys.executable, "-W", "error", "-c", _MIGRATE, empty_database_url]
    migrations = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=_PROJECT)
        for _ in range(4)
    ]
    outputs = [migration.communicate() for migration in migrations]
    assert [errors for _, errors in outputs] == [""] * 4
    assert [printed for printed, _ in outputs] == ["False\n"] * 4  # no migration is needed
    engine = create_engine(empty_database_url)
    assert "achievements" in sa.inspect(engine).get_table_names()
    engine.dispose()


@pytest.mark.e2e
def test_a_current_database_needs_neither_the_lock_nor_alembic(engine: sa.Engine) -> None:
    with engine.connect() as other:
        other.execute(sa.select(sa.func.pg_advisory_lock(_MIGRATING.lock)))
        command = [sys.executable, "-c", _MIGRATE, engine.url.render_as_string(hide_password=False)]
        migrated = subprocess.run(command, check=True, capture_output=True, text=True, cwd=_PROJECT, timeout=60)
    assert migrated.stdout == "False\n"


@pytest.mark.e2e
def test_a_newer_database_is_refused(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
    with pytest.raises(StoreError, match=r"newer version of this program \(revision 9999\). Upgrade the program"):
        migrate(engine)


@pytest.mark.e2e
def test_the_migrations_make_what_the_tables_say(database_url: str) -> None:
    # the command that developers use, so that it is known to work
    command = [sys.executable, "-m", "alembic", "-x", f"url={database_url}", "check"]
    checked = subprocess.run(command, check=False, capture_output=True, text=True, cwd=_PROJECT)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.e2e
@pytest.mark.parametrize("host", ["127.0.0.1:1", "nowhere.invalid"])
def test_a_server_that_cannot_be_reached(host: str) -> None:
    message = _error(f"postgresql://me:{_PASSWORD}@{host}/work")
    assert message.startswith(f"The database work on {host.partition(':')[0]} is not available: ")
    assert "Check the host and port" in message


@pytest.mark.e2e
def test_a_wrong_password(checked_visitor: sa.URL) -> None:
    message = _error(checked_visitor.set(password=f"{_PASSWORD}?"))
    assert "does not accept the user or the password" in message
    create_engine(checked_visitor).connect().close()


@pytest.mark.e2e
def test_a_user_that_does_not_exist(engine: sa.Engine) -> None:
    assert "does not accept the user or the password" in _error(engine.url.set(username="nobody_at_all"))


@pytest.mark.e2e
def test_a_database_that_does_not_exist(engine: sa.Engine) -> None:
    message = _error(engine.url.set(database="missing"))
    assert message.startswith("The database missing on ")
    assert "does not exist" in message
    assert "Create it (createdb)" in message


@pytest.mark.e2e
def test_an_address_with_an_unknown_parameter(engine: sa.Engine) -> None:
    assert "a part that PostgreSQL does not know" in _error(engine.url.update_query_dict({"color": "blue"}))


@pytest.mark.e2e
def test_a_read_only_database(empty_database_url: str) -> None:
    engine = create_engine(empty_database_url)
    with engine.begin() as connection:
        connection.exec_driver_sql(f'ALTER DATABASE "{engine.url.database}" SET default_transaction_read_only = on')
    engine.dispose()
    with pytest.raises(StoreError, match=r"is read-only.*\n.*primary server"):
        migrate(engine)
    engine.dispose()


@pytest.mark.e2e
def test_a_user_that_may_not_make_tables(visitor: sa.URL) -> None:
    assert "GRANT CREATE ON SCHEMA public" in _error(visitor, "CREATE TABLE mine ()")


@pytest.mark.e2e
def test_too_many_connections(engine: sa.Engine, visitor: sa.URL) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql(f"ALTER ROLE {visitor.username} CONNECTION LIMIT 0")
    assert "has no connection to spare" in _error(visitor)


@pytest.mark.e2e
def test_a_full_disk(engine: sa.Engine) -> None:
    # the server's own error, raised where no disk need be filled for it
    message = _error(engine.url, "DO $$BEGIN RAISE 'could not extend file' USING ERRCODE = 'disk_full'; END$$")
    assert "has no space left on its disk" in message


@pytest.mark.e2e
def test_a_server_that_goes_away_in_the_middle(engine: sa.Engine) -> None:
    message = _error(engine.url, "SELECT pg_terminate_backend(pg_backend_pid())")
    assert "is not available" in message
    assert "nothing is lost" in message


@pytest.mark.e2e
def test_a_wrong_statement_stays_an_error_of_the_program(engine: sa.Engine) -> None:
    with pytest.raises(sa.exc.ProgrammingError), engine.connect() as connection:
        connection.exec_driver_sql("SELECT nonsense")


@pytest.mark.e2e
def test_errors_of_the_drivers_own_connection_are_explained_too(engine: sa.Engine) -> None:
    with engine.connect() as connection, closing(connection.connection.cursor()) as cursor:
        with pytest.raises(psycopg2.errors.SyntaxError), explained_errors(engine):
            cursor.execute("nonsense")
        with pytest.raises(StoreError, match="is not available"), explained_errors(engine):
            cursor.execute("ROLLBACK; SELECT pg_terminate_backend(pg_backend_pid())")
        connection.invalidate()
