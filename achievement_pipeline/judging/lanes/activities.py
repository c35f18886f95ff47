"""The columns that the activities of all lanes share."""

from __future__ import annotations

from typing import Final

import pandas as pd
import pandera.pandas as pa

from achievement_pipeline.frames import Activities
from achievement_pipeline.keys import KeyForm

_EMPTY_JSON: Final = {"left_out": "{}", "labels": "[]"}
_DEFAULTS: Final = {"repository": pd.NA, "coauthors": "", "retracted_by": pd.NA, "names": "[]"}
_ORDER: Final = list(Activities.to_schema().columns)


def describe_activity(
    form: KeyForm, kind: str, source_ids: pd.Series[str], **columns: pd.Series
) -> dict[str, pd.Series]:
    """Return the common columns of `Activities`, in schema order.

    Args:
        form: Makes the keys.
        kind: The kind of activity.
        source_ids: Identifiers within the source.
        columns: The other columns. Those in `_USUALLY` have defaults; those of the verdict may be added later.
    """

    def filled(value: object) -> pd.Series:
        return pd.Series(value, index=source_ids.index, dtype="str")

    known = {name: filled(value) for name, value in _DEFAULTS.items()}
    known |= {"key": form.keys(source_ids), "kind": filled(str(kind)), "source_id": source_ids, **columns}
    return {name: known[name] for name in _ORDER if name in known}


def complete_activities(schema: type[pa.DataFrameModel], known: pd.DataFrame) -> pd.DataFrame:
    """Add the columns of a lane that activities do not have: missing, empty, zero or false.

    Args:
        schema: The lane's `Activities`.
        known: Some of its columns.
    """
    columns, blank = schema.to_schema().columns, schema.empty().dtypes
    filled = known.copy()
    for name in columns.keys() - set(known.columns):
        text = _EMPTY_JSON.get(name, "") if pd.api.types.is_string_dtype(blank[name]) else 0
        filled[name] = pd.Series(pd.NA if columns[name].nullable else text, index=known.index).astype(blank[name])
    return filled[list(columns)]
