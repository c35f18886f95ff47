"""The queue of runs, as ``dagster.yaml`` sets it up."""

import dagster as dg
import pytest

from achievement_pipeline.cli.dagster_home import use_dagster_home
from achievement_pipeline.defs.instance.queue import PromptRunCoordinator
from achievement_pipeline.settings import load_settings


@pytest.mark.usefixtures("home")
def test_the_daemon_looks_at_the_queue_twice_a_second_and_runs_four_at_once() -> None:
    use_dagster_home(load_settings())
    with dg.DagsterInstance.get() as instance:
        coordinator = instance.run_coordinator
        queue = instance.get_concurrency_config().run_queue_config
    assert isinstance(coordinator, PromptRunCoordinator)
    assert coordinator.dequeue_interval_seconds == pytest.approx(0.5)
    assert queue is not None
    assert queue.max_concurrent_runs == 4
