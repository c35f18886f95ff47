"""Reads how long lines were in use, from histories that were collected: in the background, never while collecting."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import pandera.pandas as pa
import sqlalchemy as sa
from git.exc import GitCommandError
from pandera.typing import DataFrame

from achievement_pipeline.app.collect.readings.histories import stored_history
from achievement_pipeline.app.collect.readings.stored_frames import StoredFrames, stored_frame
from achievement_pipeline.app.collect.repositories import open_clones
from achievement_pipeline.errors import SourceError
from achievement_pipeline.frames import LineOwners, LineUse, typed
from achievement_pipeline.settings import Settings
from achievement_pipeline.sources.git import LinesInUse, combine_clones, no_lines, read_lines_in_use
from achievement_pipeline.store.repositories import find_repository

LINE_FRAMES: Mapping[str, type[pa.DataFrameModel]] = {"line_use": LineUse, "line_owners": LineOwners}
"""The frames of `LinesInUse`, in their order, by asset."""


@dataclass(frozen=True)
class LineReader:
    """Reads the lines of repositories that were collected."""

    engine: sa.Engine
    frames: StoredFrames
    settings: Settings
    warn: Callable[[str], object]

    def read(self, keys: Sequence[str]) -> LinesInUse:
        """Read how long the lines of some repositories were in use. What can't be read stays as it is stored."""
        read = [self._read_one(key) for key in keys]
        return LinesInUse(
            typed(LineUse, pd.concat([one.use for one in read], ignore_index=True)),
            typed(LineOwners, pd.concat([one.owners for one in read], ignore_index=True)),
        )

    def _read_one(self, key: str) -> LinesInUse:
        stored = _stored(self.frames, key)
        history = stored_history(self.frames, key)
        if history is None:
            return stored
        opened, unread = open_clones(find_repository(self.engine, key), self.settings)
        there = [repository for repository in opened if repository.key == key]
        if not there:
            self.warn(f"{key}: {unread[0] if unread else 'it has another name now'}")
            return stored
        try:
            return read_lines_in_use(combine_clones(there), history, stored)
        except (GitCommandError, SourceError) as error:
            self.warn(f"{key}: it can't be read how long its lines were in use: {error}")
            return stored


def stored_line_use(frames: StoredFrames, keys: Sequence[str]) -> DataFrame[LineUse]:
    """Return how long the lines of some repositories were in use, as far as it was read."""
    return typed(LineUse, pd.concat([_stored(frames, key).use for key in keys], ignore_index=True))


def _stored(frames: StoredFrames, key: str) -> LinesInUse:
    use = stored_frame(frames, "line_use", LineUse, key)
    owners = stored_frame(frames, "line_owners", LineOwners, key)
    return no_lines() if use is None or owners is None else LinesInUse(use, owners)
