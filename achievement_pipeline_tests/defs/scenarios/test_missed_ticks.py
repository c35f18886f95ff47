"""A laptop that slept: Dagster's own scheduler, with the instance as it is configured, makes up for one tick."""

import datetime as dt
import logging
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.test_utils import create_test_daemon_workspace_context
from dagster._core.workspace.load_target import ModuleTarget
from dagster._scheduler.scheduler import launch_scheduled_runs

from achievement_pipeline.cli.dagster_home import use_dagster_home
from achievement_pipeline.defs.jobs import WRITE_DIGEST
from achievement_pipeline.settings import load_settings

pytestmark = pytest.mark.e2e


@pytest.fixture
def instance(home: Path, tmp_path: Path) -> Iterator[dg.DagsterInstance]:  # noqa: ARG001 - first its environment
    (tmp_path / "achievements.toml").write_text('[schedules]\nweekly_digest = {on = true, cron = "0 7 * * *"}\n')
    use_dagster_home(load_settings())
    with dg.DagsterInstance.get() as instance:
        yield instance


def test_of_the_ticks_that_were_missed_in_twelve_days_one_is_made_up_for(instance: dg.DagsterInstance) -> None:
    code = ModuleTarget("achievement_pipeline.definitions", None, None, "achievement_pipeline")
    scheduler = instance.scheduler
    assert scheduler
    with create_test_daemon_workspace_context(code, instance) as workspace:

        def wake_up(at: dt.datetime) -> None:
            for _ in launch_scheduled_runs(
                workspace,
                logging.getLogger("scheduler"),
                at,
                {},
                max_catchup_runs=scheduler.max_catchup_runs,  # type: ignore[attr-defined]  # of Dagster's only one
            ):
                pass

        fell_asleep = dt.datetime.now(dt.UTC)
        wake_up(fell_asleep)
        assert instance.get_runs() == []
        for _ in range(2):  # the second time nothing is left to make up for
            wake_up(fell_asleep + dt.timedelta(days=12))

    assert [run.job_name for run in instance.get_runs()] == [WRITE_DIGEST]
