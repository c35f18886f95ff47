"""The annotations of an asset choose the schemas of its frames."""

from pathlib import Path

import dagster as dg
import pandas as pd
from pandera.typing import DataFrame

from achievement_pipeline import lanes
from achievement_pipeline.defs.assets.frame_assets import frame_asset
from achievement_pipeline.defs.frame_types import annotated_frames, frame_type, schema_of
from achievement_pipeline.defs.instance.io_manager import ParquetIOManager
from achievement_pipeline.frames import Scores, Skills


@dg.asset
def given() -> pd.DataFrame:
    """Scores, or what another version took for them."""
    return Scores.empty()


@dg.asset(name="given")
def of_another_version() -> pd.DataFrame:
    """Scores without a ledger."""
    return Scores.empty().drop(columns="ledger")


@frame_asset(lanes.LINEAR)
def taken(given: DataFrame[Scores]) -> DataFrame[Scores]:
    """The scores."""
    return given


def _run(*assets: dg.AssetsDefinition, folder: Path) -> dg.ExecuteInProcessResult:
    manager = ParquetIOManager(base_path=str(folder))
    return dg.materialize([*assets], resources={"io_manager": manager}, raise_on_error=False)


def test_frames_are_found_by_their_annotations_and_nothing_else_is() -> None:
    def asset(one: DataFrame[Scores], two: pd.DataFrame, three: str) -> DataFrame[Skills]:
        raise NotImplementedError(one, two, three)

    assert annotated_frames(asset) == {"one": Scores, "return": Skills}


def test_a_schema_has_one_dagster_type_that_names_it() -> None:
    assert frame_type(Scores) is frame_type(Scores)
    assert frame_type(Scores).display_name == "Scores"
    assert schema_of(frame_type(Scores)) is Scores
    assert schema_of(dg.PythonObjectDagsterType(pd.DataFrame)) is None


def test_the_schema_of_the_result_chooses_checks_columns_and_metadata(tmp_path: Path) -> None:
    result = _run(given, taken, folder=tmp_path)

    assert result.success
    assert {check.check_name for check in result.get_asset_check_evaluations()} == {
        "schema",
        "unique_keys",
        "scores_in_range",
        "ledger_sums_to_score",
    }
    assert {"dagster/row_count", "preview", "distribution"} <= set(
        result.asset_materializations_for_node("taken")[0].metadata
    )
    assert "dagster/column_schema" in taken.metadata_by_key[dg.AssetKey("taken")]


def test_a_frame_that_another_version_stored_is_refused_in_words(tmp_path: Path) -> None:
    result = _run(of_another_version, taken, folder=tmp_path)

    assert not result.success
    failure = result.failure_data_for_node("taken")
    assert failure is not None
    assert failure.user_failure_data is not None
    assert "A frame of Scores has no ledger" in str(failure.user_failure_data.description)
