"""Sensors of polled sources, and schedules: when they request runs, for what, and when they wait."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from achievement_pipeline.defs.build import build_defs
from achievement_pipeline.defs.partitions import PARTITIONS_NAME
from achievement_pipeline.settings import load_settings

LANES = [
    ("new_pull_requests", "nightly_github", "GITHUB_TOKEN", "ghp_x"),
    ("new_linear_work", "nightly_linear", "LINEAR_API_KEY", "lin_api_x"),
    ("new_mlflow_runs", "nightly_mlflow", "MLFLOW_TRACKING_URI", "http://127.0.0.1:5000"),
]


@pytest.fixture
def instance(home: Path) -> Iterator[dg.DagsterInstance]:  # noqa: ARG001 - first its environment
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


@pytest.fixture
def kept(instance: dg.DagsterInstance, tmp_path: Path) -> Iterator[dg.DagsterInstance]:  # noqa: ARG001 - its settings
    """An instance on disk: a schedule knows its instance by reference only, and one in memory has none."""
    (tmp_path / "dagster").mkdir()
    with dg.DagsterInstance.local_temp(str(tmp_path / "dagster")) as on_disk:
        yield on_disk


def _tick(instance: dg.DagsterInstance, name: str) -> tuple[list[dg.RunRequest], str | None]:
    defs = build_defs(load_settings())
    with dg.build_sensor_context(instance=instance, definitions=defs, sensor_name=name) as context:
        data = defs.get_repository_def().get_sensor_def(name).evaluate_tick(context)
    return list(data.run_requests or ()), data.skip_message


def _night(instance: dg.DagsterInstance, name: str) -> tuple[list[dg.RunRequest], str | None]:
    schedule = build_defs(load_settings()).get_repository_def().get_schedule_def(name)
    context = dg.build_schedule_context(instance=instance, scheduled_execution_time=dt.datetime.now(dt.UTC))
    data = schedule.evaluate_tick(context)
    return list(data.run_requests or ()), data.skip_message


def _run(instance: dg.DagsterInstance, job: str, status: dg.DagsterRunStatus, **tags: str) -> dg.DagsterRun:
    definition = build_defs(load_settings()).resolve_job_def(job)
    run = instance.create_run_for_job(definition, tags={f"dagster/{name}": key for name, key in tags.items()})
    if status is dg.DagsterRunStatus.FAILURE:
        instance.report_run_failed(run)
    return run


@pytest.mark.parametrize("lane", LANES)
def test_a_disabled_source_explains_how_to_enable_it(
    instance: dg.DagsterInstance, lane: tuple[str, str, str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    sensor, schedule, variable, value = lane
    repository = build_defs(load_settings()).get_repository_def()
    assert repository.get_sensor_def(sensor).default_status is dg.DefaultSensorStatus.STOPPED
    assert repository.get_schedule_def(schedule).default_status is dg.DefaultScheduleStatus.STOPPED
    requests, skip_reason = _tick(instance, sensor)
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


def test_a_look_is_one_run_and_not_doubled(instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINEAR_API_KEY", "lin_api_x")
    assert len(_tick(instance, "new_linear_work")[0]) == 1
    run = _run(instance, "collect_linear", dg.DagsterRunStatus.STARTED)
    assert _tick(instance, "new_linear_work") == ([], "A run of collect_linear is in progress.")
    instance.report_run_canceled(run)
    assert len(_tick(instance, "new_linear_work")[0]) == 1


def test_after_failures_the_next_look_waits(instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINEAR_API_KEY", "lin_api_x")
    _run(instance, "collect_linear", dg.DagsterRunStatus.FAILURE)
    requests, skip_reason = _tick(instance, "new_linear_work")
    assert requests == []
    assert "Failed runs in a row: 1. Next run in " in str(skip_reason)
    _run(instance, "collect_linear", dg.DagsterRunStatus.FAILURE)
    assert "Failed runs in a row: 2. Next run in " in str(_tick(instance, "new_linear_work")[1])


def test_github_is_polled_for_the_repositories_it_hosts(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "ghp_x")
    assert _tick(instance, "new_pull_requests") == ([], "No repository is hosted on github.com.")
    keys = ["github.com/a/a", "github.com/a/b", "local/c", "github.com/a/d"]
    instance.add_dynamic_partitions(PARTITIONS_NAME, keys)

    stretch, single = _tick(instance, "new_pull_requests")[0]

    assert stretch.tags["dagster/asset_partition_range_start"] == "github.com/a/a"
    assert stretch.tags["dagster/asset_partition_range_end"] == "github.com/a/b"
    assert single.tags["dagster/partition"] == "github.com/a/d"


def test_the_night_goes_over_all_repositories_in_few_runs_and_leaves_alone_what_runs_do_already(
    kept: dg.DagsterInstance,
) -> None:
    assert _night(kept, "nightly_git")[0] == []
    kept.add_dynamic_partitions(PARTITIONS_NAME, [f"local/{number}" for number in range(1001)])
    _run(kept, "collect_git", dg.DagsterRunStatus.STARTED, partition="local/0")

    requests = _night(kept, "nightly_git")[0]

    assert len(requests) == len({request.run_key for request in requests}) == 20
    assert requests[0].tags["dagster/asset_partition_range_start"] == "local/1"


def test_schedules_go_by_the_settings(instance: dg.DagsterInstance, tmp_path: Path) -> None:
    assert instance.get_runs() == []
    repository = build_defs(load_settings()).get_repository_def()
    assert repository.get_schedule_def("publishing").default_status is dg.DefaultScheduleStatus.STOPPED
    assert repository.get_schedule_def("weekly_digest").default_status is dg.DefaultScheduleStatus.RUNNING
    (tmp_path / "achievements.toml").write_text(
        '[schedules]\ntime_zone = "Asia/Tokyo"\n'
        'nightly = {on = false, cron = "30 4 * * *"}\npublishing = {on = true, cron = "0 9 * * 1"}\n'
    )
    repository = build_defs(load_settings()).get_repository_def()
    nightly = repository.get_schedule_def("nightly_git")
    assert (nightly.cron_schedule, nightly.execution_timezone) == ("30 4 * * *", "Asia/Tokyo")
    assert nightly.default_status is dg.DefaultScheduleStatus.STOPPED
    assert repository.get_schedule_def("publishing").default_status is dg.DefaultScheduleStatus.RUNNING
