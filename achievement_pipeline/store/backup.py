"""Back up and restore everything that can't be collected again.

A backup is gzipped JSON lines: a header, the rows, and a last line with the number of rows. The rows have the schema of
the revision in the header. To restore them, a scratch schema of that revision is created, filled, migrated to the
current revision and copied into the database, so a backup can be restored by every later version.
"""

import datetime as dt
import gzip
import itertools
import json
import os
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from achievement_pipeline.errors import StoreError
from achievement_pipeline.parsing.untrusted import parse_json
from achievement_pipeline.store.decisions.edits import Placement
from achievement_pipeline.store.postgres.database import known_revisions, revision_of, upgrade
from achievement_pipeline.store.tables import EditField, PublicationState
from achievement_pipeline.system.leftovers import unfinished

FORMAT: Final = "achievements-backup"
VERSION: Final = 1

_TABLES: Final = {
    "repositories": "key",
    "achievements": "key",
    "skills": "achievement_key, skill",
    "former_names": "achievement_key, name",
    "edits": "id",
    "proposals": "id",
    "publications": "id",
}
"""The tables of a backup in the order of their foreign keys, each with the order of its rows."""
_NUMBERS: Final = {"edits", "proposals", "publications"}
"""Tables with a generated id, which is not part of a backup."""
_SCRATCH: Final = "achievements_restore"
_ROWS_AT_ONCE: Final = 500
_NOT_SENT: Final = f"('{PublicationState.PLANNED}', '{PublicationState.FAILED}', '{PublicationState.WITHDRAWN}')"

_TAKE_OVER: Final = {
    # a restored achievement has no activities until it is collected again; rows that exist already are newer
    **dict.fromkeys(("repositories", "achievements", "skills", "former_names"), "ON CONFLICT DO NOTHING"),
    **dict.fromkeys(("edits", "proposals"), ""),
    # what was sent once must never be sent again
    "publications": "ON CONFLICT (channel, achievement_key) DO UPDATE SET ({columns}) = ROW ({excluded})"
    f" WHERE mine.state IN {_NOT_SENT} AND excluded.state NOT IN {_NOT_SENT}",
}
_IS_NEW: Final = {
    "edits": "NOT EXISTS (SELECT FROM {own}.edits AS mine WHERE mine.achievement_key = theirs.achievement_key"
    " AND (mine.field, mine.value, mine.made_at, mine.made_by)"
    " = (theirs.field, theirs.value, theirs.made_at, theirs.made_by)"
    " AND mine.channel IS NOT DISTINCT FROM theirs.channel)",
    "proposals": "NOT EXISTS (SELECT FROM {own}.proposals AS mine WHERE (mine.achievement_key, mine.field, mine.value,"
    " mine.made_at) = (theirs.achievement_key, theirs.field, theirs.value, theirs.made_at))",
    # the skills of an existing achievement are not mixed with older ones
    "skills": "NOT EXISTS (SELECT FROM {own}.skills AS mine WHERE mine.achievement_key = theirs.achievement_key)",
}
"""Conditions for new rows, for tables without a constraint that detects duplicates."""


@dataclass(frozen=True)
class Header:
    """The header of a backup."""

    revision: str
    """Revision of the schema of its rows."""
    made_at: dt.datetime
    program: str


