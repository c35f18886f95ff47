"""The sensor that measures how long lines were in use, while nothing else is running."""

import dagster as dg

from achievement_pipeline.app.collect.watching import ranges
from achievement_pipeline.defs.automation.requests import request_repositories
from achievement_pipeline.defs.instance.compat import NOT_FINISHED_STATUSES
from achievement_pipeline.defs.jobs import MEASURE_USE
from achievement_pipeline.defs.partitions import PARTITIONS_NAME, REPOSITORIES_A_RUN
from achievement_pipeline.lanes import GIT
from achievement_pipeline.settings import Settings

_SECONDS = 3600
"""Lines are in use for years: nobody waits for the last hour."""


def lines_sensor(settings: Settings) -> dg.SensorDefinition:
    """Return the sensor."""
    is_on = GIT.is_on(settings)

    @dg.sensor(
        name="lines_in_use",
        job_name=MEASURE_USE,
        minimum_interval_seconds=_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING if is_on else dg.DefaultSensorStatus.STOPPED,
        description=GIT.describe("Measures how much of the collected work is still in use, if nothing runs.", settings),
    )
    def measure(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        if not is_on:
            return dg.SkipReason(GIT.why_off)
        if context.instance.get_runs(dg.RunsFilter(statuses=NOT_FINISHED_STATUSES), limit=1):
            return dg.SkipReason("Runs are in progress. Lines are measured afterwards.")
        partitions = list(context.instance.get_dynamic_partitions(PARTITIONS_NAME))
        due = ranges(_behind(context.instance, partitions), partitions, REPOSITORIES_A_RUN)
        if not due:
            return dg.SkipReason("All lines were measured since their repository was collected.")
        return dg.SensorResult([request_repositories(due[0])])

    return measure


def _behind(instance: dg.DagsterInstance, partitions: list[str]) -> set[str]:
    """Return the repositories that were collected after their lines were measured."""
    collected, measured = (
        instance.get_latest_storage_id_by_partition(
            dg.AssetKey(asset), dg.DagsterEventType.ASSET_MATERIALIZATION, set(partitions)
        )
        for asset in ("raw_commits", "line_use")
    )
    return {key for key, number in collected.items() if measured.get(key, 0) < number}
