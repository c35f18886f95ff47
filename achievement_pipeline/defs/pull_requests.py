"""Reads the pull requests of a run's repositories: what is stored is taken along, and a broken one stops no other."""

from collections.abc import Mapping
from dataclasses import dataclass

import dagster as dg
import pandas as pd

from achievement_pipeline.app.clients import github_client
from achievement_pipeline.defs.instance.io_manager import ParquetIOManager
from achievement_pipeline.defs.requests import is_without_cache
from achievement_pipeline.defs.ui.progress import ReportsProgress
from achievement_pipeline.defs.waits import request_options
from achievement_pipeline.errors import AchievementPipelineError, FrameError, SourceError
from achievement_pipeline.frames import (
    RawPullRequestCommits,
    RawPullRequestFiles,
    RawPullRequests,
    RawReviews,
    checked,
    typed,
)
from achievement_pipeline.http import UnreachableError
from achievement_pipeline.lanes import GITHUB
from achievement_pipeline.settings import Settings
from achievement_pipeline.sources.github import PullRequests, no_pull_requests, read_pull_requests

RAW_PULL_REQUESTS = ("raw_pull_requests", "raw_pull_request_commits", "raw_pull_request_files", "raw_reviews")
"""The assets of the frames of `PullRequests`, in their order."""

SERVER_IS_DOWN = "server_is_down"
"""Name of the failure's metadata where the server gave no answer at all."""


@dataclass(frozen=True)
class RepositoriesRead:
    """What was read of all repositories of a run."""

    frames: PullRequests
    failed: Mapping[str, str]
    """Why a repository could not be read, by key; what is stored of it is kept."""
    public: Mapping[str, bool]
    """Whether everybody can see a repository, by key, of those that could be read."""


def read_repositories(
    context: dg.AssetExecutionContext, settings: Settings, frames: ParquetIOManager, progress: ReportsProgress
) -> RepositoriesRead:
    """Read the pull requests of the run's repositories; one that does not lie on GitHub has none.

    Raises:
        dagster.Failure: GitHub is off, or no repository that lies there can be read.
    """
    ours = [key for key in context.partition_keys if GITHUB.covers(key, settings)]
    for key in sorted(set(context.partition_keys) - set(ours)):
        context.log.info(f"{key} does not lie on {settings.github_host}: it has no pull requests there.")
    try:
        client = github_client(settings, request_options(context, progress))
    except AchievementPipelineError as error:
        raise dg.Failure(str(error), allow_retries=False) from error
    read: list[PullRequests] = [no_pull_requests()]
    failed: dict[str, str] = {}
    public: dict[str, bool] = {}
    down = ""
    for key in ours:
        stored = _stored(frames, key)
        try:
            if down:
                raise UnreachableError(down)
            # without a token an hour's requests would not do
            cached = not (client.is_known and is_without_cache(context))
            read.append(read_pull_requests(client, key, stored, cached=cached))
            public[key] = read[-1].public
        except SourceError as error:
            failed[key] = str(error)
            down = failed[key] if isinstance(error, UnreachableError) else ""
            context.log.warning(f"{key}: {error}")
            read.extend([stored] if stored else [])
    if ours and len(failed) == len(ours):
        metadata = {SERVER_IS_DOWN: True} if down else {}
        raise dg.Failure("\n".join(dict.fromkeys(failed.values())), metadata, allow_retries=False)
    return RepositoriesRead(_join(read), failed, public)


def _join(read: list[PullRequests]) -> PullRequests:
    """Join the frames of several repositories."""

    def joined(name: str) -> pd.DataFrame:
        parts = [getattr(one, name) for one in read]
        whole: pd.DataFrame = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
        return whole

    return PullRequests(
        typed(RawPullRequests, joined("pull_requests")),
        typed(RawPullRequestCommits, joined("commits")),
        typed(RawPullRequestFiles, joined("files")),
        typed(RawReviews, joined("reviews")),
        tuple(warning for one in read for warning in one.warnings),
    )


def _stored(frames: ParquetIOManager, key: str) -> PullRequests | None:
    """Return what was stored of a repository the last time, where all of it is there and is of today's shape."""
    pull_requests, commits, files, reviews = (frames.read(asset, key) for asset in RAW_PULL_REQUESTS)
    if pull_requests is None or commits is None or files is None or reviews is None:
        return None
    try:
        return PullRequests(
            checked(RawPullRequests, pull_requests),
            checked(RawPullRequestCommits, commits),
            checked(RawPullRequestFiles, files),
            checked(RawReviews, reviews),
        )
    except FrameError:
        return None