def write_backup(connection: sa.Connection, file: Path, program: str) -> Mapping[str, int]:
    """Write a backup atomically, and return its number of rows by table.

    Args:
        connection: The database, which is read in one snapshot.
        file: The file to create. Other users can't read it.
        program: Version of this program.

    Raises:
        StoreError: The file exists.
    """
    if file.exists():
        raise StoreError(f"{file} exists. Choose another name: a backup never overwrites a file.")
    connection.execute(sa.text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
    header = {"format": FORMAT, "version": VERSION, "revision": revision_of(connection), "program": program}
    header["made_at"] = dt.datetime.now(dt.UTC).isoformat()
    counts = dict.fromkeys(_TABLES, 0)
    with unfinished(file, 0o600) as new, new.open("wb") as raw, gzip.open(raw, "wt", encoding="utf-8") as lines:
        print(json.dumps(header), file=lines)
        for table, order in _TABLES.items():
            for row in _rows(connection, table, order):
                counts[table] += 1
                print(json.dumps({"table": table, "row": row}), file=lines)
        print(json.dumps({"rows": sum(counts.values())}), file=lines)
        lines.flush()
        os.fsync(raw.fileno())
    return counts


def read_header(file: Path) -> Header:
    """Read the header of a backup.

    Raises:
        StoreError: The file is not a backup, or was made by a newer version.
    """
    with _explained(file), gzip.open(file, "rt", encoding="utf-8") as lines:
        first = parse_json(lines.readline())
        if first["format"] != FORMAT:
            raise ValueError(first["format"])
        if first["version"] > VERSION:
            raise _newer(file, first["program"])
        return Header(first["revision"], dt.datetime.fromisoformat(first["made_at"]), first["program"])


def restore_backup(connection: sa.Connection, file: Path, *, merge: bool) -> Mapping[str, int]:
    """Restore a backup in the transaction of the connection, and return the number of new rows by table.

    Args:
        connection: A migrated database. No other process may store achievements at the same time.
        file: The backup.
        merge: Whether to add it to existing decisions. Existing rows win, except over publications that were sent.
            Equal edits are not added twice.

    Raises:
        StoreError: The file is not a backup, is damaged or was made by a newer version, or there are decisions already.
    """
    header = read_header(file)
    if header.revision not in known_revisions():
        raise _newer(file, header.program)
    if not merge and (there := _decisions(connection)):
        raise StoreError(
            f"This database holds {there:,} decisions, posts and entries of your own. To add those of {file} to them: "
            "achievements restore --merge"
        )
    path = connection.scalar(sa.text("SELECT current_setting('search_path')")) or ""
    own = connection.dialect.identifier_preparer.quote_schema(connection.dialect.default_schema_name or "public")
    connection.execute(sa.text(f"CREATE SCHEMA {_SCRATCH}"))
    _search_in(connection, _SCRATCH)
    upgrade(connection, header.revision)
    _fill(connection, file)
    upgrade(connection)
    counts = {table: _take_over(connection, table, own) for table in _TABLES}
    _search_in(connection, path)
    connection.execute(sa.text(f"DROP SCHEMA {_SCRATCH} CASCADE"))
    return counts


def placements(connection: sa.Connection) -> list[str]:
    """Return the keys of all activities that a user has given another parent, and of these parents."""
    edits = sa.text("SELECT value FROM edits WHERE field = :field AND undone_at IS NULL")
    placed = [Placement(**value) for value in connection.scalars(edits, {"field": EditField.BELONGS_TO.value})]
    return [key for each in placed for key in (each.activity, each.parent) if key]


def _rows(connection: sa.Connection, table: str, order: str) -> Iterator[dict[str, Any]]:
    number = " - 'id'" if table in _NUMBERS else ""
    query = sa.text(f"SELECT to_jsonb({table}){number} FROM {table} ORDER BY {order}")  # noqa: S608 - names of our own
    yield from connection.execution_options(yield_per=_ROWS_AT_ONCE).scalars(query)


def _decisions(connection: sa.Connection) -> int:
    queries = (
        "SELECT count(*) FROM edits",
        "SELECT count(*) FROM publications",
        "SELECT count(*) FROM achievements WHERE score_version = 'manual'",
    )
    return sum(connection.scalar(sa.text(query)) or 0 for query in queries)


def _search_in(connection: sa.Connection, path: str) -> None:
    connection.execute(sa.text("SELECT set_config('search_path', :path, true)"), {"path": path})


def _fill(connection: sa.Connection, file: Path) -> None:
    """Insert the rows of a backup into the tables of its own revision."""
    inspector = sa.inspect(connection)
    there = [table for table in _TABLES if inspector.has_table(table)]
    known = {table: {column["name"] for column in inspector.get_columns(table)} for table in there}
    for table, rows in itertools.groupby(_read(file), key=lambda line: line["table"]):
        if table not in known:
            raise StoreError(f"{file} is damaged: it has a table {table!r}.")
        for batch in _batched(rows):
            columns = sorted(set().union(*batch))
            if not known[table].issuperset(columns):
                raise StoreError(f"{file} is damaged: {table} has no columns {sorted(set(columns) - known[table])}.")
            names = ", ".join(f'"{column}"' for column in columns)
            source = f"jsonb_populate_recordset(NULL::{table}, CAST(:rows AS jsonb))"
            statement = sa.text(f"INSERT INTO {table} ({names}) SELECT {names} FROM {source}")  # noqa: S608 - checked names
            connection.execute(statement, {"rows": json.dumps(batch)})


def _take_over(connection: sa.Connection, table: str, own: str) -> int:
    """Copy the rows of a table to the same table in the schema `own`, and return the number of new ones."""
    columns = [column["name"] for column in sa.inspect(connection).get_columns(table)]
    names = [f'"{column}"' for column in columns if column != "id"]
    conflict = _TAKE_OVER[table].format(columns=", ".join(names), excluded=", ".join(f"excluded.{it}" for it in names))
    is_new = _IS_NEW.get(table, "true").format(own=own)
    numbered = f"SELECT * FROM {table} ORDER BY {_TABLES[table]}"  # noqa: S608 - names of our own
    statement = (
        f"INSERT INTO {own}.{table} AS mine ({', '.join(names)})"  # noqa: S608 - names of our own
        f" SELECT {', '.join(names)} FROM ({numbered}) AS theirs WHERE {is_new} {conflict}"
    )
    return connection.execute(sa.text(statement)).rowcount


def _batched(lines: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    while batch := [line["row"] for line in itertools.islice(lines, _ROWS_AT_ONCE)]:
        yield batch


def _read(file: Path) -> Iterator[dict[str, Any]]:
    with _explained(file), gzip.open(file, "rt", encoding="utf-8") as lines:
        lines.readline()
        for number, line in enumerate(lines):
            content = parse_json(line)
            if "rows" in content:
                # read to the end, so that gzip's checksum is verified
                if content["rows"] != number or lines.read():
                    raise ValueError("the number of rows does not match")
                return
            if not isinstance(content["row"], dict) or not isinstance(content["table"], str):
                raise TypeError("a line is no row")
            yield content
        raise ValueError("its end is missing")


@contextmanager
def _explained(file: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise StoreError(f"There is no file {file}.") from error
    except (gzip.BadGzipFile, EOFError, zlib.error, ValueError, KeyError, TypeError) as error:
        raise StoreError(f"{file} is not a backup of this program, or it is damaged: {error}.") from error


def _newer(file: Path, program: str) -> StoreError:
    return StoreError(
        f"{file} was made by achievements {program}, which is newer. Upgrade this program: "
        "pip install --upgrade achievement-pipeline"
    )
