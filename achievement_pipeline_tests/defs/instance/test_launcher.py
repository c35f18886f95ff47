"""Runs in processes of their own: they do the work, and their death is noticed."""

import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import dagster as dg
import pytest

from achievement_pipeline.app.collect.run_locks import Liveness, hold_run_lock, liveness_of_run, pid_of_run
from achievement_pipeline.cli.dagster_home import use_dagster_home
from achievement_pipeline.defs.instance.compat import LaunchRunContext
from achievement_pipeline.defs.instance.launcher import WarmRunLauncher
from achievement_pipeline.settings import Environment, load_settings
from achievement_pipeline.store.postgres.database import create_engine
from achievement_pipeline_tests.cluster import Backfill, collect_here, make_repositories, register, stored
from achievement_pipeline_tests.running import wait_until

_SOURCES = Path(__file__).parents[3]

_QUIET = {
    "telemetry": {"enabled": False},
    "compute_logs": {
        "module": "dagster._core.storage.noop_compute_log_manager",
        "class": "NoOpComputeLogManager",
    },
}

_RUN = """
import sys, time
from pathlib import Path
from achievement_pipeline.app.collect.run_locks import hold_run_lock

with hold_run_lock(Path(sys.argv[1]), "run"):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_run_lives_as_long_as_its_process(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _RUN, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=_SOURCES) as process:
        assert process.stdout
        process.stdout.readline()
        assert liveness_of_run(tmp_path, "run") is Liveness.ALIVE
        assert pid_of_run(tmp_path, "run") == process.pid
        process.kill()
        process.wait()
    assert liveness_of_run(tmp_path, "run") is Liveness.DEAD
    assert pid_of_run(tmp_path, "run") is None


def test_of_a_run_that_has_ended_or_is_not_ours_nothing_is_known(tmp_path: Path) -> None:
    with hold_run_lock(tmp_path / "runs", "run"):
        pass
    assert liveness_of_run(tmp_path / "runs", "run") is Liveness.UNKNOWN
    assert liveness_of_run(tmp_path / "nowhere", "run") is Liveness.UNKNOWN


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


@pytest.mark.e2e
@pytest.mark.parametrize("can_fork", [True, False])
def test_each_run_has_a_process_of_its_own_and_its_death_is_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, can_fork: bool
) -> None:
    monkeypatch.setenv("ACHIEVEMENTS_HOME", str(tmp_path / "home"))
    origin = dg.reconstructable(works).get_python_origin()
    launcher = WarmRunLauncher(tmp_path / "home" / "runs", can_fork=can_fork)
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

        runs = [launch(dies=dies) for dies in (False, True, False)]
        ended = [wait_until(partial(status, run)) for run in runs]
        launcher.dispose()
        messages = [event.message for event in instance.all_logs(runs[1].run_id)]
    assert ended == [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.SUCCESS]
    assert any("exited unexpectedly with code -9" in message for message in messages)


@pytest.mark.e2e
@pytest.mark.soak
def test_a_run_with_a_killed_process_is_failed_at_once_and_retried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_url: str, empty_database_url: str, spare_database_url: str
) -> None:
    for name in Environment.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("DAGSTER_HOME", "")
    monkeypatch.setenv("ACHIEVEMENTS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("DAGSTER_DATABASE_URL", empty_database_url)
    repositories = make_repositories(tmp_path, 2)
    engine, spare_engine = create_engine(database_url), create_engine(spare_database_url)
    settings = load_settings()
    use_dagster_home(settings)
    killed: list[int] = []

    def kill_one(_: Backfill) -> None:
        for lock in settings.run_locks_path.glob("*"):
            process = pid_of_run(settings.run_locks_path, lock.name)
            if process and not killed:
                os.kill(process, signal.SIGKILL)
                killed.append(process)

    with dg.DagsterInstance.get() as instance:
        keys = register(repositories, engine, instance)
        backfill = Backfill(instance, keys, repositories_a_run=1)
        backfill.run(between=kill_one, seconds=600)
        instance.run_launcher.dispose()
    assert killed
    assert backfill.lost == 1

    made_up_for = stored(engine)
    monkeypatch.setenv("DATABASE_URL", spare_database_url)
    monkeypatch.setenv("ACHIEVEMENTS_HOME", str(tmp_path / "undisturbed"))
    assert made_up_for == collect_here(repositories, spare_engine)
    engine.dispose()
    spare_engine.dispose()
