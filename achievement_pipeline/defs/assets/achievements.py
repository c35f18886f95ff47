"""The stage that brings the lanes together: judged activities become achievements in Postgres."""

import hashlib
from collections.abc import Iterator
from functools import partial
from typing import Any

import dagster as dg
from pandera.typing import DataFrame

from achievement_pipeline.app.completion_values import store_completion_values
from achievement_pipeline.defs import slices
from achievement_pipeline.defs.assets.checks import check_specs, evaluate, frame_checks
from achievement_pipeline.defs.instance.io_manager import ParquetIOManager
from achievement_pipeline.defs.instance.retries import retried_while_unavailable
from achievement_pipeline.defs.resources.shared import Database
from achievement_pipeline.defs.ui import plots
from achievement_pipeline.defs.ui.lineage import column_lineage, lineage_of_achievements
from achievement_pipeline.defs.ui.metadata import column_schema, plot, table
from achievement_pipeline.defs.ui.progress import ReportsProgress
from achievement_pipeline.frames import Achievements, ActivityFrames, PiecesOfWork
from achievement_pipeline.judging import compose_achievements
from achievement_pipeline.judging.rules import SCORE_VERSION, Rules
from achievement_pipeline.lanes import GIT, LANES
from achievement_pipeline.settings import Settings
from achievement_pipeline.store.pieces.upsert import UpsertResult, upsert_slices
from achievement_pipeline.store.reading import AchievementFilter, find_achievements, summarise

_CHECKS = frame_checks(Achievements)
_TOP = 10


class _ChecksFailedError(Exception):
    """Some composed achievements break a law: the transaction is rolled back, nothing of it is kept."""


@dg.asset(
    group_name="achievements",
    kinds={"postgres", "pandas"},
    owners=["team:achievements"],
    deps=[
        dg.AssetDep(asset, partition_mapping=dg.AllPartitionMapping() if lane.by_repository else None)
        for lane in LANES
        for asset in lane.assets
    ],
    check_specs=check_specs("achievements", _CHECKS),
    metadata=column_schema(Achievements),
)
def achievements(
    context: dg.AssetExecutionContext,
    database: Database,
    io_manager: dg.ResourceParam[ParquetIOManager],
    progress: dg.ResourceParam[ReportsProgress],
    settings: dg.ResourceParam[Settings],
) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult]:
    """One row per piece of work, in Postgres: scored and explained, with skills and evidence.

    Takes every slice of every lane that changed since it was last stored, follows the links to the pieces of work that
    these touch, composes them again, and stores or retracts them, in one transaction. It is safe to repeat, and to run
    twice at once.
    """
    frames = _SliceFrames(context, io_manager)
    composing = _CheckedComposing(settings.rules)
    try:
        with retried_while_unavailable(context):
            stored = upsert_slices(
                database.engine,
                slices.slice_versions(context.instance),
                frames.load,
                composing.compose,
                rules=_version(settings.rules),
                report_wait=partial(progress.report_wait, context),
            )
    except _ChecksFailedError as error:
        yield from composing.results
        raise dg.Failure(
            "Achievements break a law; none of this run was stored. See the checks.", allow_retries=False
        ) from error
    store_completion_values(database.engine, settings)
    yield dg.MaterializeResult(metadata=_describe(database, stored, frames.lost), check_results=composing.results)


class _SliceFrames:
    """Loads the frames of slices, and keeps the names of those whose frames are lost."""

    def __init__(self, context: dg.AssetExecutionContext, io_manager: ParquetIOManager) -> None:
        self._context = context
        self._io_manager = io_manager
        self.lost: list[str] = []

    def load(self, name: str) -> ActivityFrames | None:
        """Return the frames of a slice, None if they are lost."""
        frames = slices.load_slice(name, self._io_manager.read)
        if frames is None:
            self.lost.append(name)
            self._context.log.warning(
                f"Frames of {name} are gone from their storage. What is kept stays until it is read again."
            )
            lane, _, repository = name.partition("/")
            if lane == GIT.name:
                # so its sensor sees that it has to be collected
                self._io_manager.forget("raw_repositories", repository)
        return frames


class _CheckedComposing:
    """Composes achievements and checks them."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self.results = evaluate("achievements", _CHECKS, Achievements.empty())

    def compose(self, pieces: PiecesOfWork) -> DataFrame[Achievements]:
        """Compose achievements.

        Raises:
            _ChecksFailedError: They break a law, so nothing of the transaction may be kept.
        """
        composed = compose_achievements(*pieces, self._rules)
        self.results = evaluate("achievements", _CHECKS, composed)
        if not all(result.passed for result in self.results):
            raise _ChecksFailedError
        return composed


def _version(rules: Rules) -> str:
    """Return a version of the logic and the rules: when it changes, achievements are composed again."""
    return f"{SCORE_VERSION}-{hashlib.sha256(rules.model_dump_json().encode()).hexdigest()[:12]}"


def _describe(database: Database, kept: UpsertResult, lost: list[str]) -> dict[str, Any]:
    everything = AchievementFilter()
    with database.engine.connect() as connection:
        summary = summarise(connection, everything)
        highest = find_achievements(connection, everything, _TOP)
    outcome = kept.achievements
    return {
        "dagster/row_count": summary.achievements,
        "new": outcome.new,
        "changed": outcome.changed,
        "unchanged": outcome.unchanged,
        "retracted": outcome.retracted,
        "restored": outcome.restored,
        "slices": len(kept.slices),
        "slices_without_frames": lost,
        "highest": table(
            ["impact", "complexity", "category", "title", "key"],
            [(one.impact_score, one.complexity_score, one.category, one.title, one.key) for one in highest],
        ),
        **column_lineage(lineage_of_achievements()),
        "overview": plot(plots.counts({"category": summary.categories, "skill": summary.skills})),
    }
