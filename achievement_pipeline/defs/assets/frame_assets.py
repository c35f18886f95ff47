"""What the assets of all lanes have in common: how an asset that makes frames is declared, and what it returns."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any

import dagster as dg
import pandas as pd

from achievement_pipeline.defs.assets.checks import check_specs, evaluate, frame_checks
from achievement_pipeline.defs.frame_types import Schema, annotated_frames, frame_type
from achievement_pipeline.defs.partitions import MANY_REPOSITORIES_A_RUN, REPOSITORIES
from achievement_pipeline.defs.ui import plots
from achievement_pipeline.defs.ui.lineage import column_lineage, lineage_of_scores
from achievement_pipeline.defs.ui.metadata import column_schema, describe, plot
from achievement_pipeline.defs.ui.source_code import code_reference
from achievement_pipeline.frames import Activities, Scores, Skills
from achievement_pipeline.judging.impact.significance import have_reason
from achievement_pipeline.lanes import Lane

_BY_REPOSITORY: dict[str, Any] = {"partitions_def": REPOSITORIES, "backfill_policy": MANY_REPOSITORIES_A_RUN}
_OWNERS = ["team:achievements"]
_WARNINGS_SHOWN = 20


def raw_assets(
    lane: Lane, name: str, schemas: Mapping[str, Schema], *, group: str = "", after: Sequence[str] = ()
) -> Callable[[Callable[..., Any]], Any]:
    """Declare a multi-asset that reads some frames of one source, with their checks.

    Args:
        lane: The lane of the source.
        name: Name of the step.
        schemas: The schemas by asset.
        group: Their group, if it is not that of the lane.
        after: Assets of which they take what is stored.
    """
    return dg.multi_asset(
        name=name,
        outs={
            asset: dg.AssetOut(
                dagster_type=frame_type(schema),
                description=schema.__doc__,
                kinds={lane.name, "parquet"},
                metadata=column_schema(schema),
                group_name=group or lane.name,
                owners=_OWNERS,
            )
            for asset, schema in schemas.items()
        },
        deps=list(after),
        check_specs=[spec for asset, schema in schemas.items() for spec in check_specs(asset, frame_checks(schema))],
        **_partitions(lane),
    )


def frame_asset(
    lane: Lane, computed_from: Mapping[str, Sequence[str]] | None = None, *, after: Sequence[str] = ()
) -> Callable[[Callable[..., pd.DataFrame]], dg.AssetsDefinition]:
    """Declare an asset of a lane that makes one frame of others.

    The annotations say which: a parameter ``commit_activities: DataFrame[CommitActivities]`` is that asset, whose
    columns and dtypes the I/O manager compares with the schema, and the schema of the result chooses the asset's
    checks, columns and metadata.

    Args:
        lane: The lane.
        computed_from: For scores: the columns of the activities, by the score that they give.
        after: Assets of which it takes what is stored, if anything is: in a run that has them, it comes after them.

    Example:
        ```python
        @frame_asset(lanes.GIT, {"impact": ["signs", "announced", "in_use"], "complexity": ["effective_files"]})
        def commit_scores(commit_activities: DataFrame[CommitActivities]) -> DataFrame[Scores]: ...
        ```
    """

    def declare(compute: Callable[..., pd.DataFrame]) -> dg.AssetsDefinition:
        inputs = annotated_frames(compute)
        made = _MadeFrame(lane, compute, inputs.pop("return"), inputs, computed_from, after)
        parameters = inspect.signature(compute)

        @wraps(compute)
        def run(*args: object, **kwargs: object) -> dg.MaterializeResult:
            return made.result(compute(*args, **kwargs), parameters.bind(*args, **kwargs).arguments)

        run.__annotations__ = compute.__annotations__ | {"return": dg.MaterializeResult}
        return made.define(run)

    return declare


@dataclass(frozen=True)
class _MadeFrame:
    """The frame of an asset, and the frames that it is made of."""

    lane: Lane
    compute: Callable[..., pd.DataFrame]
    schema: Schema
    inputs: Mapping[str, Schema]
    computed_from: Mapping[str, Sequence[str]] | None
    after: Sequence[str]

    @property
    def asset(self) -> str:
        """The name of the asset: that of its function."""
        return self.compute.__name__

    def define(self, run: Callable[..., dg.MaterializeResult]) -> dg.AssetsDefinition:
        """Return the asset that `run` materializes."""
        asset_of: Callable[[Callable[..., dg.MaterializeResult]], dg.AssetsDefinition] = dg.asset(
            deps=list(self.after),
            ins={name: dg.AssetIn(dagster_type=frame_type(taken)) for name, taken in self.inputs.items()},
            dagster_type=frame_type(self.schema),
            group_name=self.lane.name,
            owners=_OWNERS,
            kinds={"pandas", "parquet"},
            metadata=column_schema(self.schema) | self._lineage() | code_reference(self.compute),
            check_specs=check_specs(self.asset, frame_checks(self.schema)),
            **_partitions(self.lane),
        )
        return asset_of(run)

    def result(self, frame: pd.DataFrame, arguments: Mapping[str, Any]) -> dg.MaterializeResult:
        """Return the frame with the metadata that fits its schema."""
        show, plots_of_run = _metadata_of(self.schema)
        if self.lane.by_repository:
            describe_repositories(dg.AssetExecutionContext.get(), self.asset, frame, show)
        activities = next(
            (arguments[name] for name, taken in self.inputs.items() if issubclass(taken, Activities)), frame
        )
        metadata = show(frame) | plots_of_run(frame, activities) | self._lineage()
        return materialized(self.asset, self.schema, frame, metadata)

    def _lineage(self) -> dict[str, Any]:
        if not self.computed_from:
            return {}
        return column_lineage(lineage_of_scores(self.lane.activities, self.computed_from))


def materialized(asset: str, schema: Schema, frame: pd.DataFrame, metadata: dict[str, Any]) -> dg.MaterializeResult:
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
    """Add metadata for each repository of a run that has several.

    Dagster shows the metadata that an asset returns for all partitions of the run. Plots remain those of the run.

    Args:
        context: Context of the step.
        asset: Asset of the frame.
        frame: The rows of all repositories.
        show: Returns the metadata of one repository's rows; the run's other metadata is kept.
        own: More metadata by repository, which is not in its rows.
    """
    if context.has_partition_key:
        return
    parts = dict(iter(frame.groupby("repository", sort=False)))
    for repository in context.partition_keys:
        shown = show(parts.get(repository, frame.head(0))) | dict(own[repository] if own else {})
        context.add_asset_metadata(shown, asset, repository)


def warn(context: dg.AssetExecutionContext, warnings: Sequence[str]) -> dict[str, Any]:
    """Log the warnings of reading a source, and return their number and the first of them as metadata."""
    for warning in warnings:
        context.log.warning(warning)
    return {"left_out": len(warnings), "warnings": list(warnings[:_WARNINGS_SHOWN])}


def _partitions(lane: Lane) -> dict[str, Any]:
    return _BY_REPOSITORY if lane.by_repository else {}


Show = Callable[[pd.DataFrame], dict[str, Any]]
Plots = Callable[[pd.DataFrame, pd.DataFrame], dict[str, Any]]


def _metadata_of(schema: Schema) -> tuple[Show, Plots]:
    """Return what shows a frame, and the plots of a run; these take the activities, too."""
    if issubclass(schema, Activities):
        return _describe_activities, lambda _frame, _activities: {}
    if issubclass(schema, Scores):
        return _describe_scores, lambda scores, _: {"distribution": plot(plots.score_distribution(scores))}
    if issubclass(schema, Skills):
        return _describe_skills, _plot_skills
    raise TypeError(f"There is no description of frames of {schema.__name__}.")


def _describe_activities(activities: pd.DataFrame) -> dict[str, Any]:
    """Show activities: how many count, and why."""
    return describe(
        activities,
        ["title", "person", "category", "significant", "reasons"],
        significant=int(activities["significant"].sum()),
        why_not=_reasons(activities[~activities["significant"]]),
        why=_reasons(activities[activities["significant"]]),
    )


def _describe_scores(scores: pd.DataFrame) -> dict[str, Any]:
    return describe(scores, ["key", "impact", "complexity", "ledger"])


def _describe_skills(skills: pd.DataFrame) -> dict[str, Any]:
    return describe(skills, ["skill", "kind", "weight", "evidence", "key"])


def _plot_skills(skills: pd.DataFrame, activities: pd.DataFrame) -> dict[str, Any]:
    return {"over_time": plot(plots.skills_over_time(skills, activities.set_index("key")["completed_at"]))}


def _reasons(activities: pd.DataFrame) -> dict[str, int]:
    """Count the reason codes, the most frequent first, of equally frequent ones by name.

    Of what was not read, nothing else counts: the words of its message are all that is known.
    """
    reasons = activities["reasons"].mask(have_reason(activities["reasons"], "unread"), "unread")
    codes = reasons.str.split(",").explode().value_counts()
    return {str(code): int(count) for code, count in sorted(codes.items(), key=lambda each: (-each[1], each[0]))}
