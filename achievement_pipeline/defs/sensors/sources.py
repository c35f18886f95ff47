"""The sensors of the sources that are asked in turns: GitHub, Linear, MLflow.

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
from achievement_pipeline.defs.sensors.triggers import Trigger

_LONGEST_WAIT = 3600
_LOOKED_AT = 7
"""Failures in a row that are told apart: by then the wait is the longest whatever the interval."""

_NAMES = {"github": "new_pull_requests", "linear": "new_linear_work", "mlflow": "new_mlflow_runs"}


def source_sensor(trigger: Trigger) -> dg.SensorDefinition:
    """Return the sensor of one source."""

    @dg.sensor(
        name=_NAMES[trigger.lane],
        job_name=trigger.job,
        minimum_interval_seconds=trigger.seconds,
        default_status=dg.DefaultSensorStatus.RUNNING if trigger.is_on else dg.DefaultSensorStatus.STOPPED,
        description=trigger.describe(f"Looks at {trigger.lane} every {trigger.seconds} seconds."),
    )
    def look(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        if not trigger.is_on:
            return dg.SkipReason(trigger.why_off)
        if why := _has_to_wait(context.instance, trigger, time.time()):
            return dg.SkipReason(why)
        requests = requests_of(trigger, context.instance)
        return dg.SensorResult(requests) if requests else dg.SkipReason(f"No repository is at {trigger.host}.")

    return look


def requests_of(trigger: Trigger, instance: dg.DagsterInstance) -> list[dg.RunRequest]:
    """Return the runs that go over all of a lane, as few as can be; not what unfinished ones go over already."""
    if not trigger.by_repository:
        is_running = instance.get_runs(dg.RunsFilter(job_name=trigger.job, statuses=NOT_FINISHED_STATUSES), limit=1)
        return [] if is_running else [dg.RunRequest()]
    order = instance.get_dynamic_partitions(PARTITIONS_NAME)
    busy = repositories_of_runs(instance, trigger.job)
    keys = [key for key in order if key not in busy and (trigger.host is None or key.startswith(f"{trigger.host}/"))]
    return [request_repositories(stretch) for stretch in ranges(keys, order, REPOSITORIES_A_RUN)]


def _has_to_wait(instance: dg.DagsterInstance, trigger: Trigger, now: float) -> str | None:
    """Return why nothing is asked for now; None where it is time."""
    if instance.get_runs(dg.RunsFilter(job_name=trigger.job, statuses=NOT_FINISHED_STATUSES), limit=1):
        return f"A run of {trigger.job} is going on."
    records = instance.get_run_records(dg.RunsFilter(job_name=trigger.job), limit=_LOOKED_AT)
    failures = 0
    while failures < len(records) and records[failures].dagster_run.status is dg.DagsterRunStatus.FAILURE:
        failures += 1
    if failures:
        since = now - (records[0].end_time or now)
        wait = min(_LONGEST_WAIT, trigger.seconds * 2 ** (failures - 1))
        if since < wait:
            return (
                f"The last runs failed ({failures}): the next is in {wait - since:.0f} seconds. See the last one's log."
            )
    return None
