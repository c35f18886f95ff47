"""The git lane, by repository: a history becomes scored commits with the skills they show."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import dagster as dg
import pandas as pd
from pydantic import Field

from achievement_pipeline.app.histories import READ_FRAMES, Wanted
from achievement_pipeline.defs.assets.frame_assets import (
    BY_REPOSITORY,
    SCORES_SHOWN,
    SKILLS_SHOWN,
    describe_activities,
    describe_repositories,
    describe_scores,
    describe_skills,
    judged,
    materialized,
    raw,
)
from achievement_pipeline.defs.histories import GitHistories
from achievement_pipeline.defs.instance.retries import retried_while_unavailable
from achievement_pipeline.defs.ui.metadata import describe
from achievement_pipeline.frames import (
    ChangelogEntries,
    CommitActivities,
    CommitContents,
    DependencyChanges,
    PathAttributes,
    RawCommitFiles,
    RawCommits,
    RawTags,
    Scores,
    Skills,
    typed,
)
from achievement_pipeline.judging import find_skills, judge_commits, noise_reasons, score_commits, with_source_lines
from achievement_pipeline.judging.announced.lane import Releases
from achievement_pipeline.judging.links.merges import with_merged_changes
from achievement_pipeline.lanes import GIT, ActivityKind
from achievement_pipeline.settings import Settings

_GROUP = GIT.name
_PREVIEWS = {
    "raw_repositories": ["repository", "authors", "remarks"],
    "raw_commits": ["sha", "author_email", "committed_at", "subject", "diff"],
    "raw_commit_files": ["sha", "path", "insertions", "deletions"],
    "path_attributes": ["path", "generated", "vendored"],
    "commit_contents": ["sha", "path", "noise"],
    "dependency_changes": ["sha", "ecosystem", "package", "change"],
    "raw_tags": ["name", "commit", "tagged_at"],
    "changelog_entries": ["version", "section", "sentence", "references"],
}
_COUNTED = {"commit_contents": {"noise": "noise"}, "dependency_changes": {"changes": "change"}}
"""Columns of which it is shown how often each value is there, by what that is called."""


class GitSelection(dg.Config):
    """Whose commits are read, beyond those that were read before. Empty: as the settings say."""

    since: str = Field(default="", description="Commits from this day on (YYYY-MM-DD)")
    authors: list[str] = Field(default=[], description="E-mail addresses, 'me', or 'all'")


@dg.multi_asset(name="git_history", **raw(_GROUP, "git", READ_FRAMES), **BY_REPOSITORY)
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
        "raw_tags": read.releases.tags,
        "changelog_entries": read.releases.entries,
    }
    for name, frame in frames.items():
        is_commits = name == "raw_commits"
        show = partial(_describe, name)
        describe_repositories(context, name, frame, show, read.own_counts if is_commits else None)
        of_run = read.counts if is_commits else {}
        yield materialized(name, READ_FRAMES[name], frame, {**show(frame), **of_run})


@dg.asset(**judged(_GROUP, "commit_activities", CommitActivities), **BY_REPOSITORY)
def commit_activities(  # noqa: PLR0913, PLR0917 - one argument an upstream asset
    context: dg.AssetExecutionContext,
    raw_repositories: pd.DataFrame,
    raw_commits: pd.DataFrame,
    raw_commit_files: pd.DataFrame,
    path_attributes: pd.DataFrame,
    commit_contents: pd.DataFrame,
    raw_tags: pd.DataFrame,
    changelog_entries: pd.DataFrame,
    settings: dg.ResourceParam[Settings],
) -> dg.MaterializeResult:
    """One row per commit: its author, category, effective lines and significance, with the reasons."""
    commits = typed(RawCommits, raw_commits)
    files, contents = with_merged_changes(
        commits, typed(RawCommitFiles, raw_commit_files), typed(CommitContents, commit_contents)
    )
    activities = judge_commits(
        commits,
        files,
        noise_reasons(files, typed(PathAttributes, path_attributes), contents),
        settings.rules,
        people=settings.people,
        contents=contents,
        commit_urls=_commit_urls(raw_repositories),
        mechanical=set(raw_repositories["ignored"].str.split("\n").explode()),
        releases=Releases(typed(RawTags, raw_tags), typed(ChangelogEntries, changelog_entries)),
    )
    describe_repositories(context, "commit_activities", activities, describe_activities)
    return materialized("commit_activities", CommitActivities, activities, describe_activities(activities))


@dg.asset(**judged(_GROUP, "commit_scores", Scores), **BY_REPOSITORY)
def commit_scores(
    context: dg.AssetExecutionContext, commit_activities: pd.DataFrame, settings: dg.ResourceParam[Settings]
) -> dg.MaterializeResult:
    """One row a commit that counts: impact and complexity, each the sum of its ledger lines."""
    scores = score_commits(typed(CommitActivities, commit_activities), settings.rules.commits, settings.rules.impact)
    describe_repositories(context, "commit_scores", scores, partial(describe, preview=SCORES_SHOWN))
    return materialized("commit_scores", Scores, scores, describe_scores(scores))


@dg.asset(**judged(_GROUP, "commit_skills", Skills), **BY_REPOSITORY)
def commit_skills(  # noqa: PLR0913, PLR0917 - one argument an upstream asset
    context: dg.AssetExecutionContext,
    commit_activities: pd.DataFrame,
    raw_commit_files: pd.DataFrame,
    path_attributes: pd.DataFrame,
    commit_contents: pd.DataFrame,
    dependency_changes: pd.DataFrame,
    settings: dg.ResourceParam[Settings],
) -> dg.MaterializeResult:
    """One row a skill that a commit shows, with weight and evidence."""
    files, contents = typed(RawCommitFiles, raw_commit_files), typed(CommitContents, commit_contents)
    commits = commit_activities[
        commit_activities["kind"] == ActivityKind.COMMIT.value
    ]  # their skills are those of the pull request
    activities = typed(CommitActivities, commits)
    attributes = typed(PathAttributes, path_attributes)
    skills = find_skills(
        activities,
        with_source_lines(files, contents),
        noise_reasons(files, attributes, contents),
        typed(DependencyChanges, dependency_changes),
        settings.rules.skills,
        attributes=attributes,
    )
    describe_repositories(context, "commit_skills", skills, partial(describe, preview=SKILLS_SHOWN))
    return materialized("commit_skills", Skills, skills, describe_skills(skills, activities))


def _describe(asset: str, frame: pd.DataFrame) -> dict[str, Any]:
    """Return what the UI shows of a frame that was read."""
    return describe(frame, _PREVIEWS[asset]) | {
        name: {str(value): int(count) for value, count in frame[column].value_counts().items()}
        for name, column in _COUNTED.get(asset, {}).items()
    }


def _commit_urls(repositories: pd.DataFrame) -> dict[str, str]:
    known = repositories.dropna(subset="commit_url")
    return dict(zip(known["repository"], known["commit_url"], strict=True))
