"""Read the public names that commits added and removed, each commit once."""

from collections.abc import Callable
from typing import NamedTuple

import pandas as pd
from git.exc import GitCommandError
from pandera.typing import DataFrame

from achievement_pipeline.app.collect.readings.stored_frames import StoredFrames, stored_frame
from achievement_pipeline.frames import DiffState, PublicNames, RawCommitFiles, typed
from achievement_pipeline.judging.public_names import NAMES_VERSION, may_define_names
from achievement_pipeline.sources.git import History, Repository, read_public_names


class Names(NamedTuple):
    """The public names that commits of a repository added and removed."""

    names: DataFrame[PublicNames]
    read_by: str
    """The version that read all of them; empty if they are not complete."""

    @classmethod
    def none(cls) -> "Names":
        """Return no names of commits that are still to be read."""
        return cls(PublicNames.empty(), "")

    @classmethod
    def stored(cls, frames: StoredFrames, key: str, read_by: str) -> "Names":
        """Return what was stored of a repository the last time; none where it is not of today's version."""
        names = stored_frame(frames, "public_names", PublicNames, key)
        return cls.none() if names is None or read_by != NAMES_VERSION else cls(names, read_by)


def read_names(
    repository: Repository,
    history: History,
    stored: Names,
    decided: "pd.Series[str]",
    warn: Callable[[str], object],
) -> Names:
    """Read the names of the commits that were not read yet.

    Args:
        repository: As it is now.
        history: What was read of it.
        stored: The result of the last time.
        decided: The commits that it has.
        warn: Called if the contents can't be read; the next run reads them again.
    """
    commits = history.commits["sha"][history.commits["diff"] == DiffState.READ]
    new = commits if not stored.read_by else commits[~commits.isin(decided)]
    files = history.files if len(new) == len(history.commits) else history.files[history.files["sha"].isin(set(new))]
    try:
        names = read_public_names(repository, may_define_names(typed(RawCommitFiles, files)))
    except GitCommandError as error:
        warn(f"its public names can't be read: {error.stderr.strip()}")
        return Names(stored.names, "")
    kept = stored.names[stored.names["sha"].isin(set(commits))]
    return Names(typed(PublicNames, pd.concat([names, kept], ignore_index=True)), NAMES_VERSION)
