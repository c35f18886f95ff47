"""Encode dataframes as Parquet files that detect corruption.

The files are regular Parquet. The footer contains a digest of the whole file, computed with zeros in place of the
digest: Parquet has page checksums at most, so a flipped bit elsewhere would silently change values.
"""

import hashlib
import io
import json
from typing import Final

import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from achievement_pipeline.parsing.patterns import compile_pattern, escape

_COMPRESSION: Final = "zstd"
_DIGEST: Final = b"achievements.digest"
_MARK: Final = b"achievements.frame"
"""Distinguishes a file without a readable digest from one that another program wrote."""
_ZEROS: Final = b"0" * 32
# one or two bytes of Thrift precede the name and the value
_DIGEST_FIELD: Final = compile_pattern(escape(_DIGEST) + rb"[^0-9a-f]{1,4}([0-9a-f]{32})")


class DamagedFrameError(Exception):
    """A file is corrupt."""


def encode(frame: pd.DataFrame) -> bytes:
    """Encode a dataframe as a Parquet file, including its `attrs`."""
    table = pa.Table.from_pandas(frame)
    attributes = json.dumps(frame.attrs).encode()
    metadata = {**table.schema.metadata, b"PANDAS_ATTRS": attributes, _MARK: b"1"}  # the attributes as pandas does
    file = io.BytesIO()
    with parquet.ParquetWriter(file, table.schema.with_metadata(metadata), compression=_COMPRESSION) as writer:
        writer.write_table(table.replace_schema_metadata(metadata))
        writer.add_key_value_metadata({_DIGEST: _ZEROS})
    content = file.getvalue()
    begin, end = _digest_span(content)
    return content[:begin] + _digest(content) + content[end:]


def decode(content: bytes) -> pd.DataFrame:
    """Decode a Parquet file.

    Raises:
        DamagedFrameError: The file is truncated or corrupt.
    """
    begin, end = _digest_span(content)
    if (begin or _MARK in content) and content[begin:end] != _digest(content[:begin] + _ZEROS + content[end:]):
        raise DamagedFrameError("digest mismatch")
    try:
        frame: pd.DataFrame = pd.read_parquet(io.BytesIO(content))
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError, MemoryError) as error:
        raise DamagedFrameError(str(error)) from error
    return frame


def _digest_span(content: bytes) -> tuple[int, int]:
    """Return the span of the digest in the last metadata; ``(0, 0)`` for files written by other programs."""
    found = _DIGEST_FIELD.match(content, max(0, content.rfind(_DIGEST)))
    return found.span(1) if found else (0, 0)


def _digest(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=len(_ZEROS) // 2).hexdigest().encode()
