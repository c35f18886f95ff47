"""The nightly reading."""

from pathlib import Path

import dagster as dg

from achievement_pipeline.defs.build import build_defs
from achievement_pipeline.defs.partitions import PARTITIONS_NAME
from achievement_pipeline.settings import load_settings
from achievement_pipeline_tests.defs.conftest import create_run, evaluate_schedule


def test_the_night_goes_over_all_repositories_in_few_runs_and_leaves_alone_what_runs_do_already(
    kept: dg.DagsterInstance,
) -> None:
    assert evaluate_schedule(kept, "nightly_git")[0] == []
    kept.add_dynamic_partitions(PARTITIONS_NAME, [f"local/{number}" for number in range(1001)])
    create_run(kept, "collect_git", dg.DagsterRunStatus.STARTED, partition="local/0")

    requests = evaluate_schedule(kept, "nightly_git")[0]

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
