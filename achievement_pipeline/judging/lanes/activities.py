"""The columns that the activities of all lanes share."""

from __future__ import annotations

from typing import Final

import pandas as pd

from achievement_pipeline.frames import Activities
from achievement_pipeline.keys import KeyForm

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
