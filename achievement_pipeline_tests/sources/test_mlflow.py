"""MLflow: the same expectations of recorded answers and of a real server, then sizes and faults in memory."""

import json
import math
import os
import pickle
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pydantic import SecretStr

from achievement_pipeline.errors import SourceError
from achievement_pipeline.http import Authorization
from achievement_pipeline.sources.mlflow import MlflowClient, Runs, read_runs
from achievement_pipeline_tests.conftest import only_once
from achievement_pipeline_tests.servers.loopback import BROKEN, CUT, RESET, Reply
from achievement_pipeline_tests.servers.mlflow import MlflowServer, RecordedServer, install_mlflow, real_server


@pytest.fixture(scope="module", params=["recorded", pytest.param("real", marks=pytest.mark.e2e)])
def logged(request: pytest.FixtureRequest, shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """What is read after ``mlflow_scenario.py`` ran."""
    if request.param == "recorded":
        with RecordedServer() as server:
            return read_runs(server.client())
    read = shared / "mlflow.pickle"
    with only_once(shared / "mlflow") as is_first:
        if is_first:
            with real_server(_mlflow(request.config), tmp_path_factory.mktemp("mlflow")) as uri:
                read.write_bytes(pickle.dumps(read_runs(MlflowClient(uri, page=3))))
    found: Runs = pickle.loads(read.read_bytes())
    return found


def _mlflow(config: pytest.Config) -> str:
    """Return an interpreter that has MLflow; without a network these tests are skipped, but never in CI."""
    assert config.cache is not None
    try:
        return install_mlflow(config.cache.mkdir("mlflow"))
    except subprocess.CalledProcessError:
        if "CI" in os.environ:
            raise
        pytest.skip("MLflow is not installed, and can't be")


@pytest.fixture
def server() -> Iterator[MlflowServer]:
    with MlflowServer() as it:
        yield it


def run(found: Runs, name: str) -> Any:
    named = found.runs[found.runs["name"] == name]
    assert len(named) == 1
    return named.iloc[0]


def metrics(found: Runs, name: str) -> dict[str, float]:
    rows = found.metrics[found.metrics["run_id"] == run(found, name)["run_id"]]
    return dict(zip(rows["name"], rows["value"], strict=True))


def test_a_run_is_read_with_all_that_is_known_about_it(logged: Runs) -> None:
    first = run(logged, "first")
    assert logged.warnings == ()
    assert first["experiment"] == "churn"
    assert first["description"] == "The *baseline*"
    assert first["status"] == "finished"
    assert first["user"] == "ada"
    assert json.loads(first["params"]) == {"depth": "6", "rate": "0.1"}
    assert json.loads(first["tags"]) == {"team": "growth"}
    assert first["ended_at"] >= first["started_at"] > pd.Timestamp("2026-01-01", tz="UTC")
    assert first["url"].endswith(f"/#/experiments/{first['experiment_id']}/runs/{first['run_id']}")
    assert first["url"].startswith(f"http://{first['server']}/")


def test_the_commit_that_a_run_logged_is_read(logged: Runs) -> None:
    first = run(logged, "first")
    assert len(first["source_commit"]) == 40
    assert first["source_repository"] == "https://github.com/octo/churn.git"
    assert first["source_name"].endswith("train.py")


def test_the_model_versions_that_were_registered_from_a_run_are_read(logged: Runs) -> None:
    versions = [{"name": "churn-model", "version": "1"}, {"name": "churn-model", "version": "2"}]
    assert json.loads(run(logged, "first")["model_versions"]) == versions
    assert set(logged.runs[logged.runs["name"] != "first"]["model_versions"]) == {"[]"}


def test_a_metric_has_the_value_that_was_logged_last(logged: Runs) -> None:
    (row,) = logged.metrics[logged.metrics["run_id"] == run(logged, "first")["run_id"]].to_dict("records")
    assert (row["name"], row["value"], row["step"]) == ("auc", 0.74, 2)


def test_values_that_are_no_numbers_are_read_as_they_were_logged(logged: Runs) -> None:
    odd = metrics(logged, "odd values")
    assert math.isnan(odd.pop("nan"))
    assert odd == {"plus": math.inf, "minus": -math.inf, "zero": 0.0}


def test_a_run_without_anything_is_a_run(logged: Runs) -> None:
    empty = run(logged, "empty")
    assert (empty["params"], empty["tags"], empty["description"]) == ("{}", "{}", "")
    assert metrics(logged, "empty") == {}


def test_a_nested_run_names_its_parent(logged: Runs) -> None:
    assert run(logged, "child")["parent_run_id"] == run(logged, "parent")["run_id"]
    assert pd.isna(run(logged, "parent")["parent_run_id"])


def test_runs_of_every_status_are_read_and_deleted_ones_are_not(logged: Runs) -> None:
    status = dict(zip(logged.runs["name"], logged.runs["status"], strict=True))
    assert status == {
        "first": "finished",
        "odd values": "finished",
        "empty": "finished",
        "parent": "finished",
        "child": "finished",
        "failed": "failed",
        "killed": "killed",
        "running": "running",
    }
    assert pd.isna(run(logged, "running")["ended_at"])


def test_a_server_without_runs_gives_empty_frames(server: MlflowServer) -> None:
    found = read_runs(server.client())
    assert found.runs.empty
    assert found.metrics.empty


def test_a_server_without_experiments_gets_no_request_for_runs(server: MlflowServer) -> None:
    server.experiments.clear()
    assert read_runs(server.client()).runs.empty
    assert [request.path.split("/")[-2] for request in server.requests] == ["experiments", "model-versions"]


@pytest.mark.parametrize("count", [9, 10, 11, 20])
def test_every_page_boundary_gives_every_run_once(server: MlflowServer, count: int) -> None:
    expected = {server.add_run({"auc": 0.5}) for _ in range(count)}
    found = read_runs(server.client(page=10))
    assert set(found.runs["run_id"]) == expected
    assert len(found.runs) == len(found.metrics) == count


def test_500_runs_take_3_requests(server: MlflowServer) -> None:
    for _ in range(500):
        server.add_run({"auc": 0.5, "loss": 0.1})
    assert len(read_runs(server.client()).runs) == 500
    assert len(server.requests) == 3


def test_many_experiments_are_read_in_parts(server: MlflowServer) -> None:
    server.experiments = [{"experiment_id": str(number), "name": f"experiment {number}"} for number in range(1201)]
    for number in range(0, 1201, 100):
        server.add_run(experiment=str(number))
    found = read_runs(server.client(page=1000))
    assert len(found.runs) == 13
    assert len(server.requests) == 2 + 1 + 3


def test_a_run_that_comes_twice_because_others_were_deleted_meanwhile_counts_once(server: MlflowServer) -> None:
    for _ in range(6):
        server.add_run({"auc": 0.5})
    server.between[4] = lambda: server.runs.insert(0, server.runs.pop())
    server.runs[5]["info"]["start_time"] = 3
    found = read_runs(server.client(page=3))
    assert found.runs["run_id"].is_unique
    assert not found.metrics.duplicated(["run_id", "name"]).any()


@pytest.mark.parametrize("fault", [RESET, CUT, BROKEN, Reply(status=503)], ids=["reset", "cut", "broken", "503"])
def test_a_passing_fault_at_any_request_costs_a_try(server: MlflowServer, fault: Reply) -> None:
    for _ in range(12):
        server.add_run()
    for number in (1, 3, 5, 7):
        server.between[number] = lambda: server.faults.append(fault)
    assert len(read_runs(server.client(page=5)).runs) == 12


def test_an_error_quotes_the_servers_message(server: MlflowServer) -> None:
    error = {"error_code": "INVALID_PARAMETER_VALUE", "message": "Invalid value 60000 for parameter 'max_results'."}
    server.faults.append(Reply(error, 400))
    with pytest.raises(SourceError, match="Invalid value 60000") as caught:
        read_runs(server.client())
    assert "MLFLOW_TRACKING_URI" in str(caught.value)
    assert len(server.requests) == 1


def test_a_run_of_an_unknown_status_is_skipped_with_a_warning(server: MlflowServer) -> None:
    server.add_run(status="PONDERING")
    good = server.add_run()
    found = read_runs(server.client())
    assert list(found.runs["run_id"]) == [good]
    assert found.warnings[0].startswith(f"MLflow run {1:032x} was skipped")
    assert "info.status" in found.warnings[0]


def test_a_user_and_password_are_sent_and_no_part_of_what_is_stored(server: MlflowServer) -> None:
    server.add_run()
    uri = server.url.replace("//", "//ada:secret@")
    found = read_runs(MlflowClient(uri, options=server.clock.request_options()))
    assert server.requests[0].headers["Authorization"].startswith("Basic ")
    assert "secret" not in found.runs.to_csv()


def test_a_token_is_sent(server: MlflowServer) -> None:
    list(MlflowClient(server.url, Authorization(SecretStr("abc"))).search("experiments"))
    assert server.requests[0].headers["Authorization"] == "Bearer abc"


@pytest.mark.parametrize("uri", ["./mlruns", "file:///tmp/mlruns", "sqlite:///mlflow.db", "databricks"])
def test_a_tracking_uri_that_has_no_server_is_an_error(uri: str) -> None:
    with pytest.raises(SourceError, match="not an http or https URL"):
        MlflowClient(uri)


def test_a_run_that_can_not_be_read_once_is_not_gone(server: MlflowServer) -> None:
    one = server.add_run({"auc": 0.5}, end_time=1_000)
    server.add_run({"auc": 0.6}, end_time=2_000)
    held = read_runs(server.client())
    server.runs[0]["info"]["status"] = "BLESSED"
    once = read_runs(server.client(), held)
    assert set(once.runs["run_id"]) == set(held.runs["run_id"])
    assert one in set(once.metrics["run_id"])
    server.runs[0]["info"]["lifecycle_stage"] = "deleted"
    server.runs.pop(0)
    assert one not in set(read_runs(server.client(), once).runs["run_id"])
