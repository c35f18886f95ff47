"""The mlflow lane: the runs of a tracking server become scored activities with their skills."""

from collections.abc import Iterator

import dagster as dg
import pandas as pd
import pandera.pandas as pa

from achievement_pipeline import lanes
from achievement_pipeline.app.clients import mlflow_client
from achievement_pipeline.app.me import work_filter_of
from achievement_pipeline.app.stored_frames import stored_frame
from achievement_pipeline.defs.assets.frame_assets import (
    describe_activities,
    describe_scores,
    describe_skills,
    judged,
    materialized,
    raw,
    warn,
)
from achievement_pipeline.defs.instance.io_manager import ParquetIOManager
from achievement_pipeline.defs.resources import Database
from achievement_pipeline.defs.ui.metadata import describe
from achievement_pipeline.defs.ui.progress import ReportsProgress
from achievement_pipeline.defs.waits import one_run_at_a_time, request_options
from achievement_pipeline.errors import AchievementPipelineError
from achievement_pipeline.frames import MlflowActivities, RawMlflowMetrics, RawMlflowRuns, Scores, Skills, typed
from achievement_pipeline.judging import find_run_skills, judge_runs, score_runs
from achievement_pipeline.keys import MLFLOW
from achievement_pipeline.settings import Settings
from achievement_pipeline.sources.mlflow import Runs, named_as_known, read_runs
from achievement_pipeline.store.activities import known_servers

_GROUP = lanes.MLFLOW.name
_RAW: dict[str, type[pa.DataFrameModel]] = {"raw_mlflow_runs": RawMlflowRuns, "raw_mlflow_metrics": RawMlflowMetrics}


@dg.multi_asset(name="mlflow_server", **raw(_GROUP, "mlflow", _RAW))
def mlflow_server(
    context: dg.AssetExecutionContext,
    database: Database,
    io_manager: dg.ResourceParam[ParquetIOManager],
    progress: dg.ResourceParam[ReportsProgress],
    settings: dg.ResourceParam[Settings],
) -> Iterator[dg.MaterializeResult]:
    """Read all runs that are not deleted: a thousand a request."""
    try:
        client = mlflow_client(settings, request_options(context, progress))
        with one_run_at_a_time(context, database, progress, lanes.MLFLOW):
            runs, metrics, warnings = read_runs(client, _stored(io_manager))
    except AchievementPipelineError as error:
        raise dg.Failure(str(error), allow_retries=False) from error
    runs = named_as_known(runs, known_servers(database.engine, MLFLOW))
    shown = describe(runs, ["experiment", "name", "user", "status", "ended_at"], **warn(context, warnings))
    yield materialized("raw_mlflow_runs", RawMlflowRuns, runs, shown)
    yield materialized("raw_mlflow_metrics", RawMlflowMetrics, metrics, describe(metrics, ["run_id", "name", "value"]))


@dg.asset(**judged(_GROUP, "mlflow_activities", MlflowActivities))
def mlflow_activities(
    raw_mlflow_runs: pd.DataFrame, raw_mlflow_metrics: pd.DataFrame, settings: dg.ResourceParam[Settings]
) -> dg.MaterializeResult:
    """One row per run: its author, result and significance, with the reasons."""
    activities = judge_runs(
        typed(RawMlflowRuns, raw_mlflow_runs),
        typed(RawMlflowMetrics, raw_mlflow_metrics),
        settings.rules,
        people=settings.people,
        work_filter=work_filter_of(settings),
    )
    return materialized("mlflow_activities", MlflowActivities, activities, describe_activities(activities))


@dg.asset(**judged(_GROUP, "mlflow_scores", Scores))
def mlflow_scores(mlflow_activities: pd.DataFrame, settings: dg.ResourceParam[Settings]) -> dg.MaterializeResult:
    """One row a run that counts: impact and complexity, each the sum of its ledger lines."""
    scores = score_runs(typed(MlflowActivities, mlflow_activities), settings.rules.mlflow)
    return materialized("mlflow_scores", Scores, scores, describe_scores(scores))


@dg.asset(**judged(_GROUP, "mlflow_skills", Skills))
def mlflow_skills(mlflow_activities: pd.DataFrame, settings: dg.ResourceParam[Settings]) -> dg.MaterializeResult:
    """One row a skill that a run shows, with weight and evidence."""
    activities = typed(MlflowActivities, mlflow_activities)
    skills = find_run_skills(activities, settings.rules.skills)
    return materialized("mlflow_skills", Skills, skills, describe_skills(skills, activities))


def _stored(frames: ParquetIOManager) -> Runs | None:
    """Return what was stored the last time, where all of it is there and of today's shape."""
    runs = stored_frame(frames, "raw_mlflow_runs", RawMlflowRuns)
    metrics = stored_frame(frames, "raw_mlflow_metrics", RawMlflowMetrics)
    return None if runs is None or metrics is None else Runs(runs, metrics, ())
