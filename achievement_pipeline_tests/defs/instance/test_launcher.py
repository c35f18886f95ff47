"""Runs in processes of their own: they do the work, and their death is noticed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

from achievement_pipeline.app.collect.run_locks import Liveness, hold_run_lock, liveness_of_run, pid_of_run
from achievement_pipeline.cli.dagster_home import use_dagster_home
from achievement_pipeline.settings import Environment, load_settings
from achievement_pipeline.store.postgres.database import create_engine
from achievement_pipeline_tests.cluster import Backfill, collect_here, make_repositories, register, stored

_SOURCES = Path(__file__).parents[3]

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
