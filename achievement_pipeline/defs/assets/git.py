"""The git lane, by repository: a history becomes scored commits with the skills they show."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
import pandas as pd
import pandera.pandas as pa
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
from achievement_pipeline.defs.histories import GitHistories, Wanted
from achievement_pipeline.defs.metadata import describe
from achievement_pipeline.frames import (
    CommitActivities,
    RawCommitFiles,
    RawCommits,
    RawRepositories,
    Scores,
    Skills,
)
from achievement_pipeline.judging import find_skills, judge_commits, noise_reasons, score_commits
from achievement_pipeline.settings import Settings

_GROUP = "git"
_RAW: dict[str, type[pa.DataFrameModel]] = {
    "raw_repositories": RawRepositories,
    "raw_commits": RawCommits,
    "raw_commit_files": RawCommitFiles,
}


class GitSelection(dg.Config):
    """Whose commits are read, beyond those that were read before. Empty: as the settings say."""

    since: str = Field(default="", description="Commits from this day on (YYYY-MM-DD)")
    authors: list[str] = Field(default=[], description="E-mail addresses, 'me', or 'all'")


@dg.multi_asset(name="git_history", **raw(_GROUP, "git", _RAW), **BY_REPOSITORY)
def git_history(
    context: dg.AssetExecutionContext,
    config: GitSelection,
    histories: GitHistories,
    settings: dg.ResourceParam[Settings],
) -> Iterator[dg.MaterializeResult]:
    """Read what is reachable now; what is stored of it is only a cache, so the cost is that of the new commits."""
    read = histories.read(context, Wanted.of(settings, since=config.since, authors=config.authors))
    frames: dict[str, tuple[pd.DataFrame, dict[str, Any]]] = {
        "raw_repositories": (read.repositories, describe(read.repositories, ["repository", "authors", "remarks"])),
        "raw_commits": (
            read.commits,
            describe(read.commits, ["sha", "author_email", "committed_at", "subject", "diff"], **read.counts),
        ),
        "raw_commit_files": (read.files, describe(read.files, ["sha", "path", "insertions", "deletions"])),
    }
    for name, (frame, metadata) in frames.items():
        yield materialized(name, _RAW[name], frame, metadata)


@dg.asset(**judged(_GROUP, "commit_activities", CommitActivities), **BY_REPOSITORY)
def commit_activities(
    raw_repositories: pd.DataFrame,
    raw_commits: pd.DataFrame,
    raw_commit_files: pd.DataFrame,
    settings: dg.ResourceParam[Settings],
) -> dg.MaterializeResult:
    """One row a commit: whose it is, what it is, how much of it is work, and whether it counts, with the reasons."""
    activities = judge_commits(
        RawCommits.validate(raw_commits),
        RawCommitFiles.validate(raw_commit_files),
        noise_reasons(RawCommitFiles.validate(raw_commit_files)),
        settings.rules,
        people=settings.people,
        commit_urls=_commit_urls(raw_repositories),
    )
    return materialized("commit_activities", CommitActivities, activities, describe_activities(activities))


@dg.asset(**judged(_GROUP, "commit_scores", Scores), **BY_REPOSITORY)
def commit_scores(commit_activities: pd.DataFrame, settings: dg.ResourceParam[Settings]) -> dg.MaterializeResult:
    """One row a commit that counts: impact and complexity, each the sum of its ledger lines."""
    scores = score_commits(CommitActivities.validate(commit_activities), settings.rules.commits)
    return materialized("commit_scores", Scores, scores, describe_scores(scores))


@dg.asset(**judged(_GROUP, "commit_skills", Skills), **BY_REPOSITORY)
def commit_skills(
    commit_activities: pd.DataFrame, raw_commit_files: pd.DataFrame, settings: dg.ResourceParam[Settings]
) -> dg.MaterializeResult:
    """One row a skill that a commit shows, with weight and evidence."""
    files = RawCommitFiles.validate(raw_commit_files)
    activities = CommitActivities.validate(commit_activities)
    skills = find_skills(activities, files, noise_reasons(files), rules=settings.rules.skills)
    return materialized("commit_skills", Skills, skills, describe_skills(skills, activities))


def _commit_urls(repositories: pd.DataFrame) -> dict[str, str]:
    known = repositories.dropna(subset="commit_url")
    return dict(zip(known["repository"], known["commit_url"], strict=True))
