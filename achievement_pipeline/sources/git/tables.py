"""From the bytes that git prints to columns: cutting a stream into whole records, decoding, and dataframes.

Everything goes block by block through Arrow: a history never stands in memory as text, and no Python object is made for
a number or a date.
"""

from collections.abc import Callable, Sequence
from typing import Final

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

_BLOCK: Final = 1 << 20

_PANDAS_TYPES: Final = {pa.int16(): pd.Int16Dtype(), pa.int32(): pd.Int32Dtype()}


class Blocks:
    """Gathers chunks of a stream and gives them back as blocks of whole records, of a mebibyte or more each."""

    def __init__(self, whole: Callable[[bytes], int]) -> None:
        """Take a function that tells how many bytes at the beginning of a buffer are whole records."""
        self._whole = whole
        self._chunks: list[bytes] = []
        self._size = 0
        self._enough = _BLOCK

    def add(self, chunk: bytes) -> bytes:
        """Take a chunk and return a block, empty until there is enough for one."""
        self._chunks.append(chunk)
        self._size += len(chunk)
        if self._size < self._enough:
            return b""
        buffer = self.rest()
        whole = self._whole(buffer)
        self._chunks = [buffer[whole:]]
        self._size = len(buffer) - whole
        # Twice the rest: a record of a gibibyte is not searched again with every chunk.
        self._enough = max(_BLOCK, 2 * self._size)
        return buffer[:whole]

    def rest(self) -> bytes:
        """What was taken and not given back; at the end of a stream that ended well it is whole records."""
        return b"".join(self._chunks)


def split_fields(block: bytes) -> pa.LargeBinaryArray:
    """The fields of a block, each of which ends with a NUL."""
    return pc.split_pattern(pa.array([block], pa.large_binary()), b"\0").flatten()[:-1]


def decode_text(values: pa.LargeBinaryArray) -> pa.LargeStringArray:
    """Text as UTF-8; what is not, and names no other encoding that git could convert, as Latin-1."""
    return _decode(values, lambda value: value.decode("latin-1"))


def decode_paths(values: pa.LargeBinaryArray) -> pa.LargeStringArray:
    r"""Paths as UTF-8; bytes that are not stand as ``\xNN``. What is missing stays missing."""
    return _decode(values, lambda value: value.decode(errors="backslashreplace"))


def _decode(values: pa.LargeBinaryArray, otherwise: Callable[[bytes], str]) -> pa.LargeStringArray:
    try:
        return values.cast(pa.large_string())
    except pa.ArrowInvalid:
        texts = (None if value is None else _one(value, otherwise) for value in values.to_pylist())
        return pa.array(texts, pa.large_string())


def _one(value: bytes, otherwise: Callable[[bytes], str]) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return otherwise(value)


def to_frame(batches: Sequence[pa.RecordBatch], schema: pa.Schema) -> pd.DataFrame:
    """One dataframe of batches, in pandas' own types: ``str``, ``datetime64[us, UTC]``, nullable integers."""
    frame: pd.DataFrame = pa.Table.from_batches(batches, schema).to_pandas(types_mapper=_PANDAS_TYPES.get)
    return frame
