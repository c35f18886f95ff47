"""Connect to the database, migrate it, and translate its errors."""

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import psycopg2
import sqlalchemy as sa
from psycopg2 import errorcodes
from sqlalchemy import event
from sqlalchemy.engine.interfaces import ExceptionContext

from achievement_pipeline.errors import StoreError
from achievement_pipeline.parsing.patterns import Pattern, compile_pattern
from achievement_pipeline.store.postgres.turns import Turn, wait_for
from achievement_pipeline.store.tables import Base

VERSION_TABLE = "achievement_pipeline_version"
"""Alembic's version table. The default name would collide with Dagster's in a shared database."""

_MIGRATIONS = Path(__file__).parents[1] / "migrations"
_MIGRATING = Turn(7_165_021_358_301_276_941, "another process to bring the tables up to date", seconds=900)
_DIALECTS = ("postgres", "postgresql", "postgresql+psycopg2")
_CONNECTION_DEFAULTS = {"connect_timeout": "10", "client_encoding": "utf8"}
_LONGEST_NODE = 30
"""PostgreSQL truncates names to 63 characters."""
_FORM = "postgresql://user:password@host:5432/database"
_ENCODING = "in a user name or password, @ is written %40, : %3A, / %2F, # %23 and % %25."


class UnavailableError(StoreError):
    """The database does not respond, or the connection was lost. A retry may succeed."""


def normalise_url(url: str | sa.URL) -> sa.URL:
    """Return a URL with an explicit driver, because SQLAlchemy's default for ``postgresql://`` varies by version.

    Raises:
        StoreError: It is not a PostgreSQL URL. The message never repeats it.
    """
    try:
        address = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError):
        raise StoreError(f"The database's address can't be read. It has the form {_FORM}; {_ENCODING}") from None
    if address.drivername not in _DIALECTS:
        raise StoreError(
            f"The database's address begins with {address.drivername}://, but only PostgreSQL is supported: {_FORM}."
        )
    # with an unescaped @, a part of the password would be taken for the host
    if isinstance(url, str) and (url.count("@") > 1 or ("@" in url and address.username is None)):
        raise StoreError(f"The database's address can't be distinguished from its password: {_ENCODING}")
    return address.set(drivername="postgresql+psycopg2")


def create_engine(url: str | sa.URL) -> sa.Engine:
    """Create an engine that checks connections before use, uses UTC, and raises `StoreError`.

    Raises:
        StoreError: The URL is invalid. It is first connected to when the engine is used.
    """
    address = normalise_url(url)
    # shown in messages of other processes that wait for this one
    name = {"application_name": f"achievement-pipeline {os.getpid()} on {platform.node()[:_LONGEST_NODE]}"}
    address = address.update_query_dict(_CONNECTION_DEFAULTS | name | dict(address.query))
    # the user's PGHOSTADDR would override the path of a socket
    on_socket = str(address.query.get("host", "")).startswith("/")
    engine = sa.create_engine(
        address, pool_pre_ping=True, hide_parameters=True, connect_args={"hostaddr": ""} if on_socket else {}
    )
    event.listen(engine, "connect", _use_utc)
    event.listen(engine, "handle_error", partial(_explain_on, engine))
    return engine


def ensure_database(url: str | sa.URL, name: str) -> sa.URL:
    """Create the database `name` on the server of `url` if it does not exist, and return its URL.

    Safe to run in parallel.

    Raises:
        StoreError: The server can't be used, or the user may not create databases.
    """
    engine = create_engine(url)
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            exists = sa.text("SELECT EXISTS (SELECT FROM pg_database WHERE datname = :name)")
            if not connection.scalar(exists, {"name": name}):
                _create_database(connection, name)
    finally:
        engine.dispose()
    return normalise_url(url).set(database=name)


def migrate(engine: sa.Engine) -> None:
    """Migrate the tables to this program's revision. Safe to run in parallel; two queries if there is nothing to do.

    Raises:
        StoreError: The database can't be used, or was migrated by a newer program.
    """
    with engine.connect() as connection:
        if _is_current(connection):
            return
    with engine.begin() as connection:
        wait_for(connection, _MIGRATING)
        if not _is_current(connection):
            (_create_tables if revision_of(connection) is None else upgrade)(connection)


def upgrade(connection: sa.Connection, revision: str = "head") -> None:
    """Migrate the tables in the connection's search path to a revision, in its transaction."""
    from alembic import command  # noqa: PLC0415 - takes a second, and is needed once per version
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _create_tables(connection: sa.Connection) -> None:
    """Create all tables as the migrations would leave them, which for the first user take a tenth of the time."""
    Base.metadata.create_all(connection, checkfirst=False)
    # as Alembic makes it
    key = sa.PrimaryKeyConstraint("version_num", name=f"{VERSION_TABLE}_pkc")
    versions = sa.Table(VERSION_TABLE, sa.MetaData(), sa.Column("version_num", sa.String(32)), key)
    versions.create(connection)
    connection.execute(versions.insert().values(version_num=max(known_revisions())))


def known_revisions() -> set[str]:
    """Return this program's revisions, from the file names of the migrations: importing Alembic takes a second."""
    return {file.name.partition("_")[0] for file in (_MIGRATIONS / "versions").glob("[0-9]*.py")}


def revision_of(connection: sa.Connection) -> str | None:
    """Return the revision of the tables in the connection's search path, or None if there are none."""
    if not sa.inspect(connection).has_table(VERSION_TABLE):
        return None
    revision: str | None = connection.scalar(sa.select(sa.column("version_num")).select_from(sa.table(VERSION_TABLE)))
    return revision


