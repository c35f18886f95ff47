"""The git lane, by repository: a history becomes scored commits with the skills they show."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
import pandas as pd
from pydantic import Field

from achievement_pipeline.defs.frame_assets import (
    BY_REPOSITORY,
    describe_activities,
    describe_scores,
    describe_skills,
    judged,
    materialized,
    raw,
)
from achievement_pipeline.defs.histories import READ_FRAMES, GitHistories, Wanted
from achievement_pipeline.defs.metadata import describe
from achievement_pipeline.defs.retries import retried_while_unavailable
from achievement_pipeline.frames import (
    CommitActivities,
    CommitContents,
    DependencyChanges,
    PathAttributes,
    RawCommitFiles,
    RawCommits,
    Scores,
    Skills,
)
from achievement_pipeline.judging import find_skills, judge_commits, noise_reasons, score_commits, with_source_lines
from achievement_pipeline.settings import Settings

_GROUP = "git"


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
    frames: dict[str, tuple[pd.DataFrame, dict[str, Any]]] = {
        "raw_repositories": (read.repositories, describe(read.repositories, ["repository", "authors", "remarks"])),
        "raw_commits": (
            read.commits,
            describe(read.commits, ["sha", "author_email", "committed_at", "subject", "diff"], **read.counts),
        ),
        "raw_commit_files": (read.files, describe(read.files, ["sha", "path", "insertions", "deletions"])),
        "path_attributes": (read.attributes, describe(read.attributes, ["path", "generated", "vendored"])),
        "commit_contents": (
            read.contents,
            describe(read.contents, ["sha", "path", "noise"], noise=_counts(read.contents["noise"])),
        ),
        "dependency_changes": (
            read.dependencies,
            describe(
                read.dependencies,
                ["sha", "ecosystem", "package", "change"],
                changes=_counts(read.dependencies["change"]),
            ),
        ),
    }
    for name, (frame, metadata) in frames.items():
        yield materialized(name, READ_FRAMES[name], frame, metadata)


@dg.asset(**judged(_GROUP, "commit_activities", CommitActivities), **BY_REPOSITORY)
def commit_activities(  # noqa: PLR0913, PLR0917 - one argument an upstream asset
    raw_repositories: pd.DataFrame,
    raw_commits: pd.DataFrame,
    raw_commit_files: pd.DataFrame,
    path_attributes: pd.DataFrame,
    commit_contents: pd.DataFrame,
    settings: dg.ResourceParam[Settings],
) -> dg.MaterializeResult:
    """One row a commit: whose it is, what it is, how much of it is work, and whether it counts, with the reasons."""
    files, contents = RawCommitFiles.validate(raw_commit_files), CommitContents.validate(commit_contents)
    activities = judge_commits(
        RawCommits.validate(raw_commits),
        files,
        noise_reasons(files, PathAttributes.validate(path_attributes), contents),
        settings.rules,
        people=settings.people,
        contents=contents,
        commit_urls=_commit_urls(raw_repositories),
    )
    return materialized("commit_activities", CommitActivities, activities, describe_activities(activities))


@dg.asset(**judged(_GROUP, "commit_scores", Scores), **BY_REPOSITORY)
def commit_scores(commit_activities: pd.DataFrame, settings: dg.ResourceParam[Settings]) -> dg.MaterializeResult:
    """One row a commit that counts: impact and complexity, each the sum of its ledger lines."""
    scores = score_commits(CommitActivities.validate(commit_activities), settings.rules.commits)
    return materialized("commit_scores", Scores, scores, describe_scores(scores))


@dg.asset(**judged(_GROUP, "commit_skills", Skills), **BY_REPOSITORY)
def commit_skills(  # noqa: PLR0913, PLR0917 - one argument an upstream asset
    commit_activities: pd.DataFrame,
    raw_commit_files: pd.DataFrame,
    path_attributes: pd.DataFrame,
    commit_contents: pd.DataFrame,
    dependency_changes: pd.DataFrame,
    settings: dg.ResourceParam[Settings],
) -> dg.MaterializeResult:
    """One row a skill that a commit shows, with weight and evidence."""
    files, contents = RawCommitFiles.validate(raw_commit_files), CommitContents.validate(commit_contents)
    activities = CommitActivities.validate(commit_activities)
    attributes = PathAttributes.validate(path_attributes)
    skills = find_skills(
        activities,
        with_source_lines(files, contents),
        noise_reasons(files, attributes, contents),
        DependencyChanges.validate(dependency_changes),
        settings.rules.skills,
        attributes=attributes,
    )
    return materialized("commit_skills", Skills, skills, describe_skills(skills, activities))


def _counts(names: pd.Series) -> dict[str, int]:
    """Count names, the most frequent first."""
    return {str(name): int(count) for name, count in names.value_counts().items()}


def _commit_urls(repositories: pd.DataFrame) -> dict[str, str]:
    known = repositories.dropna(subset="commit_url")
    return dict(zip(known["repository"], known["commit_url"], strict=True))
