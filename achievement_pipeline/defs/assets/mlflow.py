"""The mlflow lane: the runs of a tracking server become scored activities with their skills."""

from collections.abc import Iterator

import dagster as dg
from pandera.typing import DataFrame

from achievement_pipeline import lanes
from achievement_pipeline.app.collect.readings.runs import stored_runs
from achievement_pipeline.app.collect.scope import collecting
from achievement_pipeline.defs.assets.frame_assets import frame_asset, materialized, raw_assets, warn
from achievement_pipeline.defs.frame_types import Schema
from achievement_pipeline.defs.instance.io_manager import ParquetIOManager
from achievement_pipeline.defs.resources.shared import Database
from achievement_pipeline.defs.resources.sources import SourceApi
from achievement_pipeline.defs.resources.waits import one_run_at_a_time
from achievement_pipeline.defs.ui.metadata import describe
from achievement_pipeline.defs.ui.progress import ReportsProgress
from achievement_pipeline.errors import AchievementPipelineError
from achievement_pipeline.frames import MlflowActivities, RawMlflowMetrics, RawMlflowRuns, Scores, Skills
from achievement_pipeline.judging.lanes.mlflow import find_run_skills, judge_runs, score_runs
from achievement_pipeline.judging.rules.mlflow import MlflowRules
from achievement_pipeline.keys import MLFLOW
from achievement_pipeline.settings import Settings
from achievement_pipeline.sources.mlflow import MlflowClient, named_as_known, read_runs
from achievement_pipeline.store.pieces.activities import known_servers

_RAW: dict[str, Schema] = {"raw_mlflow_runs": RawMlflowRuns, "raw_mlflow_metrics": RawMlflowMetrics}


@raw_assets(lanes.MLFLOW, "mlflow_server", _RAW)
def mlflow_server(
    context: dg.AssetExecutionContext,
    database: Database,
    io_manager: dg.ResourceParam[ParquetIOManager],
    mlflow: SourceApi,
    progress: dg.ResourceParam[ReportsProgress],
) -> Iterator[dg.MaterializeResult]:
    """Read all runs that are not deleted: a thousand a request."""
    try:
        client: MlflowClient = mlflow.connect(context)
        with one_run_at_a_time(context, database, progress, lanes.MLFLOW):
            runs, metrics, warnings = read_runs(client, stored_runs(io_manager))
    except AchievementPipelineError as error:
        raise dg.Failure(str(error), allow_retries=False) from error
    runs = named_as_known(runs, known_servers(database.engine, MLFLOW))
    shown = describe(runs, ["experiment", "name", "user", "status", "ended_at"], **warn(context, warnings))
    yield materialized("raw_mlflow_runs", RawMlflowRuns, runs, shown)
    yield materialized("raw_mlflow_metrics", RawMlflowMetrics, metrics, describe(metrics, ["run_id", "name", "value"]))


@frame_asset(lanes.MLFLOW)
def mlflow_activities(
    raw_mlflow_runs: DataFrame[RawMlflowRuns],
    raw_mlflow_metrics: DataFrame[RawMlflowMetrics],
    database: Database,
    settings: dg.ResourceParam[Settings],
) -> DataFrame[MlflowActivities]:
    """One row per run: its author, result and significance, with the reasons."""
    work_filter = collecting(settings, database.engine, [lanes.MLFLOW.slice_name()])
    return judge_runs(
        raw_mlflow_runs, raw_mlflow_metrics, settings.rules, people=settings.people, work_filter=work_filter
    )


@frame_asset(
    lanes.MLFLOW,
    {
        "impact": ["models", "experiment", "metric", "value", "best_before"],
        "complexity": ["params", "metrics"],
    },
)
def mlflow_scores(
    mlflow_activities: DataFrame[MlflowActivities], settings: dg.ResourceParam[Settings]
) -> DataFrame[Scores]:
    """One row per run that counts: impact and complexity, each the sum of its ledger lines."""
    return score_runs(mlflow_activities, settings.rules.of_lane(MlflowRules))


@frame_asset(lanes.MLFLOW)
def mlflow_skills(
    mlflow_activities: DataFrame[MlflowActivities], settings: dg.ResourceParam[Settings]
) -> DataFrame[Skills]:
    """One row per skill that a run shows, with weight and evidence."""
    return find_run_skills(mlflow_activities, settings.rules.skills)
