"""The schedules: everything is gone over at night, in the user's time zone, whatever the sensors saw by day.

A tick that was missed while the machine slept is made up for once (``max_catchup_runs`` in ``dagster.yaml``).
"""

import dagster as dg
import tzlocal

from achievement_pipeline.defs.jobs import COLLECT_GIT
from achievement_pipeline.defs.partitions import PARTITIONS_NAME, REPOSITORIES_A_RUN
from achievement_pipeline.defs.requests import request_repositories
from achievement_pipeline.defs.watching import ranges
from achievement_pipeline.settings import ScheduleSettings, Settings


def schedules(settings: Settings) -> list[dg.ScheduleDefinition]:
    """Return all schedules, on or off as the settings say; the UI can switch each of them."""
    return [_nightly_git(settings)]


def time_zone(settings: Settings) -> str:
    """Return the name of the time zone that schedules go by: that of the settings, else the machine's."""
    return settings.config.schedules.time_zone or tzlocal.get_localzone_name() or "UTC"


def _nightly_git(settings: Settings) -> dg.ScheduleDefinition:
    @dg.schedule(
        name="nightly_git",
        job_name=COLLECT_GIT,
        cron_schedule=settings.config.schedules.nightly.cron,
        execution_timezone=time_zone(settings),
        default_status=_status(settings.config.schedules.nightly, is_on=settings.environment.enable_git_tracking),
        description="Goes over every repository, whatever the sensors saw: the cost is that of what changed.",
    )
    def nightly_git(context: dg.ScheduleEvaluationContext) -> list[dg.RunRequest] | dg.SkipReason:
        order = context.instance.get_dynamic_partitions(PARTITIONS_NAME)
        if not order:
            return dg.SkipReason("No repository is known yet. `achievements collect` in one makes it known.")
        return [request_repositories(keys) for keys in ranges(order, order, REPOSITORIES_A_RUN)]

    return nightly_git


def _status(schedule: ScheduleSettings, *, is_on: bool = True) -> dg.DefaultScheduleStatus:
    return dg.DefaultScheduleStatus.RUNNING if schedule.on and is_on else dg.DefaultScheduleStatus.STOPPED
