"""The database: its address, its connections, the version of its tables, and words for what goes wrong with it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2
import sqlalchemy as sa
from psycopg2 import errorcodes
from sqlalchemy import event
from sqlalchemy.engine.interfaces import ExceptionContext

from achievement_pipeline.errors import StoreError

VERSION_TABLE = "achievement_pipeline_version"
"""Where Alembic notes the revision of the tables; its usual name would be Dagster's too in a shared database."""

_MIGRATIONS = Path(__file__).with_name("migrations")
_MIGRATION_LOCK = 7_165_021_358_301_276_941
"""Any number that no other program takes for an advisory lock."""
_DIALECTS = ("postgres", "postgresql", "postgresql+psycopg2")
_CONNECTION_DEFAULTS = {"application_name": "achievement-pipeline", "connect_timeout": "10", "client_encoding": "utf8"}


def normalise_url(url: str | sa.URL) -> sa.URL:
    """Return the address with its driver named: SQLAlchemy's default for a bare ``postgresql://`` is another one.

    Raises:
        StoreError: It is no address of a PostgreSQL database; the message never repeats it.
    """
    try:
        address = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError):
        raise StoreError(
            "The database's address can't be read. It looks like postgresql://user:password@host:5432/database; "
            f"{_ENCODING_HINT}"
        ) from None
    if address.drivername not in _DIALECTS:
        raise StoreError(
            f"The database's address begins with {address.drivername}://, and only PostgreSQL is supported: "
            "postgresql://user:password@host:5432/database."
        )
    if "@" in (address.host or ""):
        raise StoreError(f"The database's address has more than one @: {_ENCODING_HINT}")
    return address.set(drivername="postgresql+psycopg2")


def create_engine(url: str | sa.URL) -> sa.Engine:
    """Return an engine whose connections are checked before use, speak UTC, and fail with a `StoreError`.

    Raises:
        StoreError: The address is wrong. The connection is made at its first use.
    """
    address = normalise_url(url)
    address = address.update_query_dict(_CONNECTION_DEFAULTS | dict(address.query))
    # a server on a socket is meant by its path alone; the user's PGHOSTADDR would win over it
    on_socket = str(address.query.get("host", "")).startswith("/")
    engine = sa.create_engine(
        address, pool_pre_ping=True, hide_parameters=True, connect_args={"hostaddr": ""} if on_socket else {}
    )
    event.listen(engine, "connect", _speak_utc)
    event.listen(engine, "handle_error", _explain_in(engine))
    return engine


