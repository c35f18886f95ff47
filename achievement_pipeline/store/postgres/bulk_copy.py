"""Copy dataframes to and from the database with COPY, ten times as fast as row by row.

The format is CSV as both Arrow and PostgreSQL read and write it: a quoted empty string is an empty text, an unquoted
one is null. Values that PostgreSQL can't store are replaced: NUL, and in JSON unpaired surrogates, by U+FFFD;
timestamps outside the years 1 to 9999, which Python can't represent either, by null.
"""

import io
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pandas as pd
import pyarrow as pa
import sqlalchemy as sa
from pyarrow import csv
from sqlalchemy.dialects.postgresql import JSONB

from achievement_pipeline.columns.text import contains
from achievement_pipeline.parsing.patterns import VERBOSE, compile_pattern
from achievement_pipeline.store.postgres.database import explained_errors

_ROWS_AT_ONCE = 10_000
"""Rows converted to text at once, which limits memory. More are not faster."""
_BYTES_AT_ONCE = 1 << 16
"""Bytes sent to the server at once. The driver's default of 8 KiB is 10% slower."""
_BLOCK_BYTES = 1 << 26
"""Bytes that Arrow parses at once. A row must fit in."""
_ARROW_TYPES = {
    sa.Text: pa.large_string(),
    sa.Double: pa.float64(),
    sa.Boolean: pa.bool_(),
    sa.DateTime: pa.timestamp("us", "UTC"),
    JSONB: pa.large_string(),
}
_PERHAPS_UNSTORABLE = r"\\u(?:0000|[dD][89a-fA-F])"
_UNSTORABLE = compile_pattern(
    r"""
    (                                                   # kept:
        \\ [^u]                                         #   another escape, above all that of a backslash
      | \\u [dD][89abAB] \w\w  \\u [dD][c-fC-F] \w\w    #   a whole surrogate pair
    )
    | \\u (?: 0000 | [dD][89a-fA-F] \w\w )              # replaced: NUL, half a surrogate pair
    """,
    VERBOSE,
)


@contextmanager
def staged(
    connection: sa.Connection, name: str, columns: Iterable[sa.Column[Any]], frame: pd.DataFrame
) -> Iterator[sa.Table]:
    """Create a temporary table with the rows of a frame, and drop it at the end of the block.

    Args:
        connection: The connection. If the block raises, the caller must roll the transaction back.
        name: Name of the table.
        columns: Columns of the table. JSON and arrays take `storable_json`, `array_of_json` or `array_of_words`.
        frame: The rows. Other columns are left out. The rows are inserted in the order of the primary key, because
            filling indexes in order makes the following inserts 25% faster.
    """
    table = sa.Table(
        name,
        sa.MetaData(),
        *(sa.Column(column.name, column.type, primary_key=column.primary_key) for column in columns),
        prefixes=["TEMPORARY"],
        postgresql_on_commit="DROP",
    )
    table.create(connection)
    _copy_in(connection, table, frame.sort_values([column.name for column in table.primary_key.columns]))
    yield table
    table.drop(connection)


def fetch_frame(connection: sa.Connection, query: sa.SelectBase) -> pd.DataFrame:
    """Return the rows of a query without parameters, with the dtypes ``str`` and ``datetime64[us, UTC]``."""
    types = {column.name: _ARROW_TYPES[type(column.type)] for column in query.selected_columns}
    written = io.BytesIO()
    with explained_errors(connection.engine), _cursor(connection) as cursor:
        cursor.copy_expert(f"COPY ({query.compile(connection)}) TO STDOUT (FORMAT csv)", written)
    return _parse_csv(written, types)


def storable_json(texts: pd.Series) -> pd.Series:
    """Replace the escapes in JSON texts (``str``, unique index) that ``jsonb`` rejects."""
    suspect = contains(texts, _PERHAPS_UNSTORABLE)
    return texts.where(~suspect, texts[suspect].map(_replace_unstorable)) if suspect.any() else texts


def array_of_texts(texts: Iterable[str]) -> str:
    """Convert texts to a PostgreSQL array literal: of thousands, it is parsed in a third of the time of a list."""
    escaped = (text.replace("\\", "\\\\").replace('"', '\\"') for text in texts)  # the only special characters
    return "{" + ",".join(f'"{text}"' for text in escaped) + "}"


def array_of_json(lists: pd.Series) -> pd.Series:
    """Convert JSON lists of strings (``str``, unique index) to PostgreSQL array literals."""
    arrays = "{" + lists.str.slice(1, -1) + "}"
    escaped = lists.str.contains("\\", regex=False)
    if not escaped.any():
        return arrays
    return arrays.where(~escaped, storable_json(lists[escaped]).map(json.loads).map(array_of_texts))


def array_of_words(words: pd.Series) -> pd.Series:
    """Convert comma-separated texts (``str``) to PostgreSQL array literals."""
    quoted = words.str.replace("\\", "\\\\", regex=False).str.replace('"', '\\"', regex=False)
    return ('{"' + quoted.str.replace(",", '","', regex=False) + '"}').where(words != "", "{}")


def _copy_in(connection: sa.Connection, table: sa.Table, frame: pd.DataFrame) -> None:
    names = [column.name for column in table.columns]
    statement = f"COPY {table.name} FROM STDIN (FORMAT csv)"
    with explained_errors(connection.engine), _cursor(connection) as cursor:
        for start in range(0, len(frame), _ROWS_AT_ONCE):
            rows = frame[names].iloc[start : start + _ROWS_AT_ONCE]
            cursor.copy_expert(statement, io.BytesIO(_csv(rows)), _BYTES_AT_ONCE)


def _cursor(connection: sa.Connection) -> Any:  # noqa: ANN401 - SQLAlchemy does not know what its driver can do
    return connection.connection.cursor()


def _csv(rows: pd.DataFrame) -> bytes:
    times = rows.select_dtypes("datetimetz")
    rows = rows.assign(**times.where(times.apply(lambda column: column.dt.year.between(1, 9999))))
    written = io.BytesIO()
    csv.write_csv(pa.Table.from_pandas(rows, preserve_index=False), written, csv.WriteOptions(include_header=False))
    return written.getvalue().replace(b"\0", "\ufffd".encode())


def _parse_csv(written: io.BytesIO, types: dict[str, pa.DataType]) -> pd.DataFrame:
    size = written.tell()
    if size == 0:
        return pd.DataFrame(pa.schema(list(types.items())).empty_table().to_pandas())
    written.seek(0)
    table = csv.read_csv(
        written,
        csv.ReadOptions(column_names=list(types), block_size=min(size, _BLOCK_BYTES)),
        csv.ParseOptions(newlines_in_values=True),
        csv.ConvertOptions(
            column_types=types,
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            true_values=["t"],
            false_values=["f"],
        ),
    )
    return pd.DataFrame(table.to_pandas())


def _replace_unstorable(text: str) -> str:
    return _UNSTORABLE.sub(lambda match: match[1] or "\ufffd", text)
