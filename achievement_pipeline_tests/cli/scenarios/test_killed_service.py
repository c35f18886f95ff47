"""The service loses a run, its database and its daemon to ``kill -9``, and everything is caught up with by itself."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
import sqlalchemy as sa
from dagster._core.execution.backfill import BulkActionStatus
from dagster._core.storage.tags import BACKFILL_ID_TAG

from achievement_pipeline.app.collect.run_locks import pid_of_run
from achievement_pipeline.cli.dagster_home import use_dagster_home
from achievement_pipeline.cli.service.presence import find_service
from achievement_pipeline.defs.automation.backfills import request_backfills
from achievement_pipeline.defs.build import build_defs
from achievement_pipeline.errors import StoreError
from achievement_pipeline.settings import load_settings
from achievement_pipeline.store.postgres.database import create_engine
from achievement_pipeline.store.postgres.opening import open_database
from achievement_pipeline_tests.builders import GitRepository
from achievement_pipeline_tests.cluster import collect_here, stored
from achievement_pipeline_tests.conftest import use_home
from achievement_pipeline_tests.running import (
    PARTS_OF_DAGSTER,
    PATIENCE_SECONDS,
    kill_part,
    running_service,
    wait_until,
)

pytestmark = [pytest.mark.e2e, pytest.mark.soak, pytest.mark.timeout(1800)]


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of a service of this test's own; nobody of it lives on."""
    folder = Path(tempfile.mkdtemp(prefix="achievements-"))
    folder.chmod(0o755)  # for root, whose database server is another user's
    try:
        yield use_home(folder, monkeypatch)
    finally:
        for process in _processes(str(folder)):
            os.kill(process, signal.SIGKILL)
        shutil.rmtree(folder, ignore_errors=True)


def test_what_is_committed_while_everything_is_killed_is_there_once(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch, spare_database_url: str
) -> None:
    repository = GitRepository.create(tmp_path / "repository")
    monkeypatch.setenv("GIT_REPO_PATH", str(repository.path))

    def commit(number: int) -> str:
        return repository.commit(f"feat: part {number}", {f"part_{number}.py": f"value = {number}\n" * 60})

    commit(0)
    with open_database(None, home) as engine:
        with running_service(tmp_path / "first.log") as service:
            _wait_for(engine, repository)

            commit(1)
            os.kill(wait_until(lambda: _run_worker(home)), signal.SIGKILL)
            commit(2)
            os.kill(wait_until(lambda: _first(_processes(f"-D {home}/postgres/data"))), signal.SIGKILL)
            commit(3)
            _wait_for(engine, repository)

            for number, victim in enumerate(PARTS_OF_DAGSTER, start=4):
                commit(number)
                wait_until(lambda: _run_worker(home))
                kill_part(home, victim)
                _wait_for(engine, repository)
            service.kill()
            service.wait()
        commit(9)
        with running_service(tmp_path / "second.log") as service:
            _wait_for(engine, repository)
            assert find_service(home)
            service.send_signal(signal.SIGTERM)
            assert service.wait(PATIENCE_SECONDS) == 0
        assert find_service(home) is None
        survived = stored(engine)

    monkeypatch.setenv("DATABASE_URL", spare_database_url)
    monkeypatch.setenv("ACHIEVEMENTS_HOME", str(tmp_path / "undisturbed"))
    spare_engine = create_engine(spare_database_url)
    assert survived == collect_here([repository], spare_engine)
    spare_engine.dispose()


# Dagster calls a deprecated function of its own when a backfill is asked for
@pytest.mark.filterwarnings("ignore:Function `AssetSelection.sources`:DeprecationWarning")
def test_a_backfill_that_was_killed_with_everything_else_goes_on(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repositories = [GitRepository.create(tmp_path / f"repository-{number}") for number in range(3)]
    for number, repository in enumerate(repositories):
        repository.commit(f"feat: part {number}", {"part.py": f"value = {number}\n" * 60})
    monkeypatch.setenv("GIT_REPO_PATH", os.pathsep.join(str(repository.path) for repository in repositories))
    with open_database(None, home) as engine:
        with running_service(tmp_path / "first.log") as service:
            for repository in repositories:
                _wait_for(engine, repository)
            wait_until(lambda: not _run_worker(home))
            before = stored(engine)
            settings = load_settings()
            use_dagster_home(settings)
            with dg.DagsterInstance.get() as instance:
                [backfill] = request_backfills(build_defs(settings), instance, settings, [], only_judging=False)
            wait_until(lambda: _run_worker(home))
            running = find_service(home)
            assert running
            assert running.group
            service.kill()
            os.killpg(running.group, signal.SIGKILL)
        with running_service(tmp_path / "second.log"), dg.DagsterInstance.get() as instance:
            wait_until(lambda: _is_complete(instance, backfill))
            runs = instance.get_runs(dg.RunsFilter(tags={BACKFILL_ID_TAG: backfill}))
        assert [run.status for run in runs] == [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE]
        assert stored(engine) == before


def _is_complete(instance: dg.DagsterInstance, backfill: str) -> bool:
    found = instance.get_backfill(backfill)
    return found is not None and found.status is BulkActionStatus.COMPLETED_SUCCESS


def _wait_for(engine: sa.Engine, repository: GitRepository) -> None:
    """Wait until the newest commit is an achievement, however often the database dies meanwhile."""
    tip = repository.tip()

    def is_there() -> bool:
        try:
            return any(str(row["key"]).endswith(tip) for row in stored(engine))
        except (sa.exc.DBAPIError, StoreError):
            return False

    wait_until(is_there)


def _run_worker(home: Path) -> int | None:
    return _first([process for lock in home.glob("runs/*") if (process := pid_of_run(home / "runs", lock.name))])


def _first(processes: list[int]) -> int | None:
    return processes[0] if processes else None


def _processes(*parts: str) -> list[int]:
    """The processes whose command holds all of these words."""
    listed = subprocess.run(["ps", "-A", "-ww", "-o", "pid=,args="], check=True, capture_output=True, text=True).stdout
    rows = [line.split(maxsplit=1) for line in listed.splitlines()]
    return [int(pid) for pid, *args in rows if args and all(part in args[0] for part in parts)]
