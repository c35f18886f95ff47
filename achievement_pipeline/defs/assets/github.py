"""The github lane, by repository: merged pull requests and reviews become scored activities with their skills."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import dagster as dg
import pandas as pd
from pandera.typing import DataFrame

from achievement_pipeline import lanes
from achievement_pipeline.app.collect.readings.pull_requests import (
    RAW_PULL_REQUESTS,
    RepositoriesRead,
    read_repositories,
)
from achievement_pipeline.app.collect.readings.releases import combined, known_of_commits, stored_releases
from achievement_pipeline.app.collect.scope import collecting, scope_of
from achievement_pipeline.defs.assets.frame_assets import (
    describe_repositories,
    frame_asset,
    materialized,
    raw_assets,
    warn,
)
from achievement_pipeline.defs.automation.requests import is_without_cache
from achievement_pipeline.defs.instance.io_manager import ParquetIOManager
from achievement_pipeline.defs.resources.shared import Database
from achievement_pipeline.defs.resources.sources import SourceApi
from achievement_pipeline.defs.resources.waits import SERVER_IS_DOWN, one_run_at_a_time
from achievement_pipeline.defs.ui.metadata import describe
from achievement_pipeline.defs.ui.progress import ReportsProgress
from achievement_pipeline.errors import SettingsError, SourceError
from achievement_pipeline.frames import (
    PullRequestActivities,
    RawPullRequestCommits,
    RawPullRequestFiles,
    RawPullRequests,
    RawReviews,
    Scores,
    Skills,
)
from achievement_pipeline.http import UnreachableError
from achievement_pipeline.judging.lanes.pull_requests import (
    find_pull_request_skills,
    judge_pull_requests,
    score_pull_requests,
)
from achievement_pipeline.settings import Settings
from achievement_pipeline.sources.github import GitHubClient
from achievement_pipeline.store.repositories import note_visibility

_PREVIEWS = {
    "raw_pull_requests": ["number", "title", "author", "merged_at", "labels", "detail"],
    "raw_pull_request_commits": ["number", "sha", "author_email", "author_login"],
    "raw_pull_request_files": ["number", "path", "change", "additions", "deletions"],
    "raw_reviews": ["number", "reviewer", "state", "submitted_at"],
}


@raw_assets(lanes.GITHUB, "github_history", RAW_PULL_REQUESTS)
def github_history(  # noqa: PLR0913, PLR0917 - one argument per resource
    context: dg.AssetExecutionContext,
    database: Database,
    github: SourceApi,
    io_manager: dg.ResourceParam[ParquetIOManager],
    progress: dg.ResourceParam[ReportsProgress],
    settings: dg.ResourceParam[Settings],
) -> Iterator[dg.MaterializeResult]:
    """Read what is merged now; what is stored of it is only a cache, so the cost is that of what changed."""
    with one_run_at_a_time(context, database, progress, lanes.GITHUB):
        read = _read(context, github, io_manager, settings)
    for key, is_public in read.public.items():
        note_visibility(database.engine, key, "public" if is_public else "private")
    pull_requests, commits, files, reviews, warnings, _ = read.frames
    frames: tuple[pd.DataFrame, ...] = (pull_requests, commits, files, reviews)
    own = {key: {"failed": {key: read.failed[key]} if key in read.failed else {}} for key in context.partition_keys}
    for (name, schema), frame in zip(RAW_PULL_REQUESTS.items(), frames, strict=True):
        is_first = frame is pull_requests
        show = partial(_describe, name)
        describe_repositories(context, name, frame, show, own if is_first else None)
        of_run = {"failed": dict(read.failed), **warn(context, warnings)} if is_first else {}
        yield materialized(name, schema, frame, show(frame) | of_run)


@frame_asset(lanes.GITHUB)
def pull_request_activities(  # noqa: PLR0913, PLR0917 - one argument per input
    context: dg.AssetExecutionContext,
    raw_pull_requests: DataFrame[RawPullRequests],
    raw_pull_request_commits: DataFrame[RawPullRequestCommits],
    raw_pull_request_files: DataFrame[RawPullRequestFiles],
    raw_reviews: DataFrame[RawReviews],
    database: Database,
    io_manager: dg.ResourceParam[ParquetIOManager],
    settings: dg.ResourceParam[Settings],
) -> DataFrame[PullRequestActivities]:
    """One row per pull request or review: its author, category and significance, with the reasons."""
    return judge_pull_requests(
        raw_pull_requests,
        raw_pull_request_commits,
        raw_pull_request_files,
        raw_reviews,
        settings.rules,
        people=settings.people,
        work_filter=collecting(settings, database.engine, map(lanes.GITHUB.slice_name, context.partition_keys)),
        releases=combined([stored_releases(io_manager, key) for key in context.partition_keys]),
        contained=known_of_commits(io_manager, context.partition_keys, "first_release"),
        in_use=known_of_commits(io_manager, context.partition_keys, "in_use"),
        public_names=known_of_commits(io_manager, context.partition_keys, "public_names"),
        scope=scope_of(settings),
    )


@frame_asset(
    lanes.GITHUB,
    {
        "impact": [
            "kind",
            "signs",
            "announced",
            "in_use",
            "public_names",
            "words",
            "verdict",
            "contributions",
            "contributors",
        ],
        "complexity": [
            "kind",
            "effective_files",
            "effective_insertions",
            "effective_deletions",
            "reviewers",
            "commits",
            "contributions",
            "releases",
        ],
    },
)
def pull_request_scores(
    pull_request_activities: DataFrame[PullRequestActivities], settings: dg.ResourceParam[Settings]
) -> DataFrame[Scores]:
    """One row per pull request or review that counts: impact and complexity, each the sum of its ledger lines."""
    return score_pull_requests(pull_request_activities, settings.rules)


@frame_asset(lanes.GITHUB)
def pull_request_skills(
    pull_request_activities: DataFrame[PullRequestActivities],
    raw_pull_request_files: DataFrame[RawPullRequestFiles],
    settings: dg.ResourceParam[Settings],
) -> DataFrame[Skills]:
    """One row per skill that a pull request shows, with weight and evidence."""
    return find_pull_request_skills(
        pull_request_activities, raw_pull_request_files, settings.rules.skills, scope_of(settings)
    )


def _read(
    context: dg.AssetExecutionContext, github: SourceApi, frames: ParquetIOManager, settings: Settings
) -> RepositoriesRead:
    """Read the run's repositories; one that is not on GitHub has no pull requests there."""
    ours = [key for key in context.partition_keys if lanes.GITHUB.covers(key, settings)]
    for key in sorted(set(context.partition_keys) - set(ours)):
        context.log.info(f"{key} is not on {settings.github_host}: it has no pull requests there.")
    try:
        client: GitHubClient = github.connect(context)
        return read_repositories(client, ours, frames, context.log.warning, cached=not is_without_cache(context))
    except (SettingsError, SourceError) as error:
        metadata = {SERVER_IS_DOWN: True} if isinstance(error, UnreachableError) else {}
        raise dg.Failure(str(error), metadata, allow_retries=False) from error


def _describe(asset: str, frame: pd.DataFrame) -> dict[str, Any]:
    """Return what the UI shows of a frame that was read."""
    pending = {"pending": int((frame["detail"] == "pending").sum())} if asset == "raw_pull_requests" else {}
    return describe(frame, _PREVIEWS[asset], **pending)
