"""The process that runs are forked from: what its runs are, and what it reports to the launcher."""

import os
import signal
import sys
from functools import partial
from pathlib import Path

import dagster as dg
import pytest

from achievement_pipeline.defs.instance.compat import LaunchRunContext
from achievement_pipeline.defs.instance.launcher import WarmRunLauncher
from achievement_pipeline_tests.running import wait_until

pytestmark = pytest.mark.e2e

_QUIET = {
    "telemetry": {"enabled": False},
    "compute_logs": {
        "module": "dagster._core.storage.noop_compute_log_manager",
        "class": "NoOpComputeLogManager",
    },
}


@dg.op(config_schema={"dies": bool, "is_fork": bool})
def _work(context: dg.OpExecutionContext) -> None:
    print("of no interest to the launcher")  # where the reports of ended runs go, if it were not redirected
    threads = Path(f"/proc/{os.getppid()}/task")
    if context.op_config["is_fork"] and threads.exists():
        assert len(list(threads.iterdir())) == 1, "what forks has one thread"
        assert {"cryptography", "keyring", "kingfisher_sdk"}.isdisjoint(sys.modules), "only publishing needs them"
    if context.op_config["dies"]:
        os.kill(os.getpid(), signal.SIGKILL)


@dg.job(executor_def=dg.in_process_executor)
def works() -> None:
    """Work, or die of it."""
    _work()


@pytest.mark.parametrize("can_fork", [True, False])
def test_each_run_has_a_process_of_its_own_and_its_death_is_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, can_fork: bool
) -> None:
    home, config = tmp_path / "home", tmp_path / "achievements.toml"
    config.touch()
    monkeypatch.setenv("ACHIEVEMENTS_HOME", str(home))
    monkeypatch.setenv("ACHIEVEMENTS_CONFIG", str(config))
    origin = dg.reconstructable(works).get_python_origin()
    launcher = WarmRunLauncher(home / "runs", can_fork=can_fork)
    with dg.DagsterInstance.local_temp(str(tmp_path), _QUIET) as instance:
        launcher.register_instance(instance)

        def launch(*, dies: bool) -> dg.DagsterRun:
            run = instance.create_run_for_job(
                works,
                run_config={"ops": {"_work": {"config": {"dies": dies, "is_fork": can_fork}}}},
                status=dg.DagsterRunStatus.STARTING,
                job_code_origin=origin,
            )
            launcher.launch_run(LaunchRunContext(run, workspace=None))
            return run

        def status(run: dg.DagsterRun) -> dg.DagsterRunStatus | None:
            found = instance.get_run_by_id(run.run_id)
            return found.status if found and found.is_finished else None

        runs = [launch(dies=False), launch(dies=True)]
        ended = [wait_until(partial(status, run)) for run in runs]
        if can_fork:
            config.write_text("[rules]\nportfolio_min_impact = 61\n")  # so the next run imports everything again
            ended.append(wait_until(partial(status, launch(dies=False))))
        launcher.dispose()
        messages = [event.message for event in instance.all_logs(runs[1].run_id)]
    assert [each is dg.DagsterRunStatus.SUCCESS for each in ended] == [True, False, True][: len(ended)]
    assert any("exited unexpectedly with code -9" in message for message in messages)
