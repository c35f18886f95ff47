r"""Columns of text, worked on in bulk by Arrow: no Python object a row.

Expressions are those of RE2, which never backtracks: whatever the text, the time is in proportion to its length. It has
neither lookaround nor references; ``\w``, ``\d``, ``\s``, ``\b`` are ASCII's, ``\pL``, ``\pN``, ``\pZ`` Unicode's.
"""

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
    requested, known = np.zeros(len(rows), "int64"), np.zeros(len(others), "int64")
    for column in columns:
        texts = _as_arrow(others[column])
        distinct = pc.unique(texts)
        numbers = _index_in(_as_arrow(rows[column]), distinct)
        requested = np.where((requested < 0) | (numbers < 0), -1, requested * len(distinct) + numbers)
        known = known * len(distinct) + _index_in(texts, distinct)
    return _index_in(pa.array(requested), pa.array(known))


def _index_in(values: pa.Array | pa.ChunkedArray, others: pa.Array) -> npt.NDArray[np.int64]:
    return np.asarray(pc.fill_null(pc.index_in(values, value_set=others), -1), dtype="int64")


def contains(texts: pd.Series, expression: str) -> pd.Series:
    """Tell which texts an expression finds something in; missing texts have nothing in them."""
    found = pc.fill_null(pc.match_substring_regex(_as_arrow(texts), expression), fill_value=False)
    return pd.Series(found.to_numpy(zero_copy_only=False), index=texts.index, dtype=bool)


def count(texts: pd.Series, expression: str) -> pd.Series:
    """Return how often an expression is found in each text; never in a missing one."""
    found = pc.fill_null(pc.count_substring_regex(_as_arrow(texts), expression), 0)
    return pd.Series(found.to_numpy(zero_copy_only=False), index=texts.index, dtype="int64")


def extract(texts: pd.Series, expression: str) -> pd.Series:
    """Return what the one named group of an expression finds in each text first; missing where it is not found."""
    return extract_groups(texts, expression).iloc[:, 0]


def extract_groups(texts: pd.Series, expression: str) -> pd.DataFrame:
    """Return what an expression finds in each text first.

    Returns:
        A column a named group, empty where the group has no part in what was found; missing where nothing was found.
    """
    found = pc.extract_regex(_as_arrow(texts), expression)
    names = [field.name for field in found.type]
    columns = {name: pd.array(pc.struct_field(found, name), dtype="str") for name in names}
    return pd.DataFrame(columns, index=texts.index)


def extract_all(texts: pd.Series, expression: str) -> pd.Series:
    """Return all that the first group of an expression finds, one row a find, the index of ``texts`` repeated."""
    return extract_all_groups(texts, expression, ["found"])["found"]


def extract_all_groups(texts: pd.Series, expression: str, names: Sequence[str]) -> pd.DataFrame:
    """Return all that an expression finds, one row a find, the index of ``texts`` repeated.

    Args:
        texts: Missing ones have nothing in them.
        expression: At most nine groups.
        names: A column for each of its first groups; empty where a group has no part in a find.
    """
    clean = pc.replace_substring_regex(_as_arrow(texts), "[\x00\x01]", " ")
    groups = "\x01".join(f"\\{number}" for number in range(1, len(names) + 1))
    # between two marks stands a find, and between finds the rest of the text
    parts = pc.split_pattern(pc.replace_substring_regex(clean, expression, f"\x00{groups}\x00"), "\x00")
    lists = parts.combine_chunks()
    rows = np.asarray(pc.list_parent_indices(lists))
    is_find = np.asarray(_position_in_list(rows) % 2, dtype=bool)
    fields = pc.split_pattern(pc.list_flatten(lists).filter(pa.array(is_find)), "\x01")
    columns = {name: pd.array(pc.list_element(fields, number), dtype="str") for number, name in enumerate(names)}
    return pd.DataFrame(columns, index=texts.index[rows[is_find]])


def _position_in_list(rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The position of each element in its own list, from the number of that list."""
    begins = np.flatnonzero(np.diff(rows, prepend=-1))
    lengths = np.diff(begins, append=len(rows))
    return np.arange(len(rows)) - np.repeat(begins, lengths)


def replace(texts: pd.Series, expression: str, by: str) -> pd.Series:
    r"""Return the texts with all that an expression finds replaced; ``\1`` in ``by`` stands for its first group."""
    replaced = pc.replace_substring_regex(_as_arrow(texts), expression, by)
    return pd.Series(pd.array(replaced, dtype="str"), index=texts.index)


def _as_arrow(texts: pd.Series) -> pa.ChunkedArray:
    """What was concatenated, or read from a large file, lies in several pieces; to join them is to copy them."""
    array = pa.array(texts, pa.large_string())
    return array if isinstance(array, pa.ChunkedArray) else pa.chunked_array([array])
