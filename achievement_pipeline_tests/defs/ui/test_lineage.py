"""Column lineage names all columns that matter, and no others."""

from collections.abc import Callable
from typing import Any

import dagster as dg
import pandas as pd
import pytest

from achievement_pipeline.defs.build import build_defs
from achievement_pipeline.defs.ui.lineage import lineage_of_achievements
from achievement_pipeline.frames import (
    Achievements,
    CommitActivities,
    LinearActivities,
    MlflowActivities,
    PullRequestActivities,
)
from achievement_pipeline.judging import score_commits
from achievement_pipeline.judging.lanes.linear import score_linear
from achievement_pipeline.judging.lanes.mlflow import score_runs
from achievement_pipeline.judging.lanes.pull_requests import score_pull_requests
from achievement_pipeline.judging.rules import Rules
from achievement_pipeline.judging.rules.linear import LinearRules
from achievement_pipeline.judging.rules.mlflow import MlflowRules
from achievement_pipeline.lanes import GIT, GITHUB, LANES, LINEAR, MLFLOW, Lane
from achievement_pipeline.settings import load_settings

_RULES = Rules()
_SELECTS_ROWS = {"key", "repository", "significant", "kind"}


def _computed_from(lane: Lane) -> set[str]:
    """Return the columns that the ledger of a lane's scores is computed from, in the Dagster UI."""
    key = dg.AssetKey(lane.scores)
    assets = [asset for asset in build_defs(load_settings()).assets or () if isinstance(asset, dg.AssetsDefinition)]
    (asset,) = [asset for asset in assets if key in asset.keys]
    lineage = asset.metadata_by_key[key]["dagster/column_lineage"]
    return {source.column_name for source in lineage.deps_by_column["ledger"]}


@pytest.mark.parametrize(
    ("lane", "schema", "score"),
    [
        (GIT, CommitActivities, lambda frame: score_commits(frame, _RULES.commits)),
        (GITHUB, PullRequestActivities, lambda frame: score_pull_requests(frame, _RULES)),
        (LINEAR, LinearActivities, lambda frame: score_linear(frame, LinearRules())),
        (MLFLOW, MlflowActivities, lambda frame: score_runs(frame, MlflowRules())),
    ],
)
def test_scores_are_computed_from_the_columns_that_are_named(
    lane: Lane, schema: Any, score: Callable[[pd.DataFrame], pd.DataFrame]
) -> None:
    named = _computed_from(lane)
    frame = schema.empty()[sorted(named | _SELECTS_ROWS)]

    score(frame)
    for column in named - _SELECTS_ROWS:
        with pytest.raises(KeyError, match=column):
            score(frame.drop(columns=column))


def test_the_lineage_of_achievements_has_all_their_columns_and_existing_ones_only() -> None:
    lineage = {column: list(sources) for column, sources in lineage_of_achievements().items()}

    assert set(lineage) == set(Achievements.to_schema().columns)
    assert all(lineage.values())
    assert {asset for sources in lineage.values() for asset, _ in sources} == {
        asset for lane in LANES for asset in lane.assets
    }
    assert ("commit_activities", "breaking") in lineage["tags"]
    assert ("linear_activities", "breaking") not in lineage["tags"]
