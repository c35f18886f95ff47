"""The I/O manager, seen through the assets that use it."""

from pathlib import Path

import dagster as dg
import pandas as pd
import pytest

from achievement_pipeline.defs.instance.io_manager import ParquetIOManager
from achievement_pipeline.defs.partitions import MANY_REPOSITORIES_A_RUN, REPOSITORIES


@dg.asset(partitions_def=REPOSITORIES, backfill_policy=MANY_REPOSITORIES_A_RUN)
def lines(context: dg.AssetExecutionContext) -> pd.DataFrame:
    """One row a repository, but none for an empty one."""
    keys = [key for key in context.partition_keys if key != "local/empty"]
    frame = pd.DataFrame(
        {"repository": pd.Series(keys, dtype="str"), "lines": pd.array([1] * len(keys), dtype="Int32")}
    )
    frame.attrs["read"] = "whole"
    return frame


@dg.asset(partitions_def=REPOSITORIES, backfill_policy=MANY_REPOSITORIES_A_RUN)
def doubled(lines: pd.DataFrame) -> pd.DataFrame:
    """Twice the lines."""
    return lines.assign(lines=lines["lines"] * 2)


def _materialize(assets: list[dg.AssetsDefinition], folder: Path, keys: list[str]) -> dg.ExecuteInProcessResult:
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions("repository", keys)
        tags = {"dagster/asset_partition_range_start": keys[0], "dagster/asset_partition_range_end": keys[-1]}
        return dg.materialize(
            assets,
            instance=instance,
            resources={"io_manager": ParquetIOManager(base_path=str(folder))},
            tags=tags,
            raise_on_error=False,
        )


def test_one_repository_comes_back_as_it_was_stored(tmp_path: Path) -> None:
    assert _materialize([lines, doubled], tmp_path, ["github.com/o/n.x"]).success
    stored = ParquetIOManager(base_path=str(tmp_path)).read("lines", "github.com/o/n.x")
    assert stored is not None
    assert stored.dtypes.astype(str).to_dict() == {"repository": "str", "lines": "Int32"}
    assert stored.attrs == {"read": "whole"}


def test_many_repositories_are_one_frame_in_an_asset_and_a_file_each_on_disk(tmp_path: Path) -> None:
    keys = ["github.com/o/a", "local/empty", "github.com/o/b"]
    result = _materialize([lines, doubled], tmp_path, keys)
    assert result.output_for_node("doubled")["lines"].tolist() == [2, 2]
    frames = ParquetIOManager(base_path=str(tmp_path))
    stored = {key: frames.read("doubled", key) for key in keys}
    assert {key: len(frame) for key, frame in stored.items() if frame is not None} == {
        "github.com/o/a": 1,
        "local/empty": 0,
        "github.com/o/b": 1,
    }


def test_a_repository_that_was_never_materialized_has_no_rows_beside_others(tmp_path: Path) -> None:
    _materialize([lines], tmp_path, ["github.com/o/a"])
    result = _materialize([lines.to_source_asset(), doubled], tmp_path, ["github.com/o/a", "github.com/o/b"])  # type: ignore[list-item]
    assert result.output_for_node("doubled")["repository"].tolist() == ["github.com/o/a"]


def test_a_repository_that_was_never_materialized_at_all_is_named(tmp_path: Path) -> None:
    result = _materialize([lines.to_source_asset(), doubled], tmp_path, ["github.com/o/a"])  # type: ignore[list-item]
    assert not result.success
    assert "lines was never materialized for github.com/o/a" in str(result.get_run_failure_event().event_specific_data)


@pytest.mark.parametrize("key", ["../../escaped", "/escaped"])
def test_no_key_leads_out_of_the_folder(tmp_path: Path, key: str) -> None:
    folder = tmp_path / "frames" / "here"
    _materialize([lines], folder, [key])
    assert set(tmp_path.rglob("*.parquet")) == set(folder.rglob("*.parquet"))


def test_nothing_unfinished_is_left_behind(tmp_path: Path) -> None:
    _materialize([lines], tmp_path, ["github.com/o/a"])
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["a.parquet"]


def test_frames_can_live_in_an_object_store() -> None:
    manager = ParquetIOManager(base_path="memory://frames")
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions("repository", ["github.com/o/a"])
        dg.materialize([lines], instance=instance, resources={"io_manager": manager}, partition_key="github.com/o/a")
    assert manager.read("lines", "github.com/o/a") is not None
    assert manager.read("lines", "github.com/o/b") is None
