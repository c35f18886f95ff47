"""A service on many machines, all of them here: a broker, workers in processes of their own, and who hands out runs.

What the daemon of a service does (launch the runs of a backfill, notice that a worker is gone, start its runs again) is
done here in one loop, so that nobody waits for a daemon to start. The settings stand in this process's environment.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

import dagster as dg
import sqlalchemy as sa
from dagster._core.definitions.reconstruct import ReconstructableRepository
from dagster._core.launcher import WorkerStatus
from dagster_celery.make_app import make_app
from dagster_celery.tags import DAGSTER_CELERY_TASK_ID_TAG

from achievement_pipeline.cli.dagster_home import use_dagster_home
from achievement_pipeline.defs.build import build_defs
from achievement_pipeline.defs.instance.celery import celery_config
from achievement_pipeline.defs.partitions import PARTITIONS_NAME
from achievement_pipeline.lanes import GIT
from achievement_pipeline.settings import Settings, load_settings
from achievement_pipeline.sources.git import open_repository
from achievement_pipeline.store.postgres.opening import open_database
from achievement_pipeline.store.reading import AchievementFilter, find_achievements
from achievement_pipeline.store.repositories import remember_repository
from achievement_pipeline_tests.builders import GitRepository

_SOURCES = Path(__file__).parents[1]
_POLL_SECONDS = 0.5
_ATTEMPTS = 4
EVERYBODY = {"ops": {"git_history": {"config": {"authors": ["all"]}}}}
"""Of a run's configuration: whose work is read."""
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
"""Of a run's configuration: no line for each of its events."""
_OF_THIS_RUN = {"created_at", "updated_at"}


def make_repositories(folder: Path, number: int) -> list[GitRepository]:
    """Make small repositories, each with a fix, a feature that reverts nothing, and a commit that does not count."""
    made = []
    for place in range(number):
        repository = GitRepository.create(folder / f"repository-{place:03}")
        repository.commit(
            "feat: add the parser", {"parser.py": "".join(f"line_{n} = {n}\n" for n in range(60 + place))}
        )
        repository.commit("fix: mend the parser", {"parser.py": "done = True\n"})
        repository.commit("wip", {"notes.txt": "x\n"})
        made.append(repository)
    return made


def register(repositories: Sequence[GitRepository], engine: sa.Engine, instance: dg.DagsterInstance) -> list[str]:
    """Make repositories known, and return their keys."""
    keys = []
    for repository in repositories:
        key = open_repository(repository.path, cache=Path("/nonexistent")).key
        remember_repository(engine, key, str(repository.path), "default")
        keys.append(key)
    instance.add_dynamic_partitions(PARTITIONS_NAME, keys)
    return keys


class Place(NamedTuple):
    """A machine with one repository of which nothing was collected so far."""

    repository: GitRepository
    key: str
    settings: Settings
    instance: dg.DagsterInstance


