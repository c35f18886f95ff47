"""The git lane, by repository: a history becomes scored commits with the skills they show."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import dagster as dg
import pandas as pd
from pandera.typing import DataFrame
from pydantic import Field

from achievement_pipeline.app.collect.commit_judge import CommitJudge
from achievement_pipeline.app.collect.readings.histories import READ_FRAMES, Wanted
from achievement_pipeline.app.collect.readings.lines_in_use import LINE_FRAMES, stored_line_use
from achievement_pipeline.defs.assets.frame_assets import describe_repositories, frame_asset, materialized, raw_assets
from achievement_pipeline.defs.instance.io_manager import ParquetIOManager
from achievement_pipeline.defs.instance.retries import retried_while_unavailable
from achievement_pipeline.defs.resources.histories import GitHistories
from achievement_pipeline.defs.ui.metadata import describe
from achievement_pipeline.frames import (
    ChangelogEntries,
    CommitActivities,
    CommitContents,
    DependencyChanges,
    PathAttributes,
    PublicNames,
    RawCommitFiles,
    RawCommits,
    RawRepositories,
    RawTags,
    Scores,
    Skills,
)
from achievement_pipeline.judging import score_commits
from achievement_pipeline.judging.announced.lane import Releases
from achievement_pipeline.lanes import GIT
from achievement_pipeline.settings import Settings

_PREVIEWS = {
    "raw_repositories": ["repository", "authors", "remarks"],
    "raw_commits": ["sha", "author_email", "committed_at", "subject", "diff"],
    "raw_commit_files": ["sha", "path", "insertions", "deletions"],
    "path_attributes": ["path", "generated", "vendored"],
    "commit_contents": ["sha", "path", "noise"],
    "dependency_changes": ["sha", "ecosystem", "package", "change"],
    "public_names": ["sha", "kind", "name", "change"],
    "raw_tags": ["name", "commit", "tagged_at"],
    "changelog_entries": ["version", "section", "sentence", "references"],
}
_COUNTED = {
    "commit_contents": {"noise": "noise"},
    "dependency_changes": {"changes": "change"},
    "public_names": {"kinds": "kind"},
}
"""Columns with counts of their values in the UI, by label."""


class GitSelection(dg.Config):
    """The commits to read, besides those that were read before. If empty, the settings apply."""

    since: str = Field(default="", description="First day (YYYY-MM-DD)")
    authors: list[str] = Field(default=[], description="E-mail addresses, 'me', or 'all'")


@raw_assets(GIT, "git_history", READ_FRAMES)
def git_history(
    context: dg.AssetExecutionContext,
    config: GitSelection,
    histories: GitHistories,
    settings: dg.ResourceParam[Settings],
) -> Iterator[dg.MaterializeResult]:
    """Read what is reachable now; what is stored of it is only a cache, so the cost is that of the new commits."""
    with retried_while_unavailable(context):
        read = histories.read(context, Wanted.of(settings, since=config.since, authors=config.authors))
    frames: dict[str, pd.DataFrame] = {
        "raw_repositories": read.repositories,
        "raw_commits": read.commits,
        "raw_commit_files": read.files,
        "path_attributes": read.attributes,
        "commit_contents": read.contents,
        "dependency_changes": read.dependencies,
        "public_names": read.names,
        "raw_tags": read.releases.tags,
        "changelog_entries": read.releases.entries,
    }
    for name, frame in frames.items():
        is_commits = name == "raw_commits"
        show = partial(_describe, name)
        describe_repositories(context, name, frame, show, read.own_counts if is_commits else None)
        of_run = read.counts if is_commits else {}
        yield materialized(name, READ_FRAMES[name], frame, {**show(frame), **of_run})


@frame_asset(GIT, after=list(LINE_FRAMES))
def commit_activities(  # noqa: PLR0913, PLR0917 - one argument per input
    context: dg.AssetExecutionContext,
    histories: GitHistories,
    raw_repositories: DataFrame[RawRepositories],
    raw_commits: DataFrame[RawCommits],
    raw_commit_files: DataFrame[RawCommitFiles],
    path_attributes: DataFrame[PathAttributes],
    commit_contents: DataFrame[CommitContents],
    public_names: DataFrame[PublicNames],
    raw_tags: DataFrame[RawTags],
    changelog_entries: DataFrame[ChangelogEntries],
    io_manager: dg.ResourceParam[ParquetIOManager],
    settings: dg.ResourceParam[Settings],
) -> DataFrame[CommitActivities]:
    """One row per commit: its author, category, effective lines and significance, with the reasons."""
    if (ahead := histories.judged_ahead("commit_activities", CommitActivities)) is not None:
        return ahead
    judge = CommitJudge(settings, raw_commits, raw_commit_files, path_attributes, commit_contents)
    line_use = stored_line_use(io_manager, context.partition_keys)
    return judge.activities(raw_repositories, Releases(raw_tags, changelog_entries), line_use, public_names)


@frame_asset(
    GIT,
    {
        "impact": ["kind", "signs", "announced", "in_use", "public_names", "contributions", "contributors", "releases"],
        "complexity": ["kind", "effective_files", "contributions", "releases"],
    },
)
def commit_scores(
    histories: GitHistories, commit_activities: DataFrame[CommitActivities], settings: dg.ResourceParam[Settings]
) -> DataFrame[Scores]:
    """One row per commit that counts: impact and complexity, each the sum of its ledger lines."""
    if (ahead := histories.judged_ahead("commit_scores", Scores)) is not None:
        return ahead
    rules = settings.rules
    return score_commits(commit_activities, rules.commits, rules.impact, rules.maintenance)


@frame_asset(GIT)
def commit_skills(  # noqa: PLR0913, PLR0917 - one argument per input
    histories: GitHistories,
    commit_activities: DataFrame[CommitActivities],
    raw_commits: DataFrame[RawCommits],
    raw_commit_files: DataFrame[RawCommitFiles],
    path_attributes: DataFrame[PathAttributes],
    commit_contents: DataFrame[CommitContents],
    dependency_changes: DataFrame[DependencyChanges],
    settings: dg.ResourceParam[Settings],
) -> DataFrame[Skills]:
    """One row per skill that a commit shows, with weight and evidence."""
    if (ahead := histories.judged_ahead("commit_skills", Skills)) is not None:
        return ahead
    judge = CommitJudge(settings, raw_commits, raw_commit_files, path_attributes, commit_contents)
    return judge.skills(commit_activities, dependency_changes)


def _describe(asset: str, frame: pd.DataFrame) -> dict[str, Any]:
    """Return what the UI shows of a frame that was read."""
    return describe(frame, _PREVIEWS[asset]) | {
        name: {str(value): int(count) for value, count in frame[column].value_counts().items()}
        for name, column in _COUNTED.get(asset, {}).items()
    }
