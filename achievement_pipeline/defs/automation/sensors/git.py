"""The sensors of the git lane: collect repositories with changed refs.

They compare the current refs with what was collected, and keep no other state (`watching`). The next tick makes up for
an interrupted tick, a lost run or a lost cursor.
"""

import functools
import time
from collections.abc import Callable, Collection

import dagster as dg
import sqlalchemy as sa

from achievement_pipeline.app.collect.repositories import NOTHING, Watched, watch_local, watch_remote
from achievement_pipeline.app.collect.watching import Cursor, decide, ranges
from achievement_pipeline.defs.automation.requests import request_repositories
from achievement_pipeline.defs.collected import SHAPE, collected_by, repositories_of_runs
from achievement_pipeline.defs.instance.io_manager import ParquetIOManager
from achievement_pipeline.defs.partitions import PARTITIONS_NAME, REPOSITORIES, REPOSITORIES_A_RUN
from achievement_pipeline.defs.resources.shared import stay_open
from achievement_pipeline.lanes import GIT
from achievement_pipeline.settings import Settings
from achievement_pipeline.store.repositories import forget_repository, mark_repositories_found

_EVERY_ROUND = 1
"""Seconds. Dagster's daemon goes through its sensors every five seconds. An interval of five would often end a moment
after its round came by, and the tick would be skipped: commits waited up to ten seconds."""


def git_sensors(settings: Settings, frames: ParquetIOManager) -> list[dg.SensorDefinition]:
    """Return the sensors of the git lane: one for local repositories, one for those given by URL."""
    is_on, seconds = GIT.is_on(settings), GIT.seconds(settings)
    status = dg.DefaultSensorStatus.RUNNING if is_on else dg.DefaultSensorStatus.STOPPED

    @dg.sensor(
        job_name=GIT.job,
        minimum_interval_seconds=_EVERY_ROUND,
        default_status=status,
        description=GIT.describe(
            "Collects local repositories with changed refs. New ones are added, deleted ones removed.", settings
        ),
    )
    def new_commits(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        if not is_on:
            return dg.SkipReason(GIT.why_off)
        engine = stay_open(settings)
        watched = watch_local(engine, settings)
        _forget_renamed(engine, watched, context.instance, frames)
        return _request_runs(context, watched, frames, lambda joining: mark_repositories_found(engine, joining))

    @dg.sensor(
        job_name=GIT.job,
        minimum_interval_seconds=seconds,
        default_status=status,
        description=GIT.describe("Collects repositories given by URL with changed branches.", settings),
    )
    def new_remote_commits(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        if not is_on:
            return dg.SkipReason(GIT.why_off)
        turn = int(time.time()) // seconds
        return _request_runs(context, watch_remote(stay_open(settings), settings, turn), frames, remote=True)

    return [new_commits, new_remote_commits]


def _request_runs(
    context: dg.SensorEvaluationContext,
    watched: Watched,
    frames: ParquetIOManager,
    on_new: Callable[[Collection[str]], None] = lambda _: None,
    *,
    remote: bool = False,
) -> dg.SensorResult | dg.SkipReason:
    """Request runs for repositories to collect, and update the dynamic partitions."""
    for key, why in watched.troubles.items():
        context.log.warning(f"{key}: {why}")
    instance = context.instance
    partitions = list(instance.get_dynamic_partitions(PARTITIONS_NAME))
    decision = decide(
        watched.fingerprints,
        Cursor.load(context.cursor, SHAPE),
        time.time(),
        functools.partial(repositories_of_runs, instance),
        collected_by(instance, frames, remote=remote),
    )
    joining = sorted((watched.fingerprints.keys() | watched.elsewhere).difference(partitions))
    if joining:
        on_new(joining)
    leaving = watched.gone.intersection(partitions)
    if leaving:
        leaving -= repositories_of_runs(instance)
    changes: list[dg.AddDynamicPartitionsRequest | dg.DeleteDynamicPartitionsRequest] = [
        *([REPOSITORIES.build_add_request(joining)] if joining else []),
        *([REPOSITORIES.build_delete_request(sorted(leaving))] if leaving else []),
    ]
    # a partition range includes all keys between its ends; removed keys are gone when it is resolved
    order = [key for key in [*partitions, *joining] if key not in leaving]
    requests = [request_repositories(keys) for keys in ranges(decision.due, order, REPOSITORIES_A_RUN)]
    return dg.SensorResult(
        run_requests=requests,
        skip_reason=None if requests else f"Nothing to collect in {len(watched.fingerprints):,} repositories.",
        cursor=decision.cursor.model_dump_json(),
        dynamic_partitions_requests=changes,
    )


def _forget_renamed(
    engine: sa.Engine, watched: Watched, instance: dg.DagsterInstance, frames: ParquetIOManager
) -> None:
    """Forget the former key of a repository once its results are retracted."""
    if not watched.renamed:
        return
    collected = collected_by(instance, frames)(sorted(watched.renamed))
    for key in watched.renamed:
        if collected.get(key, NOTHING) == NOTHING:  # never collected, or retracted
            forget_repository(engine, key)
            del watched.fingerprints[key]
            watched.gone.add(key)
