"""Which version of each slice of activities is stored."""

import datetime as dt
from typing import NamedTuple

import sqlalchemy as sa

from achievement_pipeline.store.tables import Slice


class StoredSlice(NamedTuple):
    """The stored version of a slice."""

    version: str
    """Version of its frames."""
    rules: str
    """Version of the rules that composed its achievements."""
    stored_at: dt.datetime


def stored_slices(connection: sa.Connection) -> dict[str, StoredSlice]:
    """Return the stored version of each slice by its name."""
    rows = connection.execute(sa.select(Slice.name, Slice.version, Slice.rules, Slice.stored_at))
    return {row.name: StoredSlice(row.version, row.rules, row.stored_at) for row in rows}
