"""The columns that the activities of all lanes share."""

from __future__ import annotations

from typing import Final

import pandas as pd

from achievement_pipeline.frames import Activities
from achievement_pipeline.keys import KeyForm

_USUALLY: Final = {"repository": pd.NA, "coauthors": "", "retracted_by": pd.NA, "names": "[]"}
_ORDER: Final = list(Activities.to_schema().columns)


def describe_activity(
    form: KeyForm, kind: str, source_ids: pd.Series[str], **columns: pd.Series
) -> dict[str, pd.Series]:
    """Return the columns of `Activities` for some rows, in their order.

    Args:
        form: Of the keys.
        kind: What the activities are in their source.
        source_ids: Their names within the source.
        columns: The others. Those of `_USUALLY` may be left out, and so may those that a verdict adds.
    """

    def filled(value: object) -> pd.Series:
        return pd.Series(value, index=source_ids.index, dtype="str")

    known = {name: filled(value) for name, value in _USUALLY.items()}
    known |= {"key": form.keys(source_ids), "kind": filled(str(kind)), "source_id": source_ids, **columns}
    return {name: known[name] for name in _ORDER if name in known}
