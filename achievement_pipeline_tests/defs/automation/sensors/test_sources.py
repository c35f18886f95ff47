"""Sensors of polled sources, and schedules: when they request runs, for what, and when they wait."""

import dagster as dg
import pytest

from achievement_pipeline.defs.build import build_defs
from achievement_pipeline.defs.partitions import PARTITIONS_NAME
from achievement_pipeline.settings import load_settings
from achievement_pipeline_tests.defs.conftest import create_run, evaluate_sensor

LANES = [
    ("new_pull_requests", "nightly_github", "GITHUB_TOKEN", "ghp_x"),
    ("new_linear_work", "nightly_linear", "LINEAR_API_KEY", "lin_api_x"),
    ("new_mlflow_runs", "nightly_mlflow", "MLFLOW_TRACKING_URI", "http://127.0.0.1:5000"),
]


@pytest.mark.parametrize("lane", LANES)
def test_a_disabled_source_explains_how_to_enable_it(
    instance: dg.DagsterInstance, lane: tuple[str, str, str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    sensor, schedule, variable, value = lane
    repository = build_defs(load_settings()).get_repository_def()
    assert repository.get_sensor_def(sensor).default_status is dg.DefaultSensorStatus.STOPPED
    assert repository.get_schedule_def(schedule).default_status is dg.DefaultScheduleStatus.STOPPED
    requests, skip_reason = evaluate_sensor(instance, sensor)
    assert requests == []
    for explanation in (
        skip_reason,
        repository.get_sensor_def(sensor).description,
        repository.get_schedule_def(schedule).description,
    ):
        assert "lane is off" in str(explanation)
        assert variable in str(explanation)

    monkeypatch.setenv(variable, value)
    repository = build_defs(load_settings()).get_repository_def()

    assert "is off" not in str(repository.get_sensor_def(sensor).description)
    assert repository.get_sensor_def(sensor).default_status is dg.DefaultSensorStatus.RUNNING
    assert repository.get_schedule_def(schedule).default_status is dg.DefaultScheduleStatus.RUNNING


def test_the_interval_is_that_of_the_settings(instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINEAR_CHECK_INTERVAL", "77")
    sensor = build_defs(load_settings()).get_repository_def().get_sensor_def("new_linear_work")
    assert sensor.minimum_interval_seconds == 77
    assert instance.get_runs() == []


def test_local_commits_are_looked_for_in_every_round_of_the_daemon() -> None:
    # rounds begin five seconds apart, ticks a few milliseconds later or earlier than that
    sensor = build_defs(load_settings()).get_repository_def().get_sensor_def("new_commits")
    assert sensor.minimum_interval_seconds is not None
    assert sensor.minimum_interval_seconds < 4


def test_a_look_is_one_run_and_not_doubled(instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINEAR_API_KEY", "lin_api_x")
    assert len(evaluate_sensor(instance, "new_linear_work")[0]) == 1
    run = create_run(instance, "collect_linear", dg.DagsterRunStatus.STARTED)
    assert evaluate_sensor(instance, "new_linear_work") == ([], "A run of collect_linear is in progress.")
    instance.report_run_canceled(run)
    assert len(evaluate_sensor(instance, "new_linear_work")[0]) == 1


def test_after_failures_the_next_look_waits(instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINEAR_API_KEY", "lin_api_x")
    create_run(instance, "collect_linear", dg.DagsterRunStatus.FAILURE)
    requests, skip_reason = evaluate_sensor(instance, "new_linear_work")
    assert requests == []
    assert "Failed runs in a row: 1. Next run in " in str(skip_reason)
    create_run(instance, "collect_linear", dg.DagsterRunStatus.FAILURE)
    assert "Failed runs in a row: 2. Next run in " in str(evaluate_sensor(instance, "new_linear_work")[1])


def test_github_is_polled_for_the_repositories_it_hosts(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "ghp_x")
    assert evaluate_sensor(instance, "new_pull_requests") == ([], "No repository is hosted on github.com.")
    keys = ["github.com/a/a", "github.com/a/b", "local/c", "github.com/a/d"]
    instance.add_dynamic_partitions(PARTITIONS_NAME, keys)

    stretch, single = evaluate_sensor(instance, "new_pull_requests")[0]

    assert stretch.tags["dagster/asset_partition_range_start"] == "github.com/a/a"
    assert stretch.tags["dagster/asset_partition_range_end"] == "github.com/a/b"
    assert single.tags["dagster/partition"] == "github.com/a/d"
