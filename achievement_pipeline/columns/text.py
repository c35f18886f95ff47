"""Columns of text, worked on in bulk by Arrow: no Python object a row."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc


def join_by_key(values: pd.Series, keys: pd.Series, separator: str) -> pd.Series:
    """Join the texts of each key, by key.

    Args:
        values: Texts, none missing.
        keys: The key of each; those of one key stand together, in the order in which they are wanted.
        separator: What stands between two texts.
    """
    begins = np.flatnonzero(~keys.duplicated())
    lists = pa.LargeListArray.from_arrays(np.append(begins, len(keys)), _as_arrow(values).combine_chunks())
    joined = pc.binary_join(lists, pa.scalar(separator, pa.large_string()))
    return pd.Series(pd.array(joined, dtype="str"), index=keys.array[begins])


def are_among(texts: pd.Series, others: pd.Series) -> npt.NDArray[np.bool_]:
    """Tell which texts are among others; pandas' own `isin` makes an object of each of those."""
    found: npt.NDArray[np.bool_] = pc.is_in(_as_arrow(texts), value_set=_as_arrow(others)).to_numpy(
        zero_copy_only=False
    )
    return found


def are_repeated(texts: pd.Series) -> npt.NDArray[np.bool_]:
    """Tell which texts are there more than once."""
    encoded = pc.dictionary_encode(_as_arrow(texts), null_encoding="encode")
    numbers = np.asarray(encoded.combine_chunks().indices)
    repeated: npt.NDArray[np.bool_] = np.bincount(numbers)[numbers] > 1
    return repeated


def rows_among(rows: pd.DataFrame, others: pd.DataFrame, columns: Sequence[str]) -> npt.NDArray[np.int64]:
    """Return the place of each row among others that are equal to it in some columns of text.

    Of several it is the first; -1 where there is none. No text is made of the columns: for a million paths that takes
    the longest part of the time.
    """
    asked, known = np.zeros(len(rows), "int64"), np.zeros(len(others), "int64")
    for column in columns:
        texts = _as_arrow(others[column])
        distinct = pc.unique(texts)
        numbers = _index_in(_as_arrow(rows[column]), distinct)
        asked = np.where((asked < 0) | (numbers < 0), -1, asked * len(distinct) + numbers)
        known = known * len(distinct) + _index_in(texts, distinct)
    return _index_in(pa.array(asked), pa.array(known))


def _index_in(values: pa.Array | pa.ChunkedArray, others: pa.Array) -> npt.NDArray[np.int64]:
    return np.asarray(pc.fill_null(pc.index_in(values, value_set=others), -1), dtype="int64")


def extract(texts: pd.Series, expression: str) -> pd.Series:
    """Return what the one named group of an RE2 expression finds in each text first; missing where it is not found."""
    found = pc.struct_field(pc.extract_regex(_as_arrow(texts), expression), 0)
    return pd.Series(pd.array(found, dtype="str"), index=texts.index)


def replace(texts: pd.Series, expression: str, by: str) -> pd.Series:
    """Return the texts with all that an RE2 expression finds replaced."""
    replaced = pc.replace_substring_regex(_as_arrow(texts), expression, by)
    return pd.Series(pd.array(replaced, dtype="str"), index=texts.index)


def _as_arrow(texts: pd.Series) -> pa.ChunkedArray:
    """What was concatenated, or read from a large file, lies in several pieces; to join them is to copy them."""
    array = pa.array(texts, pa.large_string())
    return array if isinstance(array, pa.ChunkedArray) else pa.chunked_array([array])
