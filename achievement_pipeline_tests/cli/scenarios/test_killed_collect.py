"""`achievements collect` is killed, or waits for another one: nothing waits for the dead, and the wait can be ended."""

import os
import random
import signal
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
import sqlalchemy as sa

from achievement_pipeline.cli.dagster_home import use_dagster_home
from achievement_pipeline.defs.instance.health import examine
from achievement_pipeline.settings import load_settings
from achievement_pipeline.store.pieces.upsert import exclusive_transaction
from achievement_pipeline.store.postgres.database import create_engine
from achievement_pipeline.system.interrupts import EXIT_INTERRUPTED
from achievement_pipeline_tests.builders import GitRepository
from achievement_pipeline_tests.cli.conftest import Run
from achievement_pipeline_tests.cluster import collect_here, stored
from achievement_pipeline_tests.collecting import commit_part, forked
from achievement_pipeline_tests.running import PATIENCE_SECONDS, wait_until

pytestmark = pytest.mark.e2e

_KILLS = 4
"""The soak has thirty."""
_SECONDS_OF_A_COLLECT = 1.5


@pytest.fixture
def engine(database: str) -> Iterator[sa.Engine]:
    """An engine on the database of the commands."""
    engine = create_engine(database)
    yield engine
    engine.dispose()


def test_a_killed_collect_keeps_nobody_waiting(
    run: Run, repository: GitRepository, engine: sa.Engine, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    with exclusive_transaction(engine), forked(("collect", "--repo", str(repository.path)), log) as killed:
        wait_until(lambda: b"Waiting for another run to store its achievements (" in log.read_bytes())
        killed.kill()
        killed.join()
    settings = load_settings()
    use_dagster_home(settings)
    with dg.DagsterInstance.get() as instance:
        [lost] = instance.get_runs()
        assert lost.status is dg.DagsterRunStatus.STARTED
        [symptom] = [
            each for each in examine(instance, settings.run_locks_path, is_running=False) if each.name == "lost runs"
        ]
        assert symptom.remedy
        assert run("collect", "--repo", str(repository.path)).exit_code == 0
        assert {each.status for each in instance.get_runs()} == {
            dg.DagsterRunStatus.FAILURE,
            dg.DagsterRunStatus.SUCCESS,
        }
        assert "was killed" in instance.get_runs(dg.RunsFilter(run_ids=[lost.run_id]))[0].tags["achievements/reason"]
    assert not list(settings.run_locks_path.iterdir())
    assert len(stored(engine)) == 2


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_a_wait_says_what_it_waits_for_and_can_be_ended(
    sent: signal.Signals, repository: GitRepository, engine: sa.Engine, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    with exclusive_transaction(engine), forked(("collect", "--repo", str(repository.path)), log) as waiting:
        wait_until(lambda: b"Waiting for another run" in log.read_bytes())
        assert waiting.pid
        os.kill(waiting.pid, sent)
        # while the other one still has the lock
        waiting.join(PATIENCE_SECONDS)
        assert waiting.exitcode == EXIT_INTERRUPTED
    words = log.read_text()
    assert "Interrupted" in words
    assert "Traceback" not in words
    use_dagster_home(load_settings())
    with dg.DagsterInstance.get() as instance:
        [ended] = instance.get_runs()
        assert ended.is_finished


def test_killed_at_random_moments_it_goes_on_where_it_was(  # noqa: PLR0913, PLR0917 - fixtures
    run: Run,
    repository: GitRepository,
    engine: sa.Engine,
    spare_database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    words = ("collect", "--repo", str(repository.path), "--author", "all")
    chance = random.Random(13)
    for number in range(_KILLS):
        commit_part(repository, number)
        with forked(words, tmp_path / "log") as killed:
            killed.join(chance.uniform(0, _SECONDS_OF_A_COLLECT))
    assert run(*words).exit_code == 0
    survived = stored(engine)
    assert len(survived) == 2 + _KILLS

    monkeypatch.setenv("DATABASE_URL", spare_database_url)
    monkeypatch.setenv("ACHIEVEMENTS_HOME", str(tmp_path / "undisturbed"))
    spare_engine = create_engine(spare_database_url)
    assert survived == collect_here([repository], spare_engine)
    spare_engine.dispose()
