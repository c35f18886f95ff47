"""The sensors of sources that are polled at intervals.

Each poll is a run, because only the source knows what is new; the stored state keeps it cheap. A running poll is not
repeated. After failed runs, the delay doubles each time.
"""

import time

import dagster as dg

from achievement_pipeline.app.collect.watching import ranges
from achievement_pipeline.defs.automation.requests import request_repositories
from achievement_pipeline.defs.collected import repositories_of_runs
from achievement_pipeline.defs.instance.compat import NOT_FINISHED_STATUSES
from achievement_pipeline.defs.partitions import PARTITIONS_NAME, REPOSITORIES_A_RUN
from achievement_pipeline.lanes import Lane
from achievement_pipeline.settings import Settings

_LONGEST_WAIT = 3600
_LOOKED_AT = 7
"""Number of consecutive failures to count; the delay has reached its maximum by then."""


def source_sensor(lane: Lane, settings: Settings) -> dg.SensorDefinition:
    """Return the sensor of one source."""
    is_on, seconds = lane.is_on(settings), lane.seconds(settings)
    host = lane.host(settings) if lane.host else lane.label

    @dg.sensor(
        name=lane.sensor,
        job_name=lane.job,
        minimum_interval_seconds=seconds,
        default_status=dg.DefaultSensorStatus.RUNNING if is_on else dg.DefaultSensorStatus.STOPPED,
        description=lane.describe(f"Polls {lane.name} every {seconds} seconds.", settings),
    )
    def poll(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        if not is_on:
            return dg.SkipReason(lane.why_off)
        if why := _has_to_wait(context.instance, lane.job, seconds, time.time()):
            return dg.SkipReason(why)
        requests = requests_of(lane, settings, context.instance)
        return dg.SensorResult(requests) if requests else dg.SkipReason(f"No repository is hosted on {host}.")

    return poll


def requests_of(lane: Lane, settings: Settings, instance: dg.DagsterInstance) -> list[dg.RunRequest]:
    """Return as few runs as possible that cover the whole lane, without those that unfinished runs cover."""
    if not lane.by_repository:
        is_running = instance.get_runs(dg.RunsFilter(job_name=lane.job, statuses=NOT_FINISHED_STATUSES), limit=1)
        return [] if is_running else [dg.RunRequest()]
    order = instance.get_dynamic_partitions(PARTITIONS_NAME)
    busy = repositories_of_runs(instance, lane.job)
    keys = [key for key in order if key not in busy and lane.covers(key, settings)]
    return [request_repositories(stretch) for stretch in ranges(keys, order, REPOSITORIES_A_RUN)]


def _has_to_wait(instance: dg.DagsterInstance, job: str, seconds: int, now: float) -> str | None:
    """Return why no run is requested now, or None."""
    if instance.get_runs(dg.RunsFilter(job_name=job, statuses=NOT_FINISHED_STATUSES), limit=1):
        return f"A run of {job} is in progress."
    records = instance.get_run_records(dg.RunsFilter(job_name=job), limit=_LOOKED_AT)
    failures = 0
    while failures < len(records) and records[failures].dagster_run.status is dg.DagsterRunStatus.FAILURE:
        failures += 1
    if failures:
        since = now - (records[0].end_time or now)
        wait = min(_LONGEST_WAIT, seconds * 2 ** (failures - 1))
        if since < wait:
            return f"Failed runs in a row: {failures}. Next run in {wait - since:.0f} seconds. See the last log."
    return None
