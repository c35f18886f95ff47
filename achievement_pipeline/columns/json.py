"""Columns of JSON text, made in bulk: one call of a C writer for a whole frame, no Python object a row."""

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from achievement_pipeline.columns.text import join_by_key


def json_objects(frame: pd.DataFrame) -> pd.Series:
    """Return a JSON object a row, its values by the names of their columns; moments in ISO 8601, UTC.

    The index is that of the frame.
    """
    if frame.empty:
        return pd.Series("{}", index=frame.index, dtype="str")
    lines = frame.to_json(
        orient="records", lines=True, date_format="iso", date_unit="us", double_precision=15, force_ascii=False
    )
    objects = pc.split_pattern(pa.array([lines.removesuffix("\n")], pa.large_string()), "\n").flatten()
    return pd.Series(pd.array(objects, dtype="str"), index=frame.index)


def json_lists(values: pd.Series, keys: pd.Series) -> pd.Series:
    """Return the JSON values of each key as one JSON list, by key.

    Args:
        values: JSON texts without line breaks.
        keys: The key of each; those of one key stand together, in the order in which they are wanted.
    """
    return "[" + join_by_key(values, keys, ",") + "]"
