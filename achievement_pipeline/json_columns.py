"""Columns of JSON text, made in bulk: one call of a C writer for a whole frame, no Python object a row."""

import numpy as np
import pandas as pd


def json_objects(frame: pd.DataFrame) -> pd.Series:
    """Return a JSON object a row, its values by the names of their columns; moments in ISO 8601, UTC.

    The index is that of the frame.
    """
    if frame.empty:
        return pd.Series("{}", index=frame.index, dtype="str")
    lines = frame.to_json(
        orient="records", lines=True, date_format="iso", date_unit="us", double_precision=15, force_ascii=False
    )
    return pd.Series(lines.removesuffix("\n").split("\n"), index=frame.index, dtype="str")


def json_lists(values: pd.Series, keys: pd.Series) -> pd.Series:
    """Return the JSON values of each key as one JSON list, by key.

    Args:
        values: JSON texts without line breaks.
        keys: The key of each; those of one key stand together, in the order in which they are wanted.
    """
    if values.empty:
        return pd.Series(dtype="str")
    last = ~keys.duplicated(keep="last")
    # one long text, cut where a key ends: no call a key
    text = "".join(values + np.where(last, "]\n[", ","))
    return pd.Series(f"[{text}".removesuffix("\n[").split("\n"), index=keys[last].array, dtype="str")
