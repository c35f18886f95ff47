"""Convert git's output to dataframes: split a stream into complete records, decode text, build columns.

Output is converted block by block with Arrow, so that a history is never held in memory as text and no Python object is
created per number or date.
"""

from collections.abc import Callable, Sequence
from typing import Final

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

_BLOCK: Final = 1 << 20

_PANDAS_TYPES: Final = {pa.int16(): pd.Int16Dtype(), pa.int32(): pd.Int32Dtype()}


class Blocks:
    """Joins the chunks of a stream into blocks of complete records, of at least 1 MiB each."""

    def __init__(self, whole: Callable[[bytes], int]) -> None:
        """Use `whole` to find how many bytes at the start of a buffer are complete records."""
        self._whole = whole
        self._chunks: list[bytes] = []
        self._size = 0
        self._enough = _BLOCK

    def add(self, chunk: bytes) -> bytes:
        """Add a chunk. Return the next block, or an empty one if there is not enough data yet."""
        self._chunks.append(chunk)
        self._size += len(chunk)
        if self._size < self._enough:
            return b""
        buffer = self.rest()
        whole = self._whole(buffer)
        self._chunks = [buffer[whole:]]
        self._size = len(buffer) - whole
        # Twice the rest, so that a record of 1 GiB is not searched again for every chunk.
        self._enough = max(_BLOCK, 2 * self._size)
        return buffer[:whole]

    def rest(self) -> bytes:
        """Return the data that no block has contained yet. At the end of a stream it is complete records."""
        return b"".join(self._chunks)


def split_fields(block: bytes) -> pa.LargeBinaryArray:
    """Split a block into its NUL-terminated fields."""
    return pc.split_pattern(pa.array([block], pa.large_binary()), b"\0").flatten()[:-1]


def decode_text(values: pa.LargeBinaryArray) -> pa.LargeStringArray:
    """Decode text as UTF-8, and invalid UTF-8 as Latin-1."""
    return _decode(values, lambda value: value.decode("latin-1"))


def decode_paths(values: pa.LargeBinaryArray) -> pa.LargeStringArray:
    r"""Decode paths as UTF-8, with invalid bytes written as ``\xNN``. Missing values stay missing."""
    return _decode(values, lambda value: value.decode(errors="backslashreplace"))


def _decode(values: pa.LargeBinaryArray, otherwise: Callable[[bytes], str]) -> pa.LargeStringArray:
    try:
        return values.cast(pa.large_string())
    except pa.ArrowInvalid:
        texts = (None if value is None else _decode_one(value, otherwise) for value in values.to_pylist())
        return pa.array(texts, pa.large_string())


def _decode_one(value: bytes, otherwise: Callable[[bytes], str]) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return otherwise(value)


def to_frame(batches: Sequence[pa.RecordBatch], schema: pa.Schema) -> pd.DataFrame:
    """Build a dataframe with the dtypes ``str``, ``datetime64[us, UTC]`` and nullable integers."""
    frame: pd.DataFrame = pa.Table.from_batches(batches, schema).to_pandas(types_mapper=_PANDAS_TYPES.get)
    return frame
