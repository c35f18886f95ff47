r"""Vectorised text operations on Arrow, without creating a Python object per row.

Expressions use RE2 syntax, which never backtracks: run time is linear in the length of the text. RE2 has no lookaround
and no back-references. ``\w``, ``\d``, ``\s`` and ``\b`` match ASCII only; ``\pL``, ``\pN`` and ``\pZ`` match Unicode.
Compiling an expression takes 0.1 to 2 ms, so it is skipped where there are no texts.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc


def join_by_key(values: pd.Series, keys: pd.Series, separator: str) -> pd.Series:
    """Join the texts of each key.

    Args:
        values: Texts; none may be missing.
        keys: The key of each text. Equal keys must be adjacent; their order is kept.
        separator: Text between two values.

    Returns:
        Joined texts (``str``), indexed by key.
    """
    begins = np.flatnonzero(~keys.duplicated())
    lists = pa.LargeListArray.from_arrays(np.append(begins, len(keys)), _as_arrow(values).combine_chunks())
    joined = pc.binary_join(lists, pa.scalar(separator, pa.large_string()))
    return pd.Series(pd.array(joined, dtype="str"), index=keys.array[begins])


def are_among(texts: pd.Series, others: pd.Series) -> npt.NDArray[np.bool_]:
    """Return which texts occur in `others`. Unlike ``Series.isin``, it creates no Python objects."""
    found: npt.NDArray[np.bool_] = pc.is_in(_as_arrow(texts), value_set=_as_arrow(others)).to_numpy(
        zero_copy_only=False
    )
    return found


def are_repeated(texts: pd.Series) -> npt.NDArray[np.bool_]:
    """Return which texts occur more than once."""
    encoded = pc.dictionary_encode(_as_arrow(texts), null_encoding="encode")
    numbers = np.asarray(encoded.combine_chunks().indices)
    repeated: npt.NDArray[np.bool_] = np.bincount(numbers)[numbers] > 1
    return repeated


def rows_among(rows: pd.DataFrame, others: pd.DataFrame, columns: Sequence[str]) -> npt.NDArray[np.int64]:
    """Return the position in `others` of the first row with equal values in text columns, or -1.

    For example, with the columns ``("repository", "sha")``::

        rows                 others                     result
        r1  bbb              0  r1  aaa                 1
        r2  aaa              1  r1  bbb                 -1

    Each column is encoded as integers and the integers are combined. Concatenating the texts instead takes most of the
    time for a million paths.
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
    """Return which texts match an expression; False for missing texts."""
    if texts.empty:
        return pd.Series(index=texts.index, dtype=bool)
    found = pc.fill_null(pc.match_substring_regex(_as_arrow(texts), expression), fill_value=False)
    return pd.Series(found.to_numpy(zero_copy_only=False), index=texts.index, dtype=bool)


def count(texts: pd.Series, expression: str) -> pd.Series:
    """Count the matches in each text; 0 for missing texts."""
    found = pc.fill_null(pc.count_substring_regex(_as_arrow(texts), expression), 0)
    return pd.Series(found.to_numpy(zero_copy_only=False), index=texts.index, dtype="int64")


def extract(texts: pd.Series, expression: str) -> pd.Series:
    """Return the named group of the first match in each text, missing where nothing matches."""
    return extract_groups(texts, expression).iloc[:, 0]


def extract_groups(texts: pd.Series, expression: str) -> pd.DataFrame:
    """Return the named groups of the first match in each text.

    Returns:
        One column per named group: empty where the group did not take part in the match, missing where nothing matches.
    """
    found = pc.extract_regex(_as_arrow(texts), expression)
    names = [field.name for field in found.type]
    columns = {name: pd.array(pc.struct_field(found, name), dtype="str") for name in names}
    return pd.DataFrame(columns, index=texts.index)


def extract_all(texts: pd.Series, expression: str) -> pd.Series:
    """Return the first group of all matches, one row per match; the index of ``texts`` may repeat."""
    return extract_all_groups(texts, expression, ["found"])["found"]


def extract_all_groups(texts: pd.Series, expression: str, names: Sequence[str]) -> pd.DataFrame:
    """Return the groups of all matches, one row per match; the index of ``texts`` may repeat.

    Args:
        texts: Missing texts have no matches.
        expression: At most nine groups.
        names: Column names for the first groups. A group that did not take part in a match is empty.
    """
    if texts.empty:
        return pd.DataFrame(index=texts.index, columns=list(names), dtype="str")
    clean = pc.replace_substring_regex(_as_arrow(texts), "[\x00\x01]", " ")
    groups = "\x01".join(f"\\{number}" for number in range(1, len(names) + 1))
    # odd parts are matches, even parts the text between them
    parts = pc.split_pattern(pc.replace_substring_regex(clean, expression, f"\x00{groups}\x00"), "\x00")
    lists = parts.combine_chunks()
    rows = np.asarray(pc.list_parent_indices(lists))
    is_match = np.asarray(_position_in_list(rows) % 2, dtype=bool)
    fields = pc.split_pattern(pc.list_flatten(lists).filter(pa.array(is_match)), "\x01")
    columns = {name: pd.array(pc.list_element(fields, number), dtype="str") for number, name in enumerate(names)}
    return pd.DataFrame(columns, index=texts.index[rows[is_match]])


def _position_in_list(rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return the position of each element within its own list, given the number of its list."""
    begins = np.flatnonzero(np.diff(rows, prepend=-1))
    lengths = np.diff(begins, append=len(rows))
    return np.arange(len(rows)) - np.repeat(begins, lengths)


def replace(texts: pd.Series, expression: str, by: str) -> pd.Series:
    r"""Replace all matches. ``\1`` in `by` refers to the first group."""
    if texts.empty:
        return pd.Series(index=texts.index, dtype="str")
    replaced = pc.replace_substring_regex(_as_arrow(texts), expression, by)
    return pd.Series(pd.array(replaced, dtype="str"), index=texts.index)


def _as_arrow(texts: pd.Series) -> pa.ChunkedArray:
    """Convert to a chunked array. Concatenated or large columns have several chunks; combining them would copy."""
    array = pa.array(texts, pa.large_string())
    return array if isinstance(array, pa.ChunkedArray) else pa.chunked_array([array])