@contextmanager
def one_repository() -> Iterator[Place]:
    """Make a home with its database and Dagster's records, and one repository with a commit; all gone at the end.

    The environment of this process names them from then on.
    """
    with tempfile.TemporaryDirectory(prefix="achievements-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # for root, whose database server is another user's
        repository = GitRepository.create(folder / "repository")
        repository.commit("feat: begin", {"begin.py": "value = 0\n" * 60})
        os.environ |= {"ACHIEVEMENTS_HOME": str(folder / "home"), "GIT_REPO_PATH": str(repository.path)}
        settings = load_settings()
        use_dagster_home(settings)
        with open_database(None, settings.home) as engine, dg.DagsterInstance.get() as instance:
            [key] = register([repository], engine, instance)
            yield Place(repository, key, settings, instance)


def stored(engine: sa.Engine) -> list[dict[str, Any]]:
    """Return all achievements, without what differs from run to run."""
    with engine.connect() as connection:
        found = find_achievements(connection, AchievementFilter(include_retracted=True))
    rows = [{name: value for name, value in asdict(one).items() if name not in _OF_THIS_RUN} for one in found]
    return sorted(rows, key=lambda row: str(row["key"]))


def collect_here(repositories: Sequence[GitRepository], engine: sa.Engine) -> list[dict[str, Any]]:
    """Collect all repositories in one run of this process, and return all achievements."""
    job = build_defs(load_settings()).resolve_job_def(GIT.job)
    with dg.DagsterInstance.ephemeral() as instance:
        keys = register(repositories, engine, instance)
        assert job.execute_in_process(EVERYBODY | QUIET, instance, tags=_range(keys)).success
    return stored(engine)


@contextmanager
def worker(name: str, log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Run `achievements worker` with one process for tasks; killed at the end with all its processes."""
    command = [sys.executable, "-c", "from achievement_pipeline.cli import main; main()", "worker"]
    with (
        log.open("wb") as output,
        subprocess.Popen(
            [*command, "--concurrency", "1", "--name", name],
            cwd=_SOURCES,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as process,
    ):
        try:
            yield process
        finally:
            kill(process)


def kill(process: "subprocess.Popen[bytes]") -> None:
    """Kill a worker as a machine goes: all of it, at once."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    process.wait()


class Backfill:
    """The runs of a backfill, each for some repositories that lie side by side."""

    def __init__(self, instance: dg.DagsterInstance, keys: Sequence[str], *, repositories_a_run: int) -> None:
        """Launch a run for each part of the repositories."""
        self._instance = instance
        self._job = ReconstructableRepository.for_module(
            "achievement_pipeline.definitions", "defs", None
        ).get_reconstructable_job(GIT.job)
        parts = [keys[place : place + repositories_a_run] for place in range(0, len(keys), repositories_a_run)]
        self._attempts = {self._launch(part): (part, 1) for part in parts}

    def run(self, *, between: Callable[["Backfill"], None] = lambda _: None, seconds: float) -> None:
        """Wait until every part has succeeded; a run whose worker is gone is started again.

        Args:
            between: Called from time to time with this backfill, so that a test can interfere.
            seconds: After that much time it has failed.
        """
        end = time.monotonic() + seconds
        while not all(status is dg.DagsterRunStatus.SUCCESS for status in self.statuses()):
            assert time.monotonic() < end, f"after {seconds} s: {self.statuses()}"
            between(self)
            for run_id in list(self._attempts):
                self._attend(run_id)
            time.sleep(_POLL_SECONDS)

    def statuses(self) -> list[dg.DagsterRunStatus]:
        """Return the status of the latest run of every part."""
        runs = [self._instance.get_run_by_id(run_id) for run_id in self._attempts]
        return [run.status for run in runs if run]

    def workers(self) -> set[str]:
        """Return the names of the workers that are in the middle of a run."""
        runs = [self._instance.get_run_by_id(run_id) for run_id in self._attempts]
        tasks = [
            run.tags[DAGSTER_CELERY_TASK_ID_TAG] for run in runs if run and run.status is dg.DagsterRunStatus.STARTED
        ]
        celery = make_app(celery_config(load_settings().environment))  # type: ignore[no-untyped-call]
        return {(celery.AsyncResult(task).info or {}).get("hostname", "").partition("@")[0] for task in tasks}

    @property
    def lost(self) -> int:
        """How many runs were started again."""
        return sum(attempt - 1 for _, attempt in self._attempts.values())

    def _launch(self, part: Sequence[str]) -> str:
        run = self._instance.create_run_for_job(
            self._job.get_definition(),
            run_config=EVERYBODY,
            tags=_range(part),
            job_code_origin=self._job.get_python_origin(),
        )
        return self._instance.launch_run(run.run_id, workspace=None).run_id  # type: ignore[arg-type]

    def _attend(self, run_id: str) -> None:
        """Do what run monitoring and run retries of the daemon do."""
        run = self._instance.get_run_by_id(run_id)
        assert run
        if run.status is dg.DagsterRunStatus.STARTED:
            health = self._instance.run_launcher.check_run_worker_health(run)
            if health.status in {WorkerStatus.RUNNING, WorkerStatus.SUCCESS}:
                return
            self._instance.report_run_failed(run, str(health))
        elif run.status is not dg.DagsterRunStatus.FAILURE:
            return
        part, attempt = self._attempts.pop(run_id)
        assert attempt < _ATTEMPTS, f"{part} failed {attempt} times"
        self._attempts[self._launch(part)] = (part, attempt + 1)


def _range(keys: Sequence[str]) -> dict[str, str]:
    return {"dagster/asset_partition_range_start": keys[0], "dagster/asset_partition_range_end": keys[-1]}