def ensure_database(url: str | sa.URL, name: str) -> sa.URL:
    """Make the database `name` on the server of `url` unless it is there, and return its address.

    Raises:
        StoreError: The server can't be used, or does not allow it.
    """
    engine = create_engine(url)
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            found = connection.scalar(sa.text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": name})
            if not found:
                _create_database(connection, name)
    finally:
        engine.dispose()
    return normalise_url(url).set(database=name)


def migrate(engine: sa.Engine) -> None:
    """Bring the tables to this program's version. Costs two queries where they have it; safe to race.

    Raises:
        StoreError: The database can't be used, or its tables are of a newer program.
    """
    with engine.connect() as connection:
        if _is_current(connection):
            return
    with engine.begin() as connection:
        # held until the transaction ends, and so dropped even by a process that is killed
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
        if not _is_current(connection):
            _upgrade(connection)


@contextmanager
def explained_errors(engine: sa.Engine) -> Iterator[None]:
    """Raise a `StoreError` for what goes wrong on a driver's own connection, as the engine does by itself on its.

    Raises:
        StoreError: The database can't be used. Errors of the statement itself stay what they are.
    """
    try:
        yield
    except psycopg2.Error as error:
        explained = _explain(error, engine.url)
        if explained is None:
            raise
        raise explained from error


def _create_database(connection: sa.Connection, name: str) -> None:
    quoted = connection.dialect.identifier_preparer.quote_identifier(name)
    try:
        connection.execute(sa.text(f"CREATE DATABASE {quoted}"))
    except sa.exc.DBAPIError as error:
        made_meanwhile = {errorcodes.DUPLICATE_DATABASE, errorcodes.UNIQUE_VIOLATION}
        if not isinstance(error.orig, psycopg2.Error) or error.orig.pgcode not in made_meanwhile:
            raise


def _is_current(connection: sa.Connection) -> bool:
    """Compare the tables' revision with the file names of the migrations: importing Alembic takes a second."""
    known = {file.name.partition("_")[0] for file in (_MIGRATIONS / "versions").glob("[0-9]*.py")}
    stored = _stored_revision(connection)
    if stored is not None and stored not in known:
        raise StoreError(
            f"The database {_name(connection.engine.url)} is newer than this version of the program (its tables have "
            f"revision {stored}). Upgrade the program: pip install --upgrade achievement-pipeline."
        )
    return stored == max(known, default=None)


def _stored_revision(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table(VERSION_TABLE):
        return None
    version: str | None = connection.scalar(sa.select(sa.column("version_num")).select_from(sa.table(VERSION_TABLE)))
    return version


def _upgrade(connection: sa.Connection) -> None:
    from alembic import command  # noqa: PLC0415 - its import takes a second, and is needed once a version
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _speak_utc(connection: Any, _record: object) -> None:  # noqa: ANN401 - whatever the driver connects by
    """Set the time zone in a way that wins over PGTZ, and that PgBouncer lets pass."""
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("SET TIME ZONE 'UTC'")
    connection.autocommit = False


@dataclass(frozen=True)
class _Cause:
    """A reason for which a database can't be used: how it is recognised, and what to do about it."""

    problem: str
    remedy: str
    codes: frozenset[str]
    words: str
    """A pattern for messages without a code: those of a connection that was not made."""


_ENCODING_HINT = "in a user name or password, @ is written %40, : %3A, / %2F, # %23 and % %25."
_CAUSES = (
    _Cause(
        "does not accept the user or the password",
        f"Check both in the database's address; {_ENCODING_HINT}",
        frozenset({errorcodes.INVALID_PASSWORD, errorcodes.INVALID_AUTHORIZATION_SPECIFICATION}),
        r"password authentication failed|no password supplied|pg_hba\.conf|role .* (does not exist|is not permitted)"
        r"|authentication failed",
    ),
    _Cause(
        "does not exist",
        "Create it (createdb), or correct its name in the database's address.",
        frozenset({errorcodes.INVALID_CATALOG_NAME}),
        r"database .* does not exist",
    ),
    _Cause(
        "is read-only",
        "Give the address of the primary server, and a user and database without default_transaction_read_only.",
        frozenset({errorcodes.READ_ONLY_SQL_TRANSACTION}),
        r"session is read-only|server is in hot standby mode",
    ),
    _Cause(
        "does not give its user the right to do this",
        "Let its owner run GRANT CREATE ON SCHEMA public TO the user, or make the user the owner of the database.",
        frozenset({errorcodes.INSUFFICIENT_PRIVILEGE}),
        r"permission denied",
    ),
    _Cause(
        "has no connection left",
        "Close other programs that use it, or raise its max_connections, and run this again.",
        frozenset({errorcodes.TOO_MANY_CONNECTIONS}),
        r"too many (clients|connections)|remaining connection slots",
    ),
    _Cause(
        "has no space left on its disk",
        "Free some on its server and run this again: nothing is lost.",
        frozenset({errorcodes.DISK_FULL}),
        r"No space left on device",
    ),
    _Cause(
        "is not available",
        "Check the host and port in the database's address, and that the server runs; then run this again: nothing "
        "is lost.",
        frozenset({errorcodes.ADMIN_SHUTDOWN, errorcodes.CRASH_SHUTDOWN, errorcodes.CANNOT_CONNECT_NOW}),
        r"",
    ),
)


def _explain_in(engine: sa.Engine) -> Any:  # noqa: ANN401
    def explain(context: ExceptionContext) -> StoreError | None:
        error = context.original_exception
        # a connection of the pool that proves dead is replaced, which is no error
        if context.is_pre_ping or not isinstance(error, psycopg2.Error):
            return None
        return _explain(error, engine.url)

    return explain


def _explain(error: psycopg2.Error, url: sa.URL) -> StoreError | None:
    """Return what to say of an error that means that the database can't be used; nothing for any other."""
    said = " ".join(str(error).split())
    if error.pgcode is not None:
        cause = next((cause for cause in _CAUSES if error.pgcode in cause.codes), None)
    elif isinstance(error, psycopg2.OperationalError | psycopg2.InterfaceError):
        cause = next(cause for cause in _CAUSES if re.search(cause.words, said))
    else:
        cause = None
    return StoreError(f"The database {_name(url)} {cause.problem}: {said}\n{cause.remedy}") if cause else None


def _name(url: sa.URL) -> str:
    host = url.host or url.query.get("host") or "the default host"
    return f"{url.database or 'with the default name'} on {host}"
