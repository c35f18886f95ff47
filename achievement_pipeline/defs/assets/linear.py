"""The linear lane: completed issues and projects become scored activities with their skills."""

from collections.abc import Iterator

import dagster as dg
from pandera.typing import DataFrame

from achievement_pipeline import lanes
from achievement_pipeline.app.collect.readings.stored_frames import stored_frame
from achievement_pipeline.app.collect.scope import collecting
from achievement_pipeline.defs.assets.frame_assets import frame_asset, materialized, raw_assets, warn
from achievement_pipeline.defs.automation.requests import is_without_cache
from achievement_pipeline.defs.frame_types import Schema
from achievement_pipeline.defs.instance.io_manager import ParquetIOManager
from achievement_pipeline.defs.resources.shared import Database
from achievement_pipeline.defs.resources.sources import SourceApi
from achievement_pipeline.defs.resources.waits import one_run_at_a_time
from achievement_pipeline.defs.ui.metadata import describe
from achievement_pipeline.defs.ui.progress import ReportsProgress
from achievement_pipeline.errors import AchievementPipelineError
from achievement_pipeline.frames import (
    LinearActivities,
    RawLinearIssues,
    RawLinearProjects,
    Scores,
    Skills,
)
from achievement_pipeline.judging.lanes.linear import find_linear_skills, judge_linear, score_linear
from achievement_pipeline.judging.rules.linear import LinearRules
from achievement_pipeline.settings import Settings
from achievement_pipeline.sources.linear import LinearClient, read_issues, read_projects

_RAW: dict[str, Schema] = {
    "raw_linear_issues": RawLinearIssues,
    "raw_linear_projects": RawLinearProjects,
}


@raw_assets(lanes.LINEAR, "linear_workspace", _RAW)
def linear_workspace(
    context: dg.AssetExecutionContext,
    database: Database,
    io_manager: dg.ResourceParam[ParquetIOManager],
    linear: SourceApi,
    progress: dg.ResourceParam[ReportsProgress],
) -> Iterator[dg.MaterializeResult]:
    """Read what is completed now; what is stored of it is only a cache, so the cost is that of what changed."""
    try:
        client: LinearClient = linear.connect(context)
        with one_run_at_a_time(context, database, progress, lanes.LINEAR):
            stored = stored_frame(io_manager, "raw_linear_issues", RawLinearIssues)
            issues = read_issues(client, stored, cached=not is_without_cache(context))
            projects = read_projects(client, stored_frame(io_manager, "raw_linear_projects", RawLinearProjects))
    except AchievementPipelineError as error:
        raise dg.Failure(str(error), allow_retries=False) from error
    warned = warn(context, [*issues.warnings, *projects.warnings])
    shown = describe(issues.issues, ["identifier", "title", "assignee_email", "completed_at", "labels"], **warned)
    yield materialized("raw_linear_issues", RawLinearIssues, issues.issues, shown)
    shown = describe(projects.projects, ["name", "lead_email", "completed_at", "teams"])
    yield materialized("raw_linear_projects", RawLinearProjects, projects.projects, shown)


@frame_asset(lanes.LINEAR)
def linear_activities(
    raw_linear_issues: DataFrame[RawLinearIssues],
    raw_linear_projects: DataFrame[RawLinearProjects],
    database: Database,
    settings: dg.ResourceParam[Settings],
) -> DataFrame[LinearActivities]:
    """One row per issue or project: its owner, category and significance, with the reasons."""
    work_filter = collecting(settings, database.engine, [lanes.LINEAR.slice_name()])
    return judge_linear(
        raw_linear_issues, raw_linear_projects, settings.rules, people=settings.people, work_filter=work_filter
    )


@frame_asset(
    lanes.LINEAR,
    {
        "impact": ["kind", "priority", "issues"],
        "complexity": ["kind", "estimate", "estimation", "issues", "points"],
    },
)
def linear_scores(
    linear_activities: DataFrame[LinearActivities], settings: dg.ResourceParam[Settings]
) -> DataFrame[Scores]:
    """One row per issue or project that counts: impact and complexity, each the sum of its ledger lines."""
    return score_linear(linear_activities, settings.rules.of_lane(LinearRules))


@frame_asset(lanes.LINEAR)
def linear_skills(
    linear_activities: DataFrame[LinearActivities], settings: dg.ResourceParam[Settings]
) -> DataFrame[Skills]:
    """One row per skill that an issue or project shows, with weight and evidence."""
    return find_linear_skills(linear_activities, settings.rules.skills)
