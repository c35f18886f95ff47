"""Dagster's own records in files, as one person has them."""

from pathlib import Path

import dagster as dg
import pytest

from achievement_pipeline.cli.dagster_home import use_dagster_home
from achievement_pipeline.settings import load_settings


@dg.asset
def counted() -> dg.MaterializeResult:
    """Anything."""
    return dg.MaterializeResult(metadata={"rows": 3})


@pytest.fixture
def dagster_home(home: Path) -> None:  # noqa: ARG001 - first its environment
    """The instance of a user without any setting."""
    use_dagster_home(load_settings())


@pytest.mark.usefixtures("dagster_home")
def test_what_runs_say_is_there_for_the_next_process() -> None:
    with dg.DagsterInstance.get() as instance:
        results = [dg.materialize([counted], instance=instance) for _ in range(2)]
    with dg.DagsterInstance.get() as instance:
        found = instance.fetch_materializations(counted.key, limit=5).records
        events = [instance.all_logs(result.run_id) for result in results]
    assert [record.run_id for record in found] == [result.run_id for result in reversed(results)]
    assert all(any(entry.dagster_event_type == dg.DagsterEventType.RUN_SUCCESS for entry in each) for each in events)
