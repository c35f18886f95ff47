"""The sensors of the sources that are read at intervals.

A look is a run, as only the source itself can tell what is new; what is stored keeps it cheap. A run that is going on
is not doubled, and after runs that failed the next one waits, longer each time.
"""

import time

import dagster as dg

from achievement_pipeline.app.watching import ranges
from achievement_pipeline.defs.collected import repositories_of_runs
from achievement_pipeline.defs.instance.compat import NOT_FINISHED_STATUSES
from achievement_pipeline.defs.partitions import PARTITIONS_NAME, REPOSITORIES_A_RUN
from achievement_pipeline.defs.requests import request_repositories
from achievement_pipeline.lanes import Lane
from achievement_pipeline.settings import Settings

_LONGEST_WAIT = 3600
_LOOKED_AT = 7
"""Failures in a row that are told apart: by then the wait is the longest whatever the interval."""


def source_sensor(lane: Lane, settings: Settings) -> dg.SensorDefinition:
    """Return the sensor of one source."""
    is_on, seconds = lane.is_on(settings), lane.seconds(settings)
    host = lane.host(settings) if lane.host else lane.label

    @dg.sensor(
        name=lane.sensor,
        job_name=lane.job,
        minimum_interval_seconds=seconds,
        default_status=dg.DefaultSensorStatus.RUNNING if is_on else dg.DefaultSensorStatus.STOPPED,
        description=lane.describe(f"Looks at {lane.name} every {seconds} seconds.", settings),
    )
    def look(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        if not is_on:
            return dg.SkipReason(lane.why_off)
        if why := _has_to_wait(context.instance, lane.job, seconds, time.time()):
            return dg.SkipReason(why)
        requests = requests_of(lane, settings, context.instance)
        return dg.SensorResult(requests) if requests else dg.SkipReason(f"No repository is at {host}.")

    return look


def requests_of(lane: Lane, settings: Settings, instance: dg.DagsterInstance) -> list[dg.RunRequest]:
    """Return the runs that go over all of a lane, as few as can be; not what unfinished ones go over already."""
    if not lane.by_repository:
        is_running = instance.get_runs(dg.RunsFilter(job_name=lane.job, statuses=NOT_FINISHED_STATUSES), limit=1)
        return [] if is_running else [dg.RunRequest()]
    order = instance.get_dynamic_partitions(PARTITIONS_NAME)
    busy = repositories_of_runs(instance, lane.job)
    keys = [key for key in order if key not in busy and lane.covers(key, settings)]
    return [request_repositories(stretch) for stretch in ranges(keys, order, REPOSITORIES_A_RUN)]


def _has_to_wait(instance: dg.DagsterInstance, job: str, seconds: int, now: float) -> str | None:
    """Return why nothing is asked for now; None where it is time."""
    if instance.get_runs(dg.RunsFilter(job_name=job, statuses=NOT_FINISHED_STATUSES), limit=1):
        return f"A run of {job} is going on."
    records = instance.get_run_records(dg.RunsFilter(job_name=job), limit=_LOOKED_AT)
    failures = 0
    while failures < len(records) and records[failures].dagster_run.status is dg.DagsterRunStatus.FAILURE:
        failures += 1
    if failures:
        since = now - (records[0].end_time or now)
        wait = min(_LONGEST_WAIT, seconds * 2 ** (failures - 1))
        if since < wait:
            return (
                f"The last runs failed ({failures}): the next is in {wait - since:.0f} seconds. See the last one's log."
            )
    return None
