"""Builders of raw frames: a row says what a test is about, the rest is filled in."""

import datetime as dt
from collections.abc import Mapping
from typing import TypeVar

import pandera.pandas as pa
from pandera.typing import DataFrame

from achievement_pipeline_tests.store.sample_pieces import NOON, frame_of

Row = Mapping[str, object]

_LISTS = ("labels", "closes", "attachments", "previous_identifiers", "label_ids", "teams", "members", "model_versions")
_ORDINARY: Row = {
    "repository": "github.com/Acme/Engine",
    "number": 12,
    "position": 0,
    "priority": 0,
    "sha": "a" * 40,
    "diff": "read",
    "detail": "read",
    "status": "finished",
    "authored_at": NOON,
    "additions": 0,
    "deletions": 0,
}
_Schema = TypeVar("_Schema", bound=pa.DataFrameModel)


def raw_frame(schema: type[_Schema], *rows: Row) -> DataFrame[_Schema]:
    """Return a raw frame; what a row does not give is ordinary, empty, or missing where that may be."""
    columns = schema.to_schema().columns
    blank: dict[str, object] = {}
    for name, column in columns.items():
        if name in _ORDINARY:
            blank[name] = _ORDINARY[name]
        elif column.nullable:
            blank[name] = None
        elif name in _LISTS:
            blank[name] = "[]"
        else:
            blank[name] = NOON if name.endswith("_at") else ""
    return frame_of(schema, ({**blank, **row} for row in rows))


def after(hours: float) -> dt.datetime:
    """Return a moment so many hours after `NOON`."""
    return NOON + dt.timedelta(hours=hours)
