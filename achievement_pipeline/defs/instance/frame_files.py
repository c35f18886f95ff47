"""Dataframes as the bytes of a Parquet file that tells when it is damaged.

Any program can read the file. Its footer holds a digest of all its bytes, as they are with zeros in the digest's place:
Parquet has checksums of pages at most, and a bit that flipped elsewhere gives other values without a word.
"""

import hashlib
import io
import json
from typing import Final

import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from achievement_pipeline.patterns import compile_pattern, escape

_COMPRESSION: Final = "zstd"
_DIGEST: Final = b"achievements.digest"
_ZEROS: Final = b"0" * 32
# the name and the value each follow a byte or two of Thrift
_PLACE: Final = compile_pattern(escape(_DIGEST) + rb"[^0-9a-f]{1,4}([0-9a-f]{32})")


class DamagedFrameError(Exception):
    """A file does not hold the frame that was written to it."""


def encode(frame: pd.DataFrame) -> bytes:
    """Return the file of a frame, its `attrs` included."""
    table = pa.Table.from_pandas(frame)
    metadata = {**table.schema.metadata, b"PANDAS_ATTRS": json.dumps(frame.attrs).encode()}  # as pandas does
    file = io.BytesIO()
    with parquet.ParquetWriter(file, table.schema.with_metadata(metadata), compression=_COMPRESSION) as writer:
        writer.write_table(table.replace_schema_metadata(metadata))
        writer.add_key_value_metadata({_DIGEST: _ZEROS})
    content = file.getvalue()
    begin, end = _place(content)
    return content[:begin] + _digest(content) + content[end:]


def decode(content: bytes) -> pd.DataFrame:
    """Return the frame of a file.

    Raises:
        DamagedFrameError: It is cut, or another byte than was written is in it.
    """
    begin, end = _place(content)
    if begin and content[begin:end] != _digest(content[:begin] + _ZEROS + content[end:]):
        raise DamagedFrameError("its digest is another")
    try:
        frame: pd.DataFrame = pd.read_parquet(io.BytesIO(content))
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError, MemoryError) as error:
        raise DamagedFrameError(str(error)) from error
    return frame


def _place(content: bytes) -> tuple[int, int]:
    """Return where the digest stands: after all else that is of the frame. Files of other programs have none."""
    found = _PLACE.match(content, max(0, content.rfind(_DIGEST)))
    return found.span(1) if found else (0, 0)


def _digest(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=len(_ZEROS) // 2).hexdigest().encode()
