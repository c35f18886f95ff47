"""Log what the tests of the MLflow source expect to a tracking server, with MLflow's own client.

Runs in the environment where MLflow is installed, in a git repository: ``python mlflow_scenario.py URI``. It covers
what differs on the wire: values that are no numbers, empty runs, runs of every status, nested, deleted, of deleted
experiments, and a run that model versions were registered from.
"""

import math
import sys

import mlflow
from mlflow.entities import ViewType


def log_runs(uri: str) -> None:
    """Log everything."""
    mlflow.set_tracking_uri(uri)
    client = mlflow.MlflowClient()
    mlflow.set_experiment("churn")
    with mlflow.start_run(run_name="first", description="The *baseline*") as first:
        mlflow.log_params({"depth": 6, "rate": 0.1})
        mlflow.log_metric("auc", 0.71, step=1)
        mlflow.log_metric("auc", 0.74, step=2)
        mlflow.set_tag("team", "growth")
    client.create_registered_model("churn-model")
    for _ in range(2):
        client.create_model_version("churn-model", f"runs:/{first.info.run_id}/model", first.info.run_id)
    with mlflow.start_run(run_name="odd values"):
        mlflow.log_metrics({"nan": math.nan, "plus": math.inf, "minus": -math.inf, "zero": 0.0})
    with mlflow.start_run(run_name="empty"):
        pass
    with mlflow.start_run(run_name="parent"), mlflow.start_run(run_name="child", nested=True):
        mlflow.log_metric("auc", 0.8)
    try:
        with mlflow.start_run(run_name="failed"):
            raise RuntimeError  # noqa: TRY301
    except RuntimeError:
        pass
    mlflow.start_run(run_name="killed")
    mlflow.end_run("KILLED")
    with mlflow.start_run(run_name="deleted") as deleted:
        pass
    client.delete_run(deleted.info.run_id)
    gone = mlflow.set_experiment("given up")
    with mlflow.start_run(run_name="of a deleted experiment"):
        pass
    client.delete_experiment(gone.experiment_id)
    assert client.search_experiments(ViewType.DELETED_ONLY)
    client.create_experiment("without runs")
    client.create_run(client.create_experiment("going on"), run_name="running")


if __name__ == "__main__":
    log_runs(sys.argv[1])
