"""Dataframes into the database and out of it in bulk, by COPY: row by row it takes ten times as long.

The text between is CSV as Arrow and PostgreSQL both write and read it: a quoted empty string is an empty text, an
unquoted one is null. What PostgreSQL can't hold is replaced on the way in: NUL, and in JSON also half a surrogate pair,
by U+FFFD; a moment outside of the years 1 to 9999, which Python can't hold either, by null.
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
from achievement_pipeline.patterns import VERBOSE, compile_pattern
from achievement_pipeline.store.database import explained_errors

_ROWS_AT_ONCE = 10_000
"""Bounds the memory that the text takes; more at once isn't faster."""
_BYTES_AT_ONCE = 1 << 16
"""Of the text, to the server: the driver's 8 KiB cost a tenth more."""
_BLOCK_BYTES = 1 << 26
"""What Arrow parses at once; a row must fit in."""
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
    """Give a temporary table with the rows of a frame, which lasts to the end of the block.

    Args:
        connection: Its transaction is the table's; left as it is when the block raises, for the caller to roll back.
        name: The name of the table.
        columns: Its columns. Those of JSON and of arrays take `storable_json`, `array_of_json` or `array_of_words`.
        frame: The rows; columns with other names are left out. They lie in the table in the order of its primary key:
            what is then written of them fills indexes from left to right, which takes a quarter off storing them.
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
    """Return the rows of a query, which has no parameters; texts as ``str``, moments as ``datetime64[us, UTC]``."""
    types = {column.name: _ARROW_TYPES[type(column.type)] for column in query.selected_columns}
    written = io.BytesIO()
    with explained_errors(connection.engine), _cursor(connection) as cursor:
        cursor.copy_expert(f"COPY ({query.compile(connection)}) TO STDOUT (FORMAT csv)", written)
    return _parse_csv(written, types)


def storable_json(texts: pd.Series) -> pd.Series:
    """Replace in JSON texts (``str``, unique index) the escapes that ``jsonb`` refuses."""
    suspect = contains(texts, _PERHAPS_UNSTORABLE)
    return texts.where(~suspect, texts[suspect].map(_mend)) if suspect.any() else texts


def array_of_json(lists: pd.Series) -> pd.Series:
    """Turn JSON lists of texts (``str``, unique index) into PostgreSQL's arrays: other brackets, fewer escapes."""
    arrays = "{" + lists.str.slice(1, -1) + "}"
    escaped = lists.str.contains("\\", regex=False)
    return arrays.where(~escaped, storable_json(lists[escaped]).map(_array)) if escaped.any() else arrays


def array_of_words(words: pd.Series) -> pd.Series:
    """Turn texts separated by commas (``str``) into PostgreSQL's arrays."""
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
    moments = rows.select_dtypes("datetimetz")
    rows = rows.assign(**moments.where(moments.apply(lambda moment: moment.dt.year.between(1, 9999))))
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


def _mend(text: str) -> str:
    return _UNSTORABLE.sub(lambda match: match[1] or "\ufffd", text)


def _array(text: str) -> str:
    """Return a JSON list of texts as an array of PostgreSQL, which takes every character but two as it is."""
    words = (word.replace("\\", "\\\\").replace('"', '\\"') for word in json.loads(text))
    return "{" + ",".join(f'"{word}"' for word in words) + "}"
