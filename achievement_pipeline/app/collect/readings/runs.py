"""The MLflow runs that are stored, which a reading takes along."""

from achievement_pipeline.app.collect.readings.stored_frames import StoredFrames, stored_frame
from achievement_pipeline.frames import RawMlflowMetrics, RawMlflowRuns
from achievement_pipeline.sources.mlflow import Runs


def stored_runs(frames: StoredFrames) -> Runs | None:
    """Return the runs of the MLflow server, where both of their frames are there and of today's shape."""
    runs = stored_frame(frames, "raw_mlflow_runs", RawMlflowRuns)
    metrics = stored_frame(frames, "raw_mlflow_metrics", RawMlflowMetrics)
    return None if runs is None or metrics is None else Runs(runs, metrics, ())
