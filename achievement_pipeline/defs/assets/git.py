"""The git lane, by repository: a history becomes scored commits with the skills they show."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
import pandas as pd
import pandera.pandas as pa
from pydantic import Field

from achievement_pipeline.defs import plots
from achievement_pipeline.defs.checks import check_specs, evaluate, frame_checks
from achievement_pipeline.defs.histories import GitHistories, Wanted
from achievement_pipeline.defs.metadata import column_schema, describe, plot
from achievement_pipeline.defs.partitions import MANY_REPOSITORIES_A_RUN, REPOSITORIES
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

_RAW: dict[str, type[pa.DataFrameModel]] = {
    "raw_repositories": RawRepositories,
    "raw_commits": RawCommits,
    "raw_commit_files": RawCommitFiles,
}
_COMMON: dict[str, Any] = {"group_name": "git", "owners": ["team:achievements"]}
_FRAME: dict[str, Any] = {
    "kinds": {"pandas", "parquet"},
    # said, as Dagster takes an asset that returns a MaterializeResult for one without a value
    "dagster_type": dg.PythonObjectDagsterType(pd.DataFrame),
}
_BY_REPOSITORY: dict[str, Any] = {"partitions_def": REPOSITORIES, "backfill_policy": MANY_REPOSITORIES_A_RUN}


class GitSelection(dg.Config):
    """Whose commits are read, beyond those that were read before. Empty: as the settings say."""

    since: str = Field(default="", description="Commits from this day on (YYYY-MM-DD)")
    authors: list[str] = Field(default=[], description="E-mail addresses, 'me', or 'all'")


@dg.multi_asset(
    name="git_history",
    outs={
        name: dg.AssetOut(
            description=schema.__doc__, kinds={"git", "parquet"}, metadata=column_schema(schema), **_COMMON
        )
        for name, schema in _RAW.items()
    },
    check_specs=[spec for name, schema in _RAW.items() for spec in check_specs(name, frame_checks(schema))],
    **_BY_REPOSITORY,
)
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
        yield _materialized(name, _RAW[name], frame, metadata)


@dg.asset(
    metadata=column_schema(CommitActivities),
    check_specs=check_specs("commit_activities", frame_checks(CommitActivities)),
    **_COMMON,
    **_FRAME,
    **_BY_REPOSITORY,
)
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
    return _materialized(
        "commit_activities",
        CommitActivities,
        activities,
        describe(
            activities,
            ["title", "person", "category", "significant", "reasons"],
            significant=int(activities["significant"].sum()),
            why_not=_reasons(activities[~activities["significant"]]),
            why=_reasons(activities[activities["significant"]]),
        ),
    )


@dg.asset(
    metadata=column_schema(Scores),
    check_specs=check_specs("commit_scores", frame_checks(Scores)),
    **_COMMON,
    **_FRAME,
    **_BY_REPOSITORY,
)
def commit_scores(commit_activities: pd.DataFrame, settings: dg.ResourceParam[Settings]) -> dg.MaterializeResult:
    """One row a commit that counts: impact and complexity, each the sum of its ledger lines."""
    scores = score_commits(CommitActivities.validate(commit_activities), settings.rules.commits)
    shown = describe(
        scores, ["key", "impact", "complexity", "ledger"], distribution=plot(plots.score_distribution(scores))
    )
    return _materialized("commit_scores", Scores, scores, shown)


@dg.asset(
    metadata=column_schema(Skills),
    check_specs=check_specs("commit_skills", frame_checks(Skills)),
    **_COMMON,
    **_FRAME,
    **_BY_REPOSITORY,
)
def commit_skills(
    commit_activities: pd.DataFrame, raw_commit_files: pd.DataFrame, settings: dg.ResourceParam[Settings]
) -> dg.MaterializeResult:
    """One row a skill that a commit shows, with weight and evidence."""
    files = RawCommitFiles.validate(raw_commit_files)
    activities = CommitActivities.validate(commit_activities)
    skills = find_skills(activities, files, noise_reasons(files), rules=settings.rules.skills)
    completed_at = activities.set_index("key")["completed_at"]
    shown = describe(
        skills,
        ["skill", "kind", "weight", "evidence", "key"],
        over_time=plot(plots.skills_over_time(skills, completed_at)),
    )
    return _materialized("commit_skills", Skills, skills, shown)


def _materialized(
    asset: str, schema: type[pa.DataFrameModel], frame: pd.DataFrame, metadata: dict[str, Any]
) -> dg.MaterializeResult:
    """Return a frame with its metadata and the results of its checks."""
    return dg.MaterializeResult(
        asset_key=asset, value=frame, metadata=metadata, check_results=evaluate(asset, frame_checks(schema), frame)
    )


def _commit_urls(repositories: pd.DataFrame) -> dict[str, str]:
    known = repositories.dropna(subset="commit_url")
    return dict(zip(known["repository"], known["commit_url"], strict=True))


def _reasons(activities: pd.DataFrame) -> dict[str, int]:
    """Count the reason codes, the most frequent first."""
    codes = activities["reasons"].str.split(",").explode().value_counts()
    return {str(code): int(count) for code, count in codes.items()}
