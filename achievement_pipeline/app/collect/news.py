"""Asks a source whether it has anything that is not stored, before a run is started for it."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from pkgutil import resolve_name

import pandas as pd
import sqlalchemy as sa

from achievement_pipeline.app.collect.clients import github_client, linear_client, mlflow_client
from achievement_pipeline.app.collect.readings.pull_requests import read_repositories, stored_pull_requests
from achievement_pipeline.app.collect.readings.runs import stored_runs
from achievement_pipeline.app.collect.readings.stored_frames import StoredFrames, stored_frame
from achievement_pipeline.errors import AchievementPipelineError
from achievement_pipeline.frame_files import DamagedFrameError, decode
from achievement_pipeline.frames import RawLinearIssues, RawLinearProjects
from achievement_pipeline.http import RequestOptions
from achievement_pipeline.keys import MLFLOW
from achievement_pipeline.lanes import Lane
from achievement_pipeline.settings import Settings
from achievement_pipeline.sources.linear import read_issues, read_projects
from achievement_pipeline.sources.mlflow import named_as_known, read_runs
from achievement_pipeline.store.pieces.activities import known_servers
from achievement_pipeline.store.postgres.turns import Turn, hold_turn
from achievement_pipeline.store.repositories import note_visibility

_ONCE = RequestOptions(attempts=1, max_wait_seconds=0)
"""Whatever takes patience is left to the run, which shows its waits."""


class _Files:
    """Frames in files on this machine."""

    def __init__(self, files: Mapping[str, Path]) -> None:
        self._files = files

    def read(self, asset: str, partition: str | None = None) -> pd.DataFrame | None:  # noqa: ARG002 - of one repository
        try:
            return decode(self._files[asset].read_bytes())
        except (KeyError, OSError, DamagedFrameError):
            return None


def has_news(lane: Lane, repository: str, files: Mapping[str, Path], settings: Settings, engine: sa.Engine) -> bool:
    """Whether a source has anything that is not stored, or does not answer at once: then a run is needed.

    Args:
        lane: The lane.
        repository: Key of a repository; empty where the lane is not by repository.
        files: Its stored frames, by asset.
        settings: All settings.
        engine: The database.
    """
    if lane.news is None:
        return True
    try:
        with hold_turn(engine, Turn.for_source(lane.label)):
            return bool(resolve_name(lane.news)(settings, engine, _Files(files), repository))
    except AchievementPipelineError:
        return True


def github_news(settings: Settings, engine: sa.Engine, frames: StoredFrames, repository: str) -> bool:
    """Whether pull requests or reviews of a repository have changed.

    Raises:
        SourceError: GitHub can't be read.
    """
    client, stored = github_client(settings, _ONCE), stored_pull_requests(frames, repository)
    if stored is None or not client.is_known:  # without a token the hour's requests are for reading
        return True
    read = read_repositories(client, [repository], frames, lambda _: None)
    note_visibility(engine, repository, "public" if read.public[repository] else "private")
    return bool(read.frames.warnings) or _differ(zip(stored[:4], read.frames[:4], strict=True))


def linear_news(settings: Settings, _engine: sa.Engine, frames: StoredFrames, _repository: str) -> bool:
    """Whether completed issues or projects have changed.

    Raises:
        SourceError: Linear can't be read.
    """
    client = linear_client(settings, _ONCE)
    stored = stored_frame(frames, "raw_linear_issues", RawLinearIssues)
    stored_projects = stored_frame(frames, "raw_linear_projects", RawLinearProjects)
    if stored is None or stored_projects is None:
        return True
    issues, projects = read_issues(client, stored), read_projects(client, stored_projects)
    is_warned = bool(issues.warnings or projects.warnings)
    return is_warned or _differ([(stored, issues.issues), (stored_projects, projects.projects)])


def mlflow_news(settings: Settings, engine: sa.Engine, frames: StoredFrames, _repository: str) -> bool:
    """Whether runs have changed.

    Raises:
        SourceError: The server can't be read.
    """
    client, stored = mlflow_client(settings, _ONCE), stored_runs(frames)
    if stored is None:
        return True
    read = read_runs(client, stored)
    runs = named_as_known(read.runs, known_servers(engine, MLFLOW))
    return bool(read.warnings) or _differ([(stored.runs, runs), (stored.metrics, read.metrics)])


def _differ(pairs: Iterable[tuple[pd.DataFrame, pd.DataFrame]]) -> bool:
    return not all(stored.reset_index(drop=True).equals(read.reset_index(drop=True)) for stored, read in pairs)
