"""MLflow as a whole: from a server on loopback to achievements in a real Postgres."""

import pytest

from achievement_pipeline.lanes import MLFLOW
from achievement_pipeline.settings import load_settings
from achievement_pipeline_tests.defs.assets.conftest import run
from achievement_pipeline_tests.defs.conftest import Pipeline
from achievement_pipeline_tests.servers.mlflow import MlflowServer

pytestmark = pytest.mark.e2e


def test_a_new_best_becomes_an_achievement(pipeline: Pipeline, mlflow: MlflowServer) -> None:
    mlflow.add_run({"val_auc": 0.7}, end_time=1_000, user_id="ada")
    best = mlflow.add_run({"val_auc": 0.8}, end_time=2_000, user_id="ada")
    mlflow.add_run({"val_auc": "NaN"}, end_time=3_000, user_id="ada")

    assert run(pipeline, MLFLOW.job).success

    [achievement] = pipeline.achievements()
    assert achievement.key == f"mlflow:{mlflow.url.removeprefix('http://')}/{best}"
    assert (achievement.title, achievement.impact_score) == ("Best val_auc of churn: 0.8", 60.0)


def test_the_same_mlflow_server_by_another_address_is_the_same_server(
    pipeline: Pipeline, mlflow: MlflowServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    mlflow.add_run({"val_auc": 0.7}, end_time=1_000, user_id="ada")
    mlflow.add_run({"val_auc": 0.8}, end_time=2_000, user_id="ada")
    assert run(pipeline, MLFLOW.job).success
    [before] = pipeline.achievements()
    monkeypatch.setenv("MLFLOW_TRACKING_URI", mlflow.url.replace("127.0.0.1", "localhost"))
    pipeline.settings = load_settings().collecting(("all",), None)
    best = mlflow.add_run({"val_auc": 0.9}, end_time=3_000, user_id="ada")

    assert run(pipeline, MLFLOW.job).success

    after = pipeline.achievements(retracted=True)
    server = before.key.rpartition("/")[0]
    assert sorted(one.key for one in after) == sorted([before.key, f"{server}/{best}"])
    assert all(one.retracted_reason is None for one in after)


@pytest.mark.parametrize("uri", ["sqlite:///mlruns.db", "file:///tmp/mlruns", "databricks", "./mlruns"])
def test_a_tracking_address_that_names_no_server_leaves_mlflow_off(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch, uri: str
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    assert load_settings().environment.mlflow_server is None
    assert pipeline.achievements() == []
