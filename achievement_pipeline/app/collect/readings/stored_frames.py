"""The frames of the last run, which a reading takes along."""

from typing import Protocol

import pandas as pd
from pandera.typing import DataFrame

from achievement_pipeline.errors import FrameError
from achievement_pipeline.frames import SchemaT, checked


class StoredFrames(Protocol):
    """Where frames are stored."""

    def read(self, asset: str, partition: str | None = None) -> pd.DataFrame | None:
        """Return the stored frame of an asset, or None if there is none that can be read."""


def stored_frame(
    frames: StoredFrames, asset: str, schema: type[SchemaT], partition: str | None = None
) -> DataFrame[SchemaT] | None:
    """Return the stored frame of an asset, or None if there is none, or if another version stored it."""
    stored = frames.read(asset, partition)
    try:
        return None if stored is None else checked(schema, stored)
    except FrameError:
        return None