@contextmanager
def explained_errors(engine: sa.Engine) -> Iterator[None]:
    """Translate errors of the driver's own connection, as used for COPY, like those of the engine.

    Raises:
        StoreError: The database can't be used. Errors of the statement itself are not translated.
    """
    try:
        yield
    except psycopg2.Error as error:
        driver_error: Any = error  # SQLAlchemy knows drivers' errors by their shape only
        explained = _explain(error, engine.url, is_lost=engine.dialect.is_disconnect(driver_error, None, None))
        if explained is None:
            raise
        raise explained from error


def _create_database(connection: sa.Connection, name: str) -> None:
    quote = connection.dialect.identifier_preparer.quote
    quoted = quote(name)
    try:
        # template1 must not have any connection at that moment, which template0 never has
        connection.exec_driver_sql(f"CREATE DATABASE {quoted} TEMPLATE template0")
    except sa.exc.DBAPIError as error:
        made_meanwhile = {errorcodes.DUPLICATE_DATABASE, errorcodes.UNIQUE_VIOLATION}
        if not isinstance(error.orig, psycopg2.Error) or error.orig.pgcode not in made_meanwhile:
            raise
    except StoreError as error:
        owner = f" OWNER {quote(user)}" if (user := connection.engine.url.username) else ""
        raise StoreError(f"{error} Or let somebody create it who may: CREATE DATABASE {quoted}{owner}") from error


def _is_current(connection: sa.Connection) -> bool:
    known, stored = known_revisions(), revision_of(connection)
    if stored is not None and stored not in known:
        raise StoreError(
            f"The database {_name(connection.engine.url)} was made by a newer version of this program (revision "
            f"{stored}). Upgrade the program: pip install --upgrade achievement-pipeline."
        )
    return stored == max(known)


def _use_utc(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's connection
    """Set the time zone in a way that overrides PGTZ and works with PgBouncer."""
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("SET TIME ZONE 'UTC'")
    connection.autocommit = False


@dataclass(frozen=True)
class _Cause:
    """A reason why a database can't be used, with the remedy, and how to recognize it."""

    problem: str
    remedy: str
    codes: frozenset[str]
    message: Pattern[str]
    """Matches the message of an error without a code, such as a failed connection."""


_CAUSES = (
    _Cause(
        "does not accept the user or the password",
        f"Check both in its address; {_ENCODING}",
        frozenset({errorcodes.INVALID_PASSWORD, errorcodes.INVALID_AUTHORIZATION_SPECIFICATION}),
        compile_pattern(
            r"authentication failed|no password supplied|pg_hba\.conf|role .* does not exist|not permitted to log in"
        ),
    ),
    _Cause(
        "does not exist",
        "Create it (createdb), or correct its name in its address.",
        frozenset({errorcodes.INVALID_CATALOG_NAME}),
        compile_pattern(r"database .* does not exist"),
    ),
    _Cause(
        "is read-only",
        "Give the address of the primary server; neither user nor database may have default_transaction_read_only.",
        frozenset({errorcodes.READ_ONLY_SQL_TRANSACTION}),
        compile_pattern(r"session is read-only|server is in hot standby mode"),
    ),
    _Cause(
        "does not allow this to its user",
        "Let its owner run GRANT CREATE ON SCHEMA public TO the user. To create a database it takes ALTER ROLE the "
        "user CREATEDB.",
        frozenset({errorcodes.INSUFFICIENT_PRIVILEGE}),
        compile_pattern(r"permission denied"),
    ),
    _Cause(
        "has no connection to spare",
        "Close other programs that use it, or raise its max_connections, and run this again.",
        frozenset({errorcodes.TOO_MANY_CONNECTIONS}),
        compile_pattern(r"too many (clients|connections)|remaining connection slots"),
    ),
    _Cause(
        "has no space left on its disk",
        "Free some there and run this again: nothing is lost.",
        frozenset({errorcodes.DISK_FULL}),
        compile_pattern(r"No space left on device"),
    ),
    _Cause(
        "has an address with a part that PostgreSQL does not know",
        f"Correct it: it has the form {_FORM}, and after a ? the parameters of libpq.",
        frozenset(),
        compile_pattern(r"invalid (dsn|connection option|integer value|\w+ value)"),
    ),
)


def _explain_on(engine: sa.Engine, context: ExceptionContext) -> StoreError | None:
    error = context.original_exception
    if isinstance(error, ValueError) or (isinstance(error, psycopg2.DataError) and not context.is_disconnect):
        # a NUL, an unpaired surrogate or a number beyond bigint, which the database can't contain
        return StoreError(f"The database can't hold such a value: {' '.join(str(error).split())}")
    # a dead pooled connection is replaced, which is not an error
    if context.is_pre_ping or not isinstance(error, psycopg2.Error):
        return None
    return _explain(error, engine.url, is_lost=context.is_disconnect)


def _explain(error: psycopg2.Error, url: sa.URL, *, is_lost: bool) -> StoreError | None:
    """Return the error to raise if the database can't be used, or None for any other error."""
    message = " ".join(str(error).split())
    if error.pgcode is None:
        cause = next((cause for cause in _CAUSES if cause.message.search(message)), None)
    else:
        cause = next((cause for cause in _CAUSES if error.pgcode in cause.codes), None)
    has_no_answer = error.pgcode is None and isinstance(error, psycopg2.OperationalError)
    if cause:
        problem, remedy = cause.problem, cause.remedy
    elif is_lost or has_no_answer:
        return UnavailableError(
            f"The database {_name(url)} is not available: {message}\n"
            "Check the host and port in its address, and that it runs; then run this again: nothing is lost."
        )
    else:
        return None
    return StoreError(f"The database {_name(url)} {problem}: {message}\n{remedy}")


def _name(url: sa.URL) -> str:
    return f"{url.database or 'of the default name'} on {url.host or url.query.get('host') or 'the default host'}"
