"""A pipeline of a test's own: its database, its folder, an instance of Dagster in memory."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import dagster as dg
import pytest
import sqlalchemy as sa

from achievement_pipeline.defs.build import build_defs
from achievement_pipeline.defs.partitions import PARTITIONS_NAME
from achievement_pipeline.lanes import GIT
from achievement_pipeline.settings import Settings, load_settings
from achievement_pipeline.sources.git import open_repository
from achievement_pipeline.store.embedded import EmbeddedPostgres
from achievement_pipeline.store.postgres.database import create_engine
from achievement_pipeline.store.reading import AchievementFilter, AchievementView, find_achievements
from achievement_pipeline.store.repositories import remember_repository
from achievement_pipeline_tests.builders import GitRepository
from achievement_pipeline_tests.conftest import copy_database, use_home

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dataclass
class Pipeline:
    """Runs the jobs as production does, on what a test gives it."""

    settings: Settings
    engine: sa.Engine
    instance: dg.DagsterInstance
    keys: list[str] = field(default_factory=list)

    def add(self, repository: GitRepository) -> str:
        """Make a repository known, and return its key."""
        key = open_repository(repository.path, cache=self.settings.mirrors_path).key
        remember_repository(self.engine, key, str(repository.path), "default")
        self.instance.add_dynamic_partitions(PARTITIONS_NAME, [key])
        self.keys.append(key)
        return key

    def collect(self, *, authors: tuple[str, ...] = ("all",), since: str = "") -> dg.ExecuteInProcessResult:
        """Run the git lane for all repositories that were added, in one run."""
        selection = {"ops": {"git_history": {"config": {"authors": list(authors), "since": since}}}}
        return self.job.execute_in_process(
            selection | QUIET,
            self.instance,
            tags={
                "dagster/asset_partition_range_start": self.keys[0],
                "dagster/asset_partition_range_end": self.keys[-1],
            },
            raise_on_error=False,
        )

    def materialize(self, *assets: str) -> dg.ExecuteInProcessResult:
        """Run some assets of the lane for the repository that was added first."""
        return self.job.execute_in_process(
            QUIET,
            instance=self.instance,
            partition_key=self.keys[0],
            asset_selection=[dg.AssetKey(asset) for asset in assets],
            raise_on_error=False,
        )

    @property
    def job(self) -> dg.JobDefinition:
        """The job of the git lane."""
        return build_defs(self.settings).resolve_job_def(GIT.job)

    def achievements(self, *, retracted: bool = False) -> list[AchievementView]:
        """What is stored now."""
        with self.engine.connect() as connection:
            return find_achievements(connection, AchievementFilter(include_retracted=retracted))


@pytest.fixture
def pipeline(
    home: Path,  # noqa: ARG001 - first its environment
    database_url: str,
    engine: sa.Engine,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Pipeline]:
    """A pipeline with nothing in it yet."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    with dg.DagsterInstance.ephemeral() as instance:
        yield Pipeline(load_settings(), engine, instance)


@contextmanager
def pipeline_of_its_own(folder: Path, server: EmbeddedPostgres, template: str) -> Iterator[Pipeline]:
    """A pipeline outside of the tests' own fixtures, to be shared by some of them."""
    with (
        pytest.MonkeyPatch.context() as monkeypatch,
        copy_database(server, template) as url,
        dg.DagsterInstance.ephemeral() as instance,
    ):
        use_home(folder, monkeypatch)
        monkeypatch.setenv("DATABASE_URL", url)
        engine = create_engine(url)
        yield Pipeline(load_settings(), engine, instance)
        engine.dispose()


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


def evaluate_sensor(instance: dg.DagsterInstance, name: str) -> tuple[list[dg.RunRequest], str | None]:
    defs = build_defs(load_settings())
    with dg.build_sensor_context(instance=instance, definitions=defs, sensor_name=name) as context:
        data = defs.get_repository_def().get_sensor_def(name).evaluate_tick(context)
    return list(data.run_requests or ()), data.skip_message


def evaluate_schedule(instance: dg.DagsterInstance, name: str) -> tuple[list[dg.RunRequest], str | None]:
    schedule = build_defs(load_settings()).get_repository_def().get_schedule_def(name)
    context = dg.build_schedule_context(instance=instance, scheduled_execution_time=dt.datetime.now(dt.UTC))
    data = schedule.evaluate_tick(context)
    return list(data.run_requests or ()), data.skip_message


def create_run(instance: dg.DagsterInstance, job: str, status: dg.DagsterRunStatus, **tags: str) -> dg.DagsterRun:
    definition = build_defs(load_settings()).resolve_job_def(job)
    run = instance.create_run_for_job(definition, tags={f"dagster/{name}": key for name, key in tags.items()})
    if status is dg.DagsterRunStatus.FAILURE:
        instance.report_run_failed(run)
    return run
