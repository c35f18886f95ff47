"""Build JSON columns in bulk, without creating a Python object per row."""

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from achievement_pipeline.columns.text import join_by_key


def json_objects(frame: pd.DataFrame) -> pd.Series:
    """Return one JSON object per row, keyed by column name. Datetimes are ISO 8601, UTC. The index is kept."""
    if frame.empty:
        return pd.Series("{}", index=frame.index, dtype="str")
    lines = frame.to_json(
        orient="records", lines=True, date_format="iso", date_unit="us", double_precision=15, force_ascii=False
    )
    objects = pc.split_pattern(pa.array([lines.removesuffix("\n")], pa.large_string()), "\n").flatten()
    return pd.Series(pd.array(objects, dtype="str"), index=frame.index)


def json_lists(values: pd.Series, keys: pd.Series) -> pd.Series:
    """Combine the JSON values of each key into one JSON list.

    Args:
        values: JSON texts without line breaks.
        keys: The key of each value. Equal keys must be adjacent; their order is kept.

    Returns:
        JSON lists (``str``), indexed by key.
    """
    return "[" + join_by_key(values, keys, ",") + "]"
