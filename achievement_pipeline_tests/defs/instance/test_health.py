"""Dagster's health in `achievements doctor`, and the requests of `achievements backfill`."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pandas as pd
import pytest

from achievement_pipeline.defs.automation.backfills import request_backfills
from achievement_pipeline.defs.build import build_defs
from achievement_pipeline.defs.instance.failures import REASON_TAG
from achievement_pipeline.defs.instance.health import examine
from achievement_pipeline.defs.partitions import PARTITIONS_NAME
from achievement_pipeline.errors import SettingsError
from achievement_pipeline.settings import load_settings

# Dagster calls its own deprecated function where it makes a backfill.
pytestmark = pytest.mark.filterwarnings("ignore:Function `AssetSelection.sources`:DeprecationWarning")


@dg.job
def working() -> None:
    """Do nothing."""


@pytest.fixture
def instance(home: Path, tmp_path: Path) -> Iterator[dg.DagsterInstance]:  # noqa: ARG001 - first its environment
    (tmp_path / "dagster").mkdir()
    # one in memory has no records of sensors
    with dg.DagsterInstance.local_temp(str(tmp_path / "dagster")) as instance:
        yield instance


def _run(instance: dg.DagsterInstance, key: str, *, fails: bool) -> None:
    tags = {"dagster/partition": key, REASON_TAG: "the disk is full"}
    if fails:
        instance.report_run_failed(instance.create_run_for_job(working, tags=tags))
    else:
        quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
        working.execute_in_process(quiet, instance=instance, tags=tags)


def test_a_daemon_that_never_reported_is_named(instance: dg.DagsterInstance) -> None:
    [symptom] = examine(instance, Path("nowhere"), is_running=True)
    assert (symptom.name, symptom.detail) == ("daemon", "no heartbeat yet")
    assert symptom.remedy
    assert list(examine(instance, Path("nowhere"), is_running=False)) == []


def test_a_failed_run_is_reported_with_its_reason_until_a_later_one_succeeds(instance: dg.DagsterInstance) -> None:
    _run(instance, "local/a", fails=True)
    _run(instance, "local/b", fails=True)
    assert {symptom.name for symptom in examine(instance, Path("nowhere"), is_running=False)} == {
        "run working local/a",
        "run working local/b",
    }

    _run(instance, "local/a", fails=False)

    [symptom] = examine(instance, Path("nowhere"), is_running=False)
    assert symptom.name == "run working local/b"
    assert symptom.detail.endswith("the disk is full")


def _targets(instance: dg.DagsterInstance, backfill_id: str) -> dict[str, list[str]]:
    backfill = instance.get_backfill(backfill_id)
    assert backfill is not None
    graph = build_defs(load_settings()).resolve_asset_graph()
    subset = backfill.get_asset_backfill_data(graph).target_subset
    return {
        key.to_user_string(): sorted(subset.get_partitions_subset(key).get_partition_keys())
        for key in subset.asset_keys
    }


def test_a_backfill_of_the_judging_reads_no_source(instance: dg.DagsterInstance) -> None:
    keys = [f"local/{number}" for number in range(1000)]
    instance.add_dynamic_partitions(PARTITIONS_NAME, keys)
    settings = load_settings()

    requested = request_backfills(build_defs(settings), instance, settings, [], only_judging=True)

    [(backfill_id, title)] = requested.items()
    assert title == "git: 1,000 repositories judged again"
    targets = _targets(instance, backfill_id)
    assert set(targets) == {"commit_activities", "commit_scores", "commit_skills"}
    assert targets["commit_scores"] == sorted(keys)


def test_a_backfill_of_one_repository_is_of_all_its_lane(instance: dg.DagsterInstance) -> None:
    instance.add_dynamic_partitions(PARTITIONS_NAME, ["local/a", "local/b"])
    settings = load_settings()
    [backfill_id] = request_backfills(build_defs(settings), instance, settings, ["local/b"], only_judging=False)
    targets = _targets(instance, backfill_id)
    assert targets["raw_commits"] == ["local/b"]
    assert "achievements" not in targets


def test_what_another_version_stored_is_read_before_it_is_judged(instance: dg.DagsterInstance) -> None:
    instance.add_dynamic_partitions(PARTITIONS_NAME, ["local/a", "local/b"])
    settings = load_settings()
    old = Path(settings.frames_location) / "raw_commits/local/b.parquet"
    old.parent.mkdir(parents=True)
    pd.DataFrame({"sha": ["1111"]}).to_parquet(old)

    requested = request_backfills(build_defs(settings), instance, settings, [], only_judging=True)

    assert list(requested.values()) == ["git: 1 repository judged again", "git: 1 repository read and judged again"]
    judged, read = (_targets(instance, backfill_id) for backfill_id in requested)
    assert set(judged) == {"commit_activities", "commit_scores", "commit_skills"}
    assert read["raw_commits"] == ["local/b"]


def test_a_repository_that_is_not_known_is_named(instance: dg.DagsterInstance) -> None:
    settings = load_settings()
    with pytest.raises(SettingsError, match="local/x"):
        request_backfills(build_defs(settings), instance, settings, ["local/x"], only_judging=False)
