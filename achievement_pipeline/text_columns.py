"""Columns of text, worked on in bulk by Arrow: no Python object a row."""

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
    lists = pa.LargeListArray.from_arrays(np.append(begins, len(keys)), _as_arrow(values))
    joined = pc.binary_join(lists, pa.scalar(separator, pa.large_string()))
    return pd.Series(pd.array(joined, dtype="str"), index=keys.array[begins])


def are_among(texts: pd.Series, others: pd.Series) -> npt.NDArray[np.bool_]:
    """Tell which texts are among others; pandas' own `isin` makes an object of each of those."""
    found: npt.NDArray[np.bool_] = pc.is_in(_as_arrow(texts), value_set=_as_arrow(others)).to_numpy(
        zero_copy_only=False
    )
    return found


def places_among(texts: pd.Series, others: pd.Series) -> npt.NDArray[np.int64]:
    """Return the place of each text among others, of the first where several are equal; -1 where it is not there."""
    places = pc.index_in(_as_arrow(texts), value_set=_as_arrow(others))
    return np.asarray(pc.fill_null(places, -1), dtype="int64")


def extract(texts: pd.Series, expression: str) -> pd.Series:
    """Return what the one named group of an RE2 expression finds in each text first; missing where it is not found."""
    found = pc.struct_field(pc.extract_regex(_as_arrow(texts), expression), 0)
    return pd.Series(pd.array(found, dtype="str"), index=texts.index)


def replace(texts: pd.Series, expression: str, by: str) -> pd.Series:
    """Return the texts with all that an RE2 expression finds replaced."""
    replaced = pc.replace_substring_regex(_as_arrow(texts), expression, by)
    return pd.Series(pd.array(replaced, dtype="str"), index=texts.index)


def _as_arrow(texts: pd.Series) -> pa.Array:
    array = pa.array(texts, pa.large_string())
    # what was concatenated lies in several pieces
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
