"""What the assets of all lanes have in common: how one that makes a frame is declared, and what it returns."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import dagster as dg
import pandas as pd
import pandera.pandas as pa

from achievement_pipeline.defs.assets.checks import check_specs, evaluate, frame_checks
from achievement_pipeline.defs.partitions import MANY_REPOSITORIES_A_RUN, REPOSITORIES
from achievement_pipeline.defs.ui import plots
from achievement_pipeline.defs.ui.metadata import column_schema, describe, plot

BY_REPOSITORY: dict[str, Any] = {"partitions_def": REPOSITORIES, "backfill_policy": MANY_REPOSITORIES_A_RUN}
_OWNERS = ["team:achievements"]
_WARNINGS_SHOWN = 20
SCORES_SHOWN = ["key", "impact", "complexity", "ledger"]
SKILLS_SHOWN = ["skill", "kind", "weight", "evidence", "key"]

# said, as Dagster takes an asset that returns a MaterializeResult for one without a value
_FRAME = dg.PythonObjectDagsterType(pd.DataFrame)


def raw(group: str, source: str, schemas: Mapping[str, type[pa.DataFrameModel]]) -> dict[str, Any]:
    """Return the keywords of a multi-asset that reads some frames of one source."""
    return {
        "outs": {
            name: dg.AssetOut(
                description=schema.__doc__,
                kinds={source, "parquet"},
                metadata=column_schema(schema),
                group_name=group,
                owners=_OWNERS,
            )
            for name, schema in schemas.items()
        },
        "check_specs": [spec for name, schema in schemas.items() for spec in check_specs(name, frame_checks(schema))],
    }


def judged(group: str, name: str, schema: type[pa.DataFrameModel]) -> dict[str, Any]:
    """Return the keywords of an asset that makes one frame of others."""
    return {
        "group_name": group,
        "owners": _OWNERS,
        "kinds": {"pandas", "parquet"},
        "dagster_type": _FRAME,
        "metadata": column_schema(schema),
        "check_specs": check_specs(name, frame_checks(schema)),
    }


def materialized(
    asset: str, schema: type[pa.DataFrameModel], frame: pd.DataFrame, metadata: dict[str, Any]
) -> dg.MaterializeResult:
    """Return a frame with its metadata and the results of its checks."""
    return dg.MaterializeResult(
        asset_key=asset, value=frame, metadata=metadata, check_results=evaluate(asset, frame_checks(schema), frame)
    )


def describe_repositories(
    context: dg.AssetExecutionContext,
    asset: str,
    frame: pd.DataFrame,
    show: Callable[[pd.DataFrame], dict[str, Any]],
    own: Mapping[str, Mapping[str, Any]] | None = None,
) -> None:
    """Say of each repository of a run what is its own, where the run has several.

    What an asset returns, Dagster says of all partitions of the run alike. Plots stay those of the run.

    Args:
        context: The run's.
        asset: Whose frame it is.
        frame: The rows of all repositories.
        show: Returns the metadata of the rows of one; what it does not name stays as the run has it.
        own: More of each repository, which its rows don't tell.
    """
    repositories = context.partition_keys
    if len(repositories) > 1:
        parts = dict(iter(frame.groupby("repository", sort=False)))
        for repository in repositories:
            shown = show(parts.get(repository, frame.head(0))) | dict(own[repository] if own else {})
            context.add_asset_metadata(shown, asset, repository)


def warn(context: dg.AssetExecutionContext, warnings: Sequence[str]) -> dict[str, Any]:
    """Log what could not be read of a source, and return it as metadata: how much that is, and the first of it."""
    for warning in warnings:
        context.log.warning(warning)
    return {"left_out": len(warnings), "warnings": list(warnings[:_WARNINGS_SHOWN])}


def describe_activities(activities: pd.DataFrame) -> dict[str, Any]:
    """Return what the UI shows of activities: how many count, and why."""
    return describe(
        activities,
        ["title", "person", "category", "significant", "reasons"],
        significant=int(activities["significant"].sum()),
        why_not=_reasons(activities[~activities["significant"]]),
        why=_reasons(activities[activities["significant"]]),
    )


def describe_scores(scores: pd.DataFrame) -> dict[str, Any]:
    """Return what the UI shows of scores."""
    return describe(scores, SCORES_SHOWN, distribution=plot(plots.score_distribution(scores)))


def describe_skills(skills: pd.DataFrame, activities: pd.DataFrame) -> dict[str, Any]:
    """Return what the UI shows of skills."""
    completed_at = activities.set_index("key")["completed_at"]
    return describe(skills, SKILLS_SHOWN, over_time=plot(plots.skills_over_time(skills, completed_at)))


def _reasons(activities: pd.DataFrame) -> dict[str, int]:
    """Count the reason codes, the most frequent first, of equally frequent ones by name."""
    codes = activities["reasons"].str.split(",").explode().value_counts()
    return {str(code): int(count) for code, count in sorted(codes.items(), key=lambda each: (-each[1], each[0]))}
