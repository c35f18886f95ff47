"""The schedules: everything is gone over at night, in the user's time zone, whatever the sensors saw by day.

A tick that was missed while the machine slept is made up for once (``max_catchup_runs`` in ``dagster.yaml``).
"""

import dagster as dg
import tzlocal

from achievement_pipeline.defs.automation.requests import WITHOUT_CACHE
from achievement_pipeline.defs.automation.sensors.sources import requests_of
from achievement_pipeline.defs.jobs import PUBLISH, WRITE_DIGEST
from achievement_pipeline.lanes import LANES, Lane
from achievement_pipeline.settings import ScheduleSettings, Settings


def schedules(settings: Settings) -> list[dg.ScheduleDefinition]:
    """Return all schedules, on or off as the settings say; the UI can switch each of them."""
    chosen = settings.config.schedules
    return [
        *(_nightly(lane, settings) for lane in LANES),
        _plain(
            "weekly_digest", WRITE_DIGEST, chosen.weekly_digest, settings, "Writes the digest of the last seven days."
        ),
        _plain("publishing", PUBLISH, chosen.publishing, settings, "Renders and publishes all channels."),
    ]


def time_zone(settings: Settings) -> str:
    """Return the name of the time zone that schedules go by: that of the settings, else the machine's."""
    return settings.config.schedules.time_zone or tzlocal.get_localzone_name() or "UTC"


def _nightly(lane: Lane, settings: Settings) -> dg.ScheduleDefinition:
    @dg.schedule(
        name=f"nightly_{lane.name}",
        job_name=lane.job,
        cron_schedule=settings.config.schedules.nightly.cron,
        execution_timezone=time_zone(settings),
        default_status=_status(settings.config.schedules.nightly, is_on=lane.is_on(settings)),
        description=lane.describe(
            f"Goes over all of {lane.name}, whatever the sensors saw: the cost is that of what changed.", settings
        ),
    )
    def nightly(context: dg.ScheduleEvaluationContext) -> list[dg.RunRequest] | dg.SkipReason:
        if not lane.is_on(settings):
            return dg.SkipReason(lane.why_off)
        requests = requests_of(lane, settings, context.instance)
        if not requests:
            return dg.SkipReason("There is nothing to go over, or runs do it now.")
        # a tick that died half-way is repeated: the run key prevents a second run
        night = context.scheduled_execution_time.isoformat()
        return [
            request.with_replaced_attrs(run_key=f"{night} {place}", tags={**request.tags, WITHOUT_CACHE: "true"})
            for place, request in enumerate(requests)
        ]

    return nightly


def _plain(
    name: str, job: str, schedule: ScheduleSettings, settings: Settings, description: str
) -> dg.ScheduleDefinition:
    return dg.ScheduleDefinition(
        name=name,
        job_name=job,
        cron_schedule=schedule.cron,
        execution_timezone=time_zone(settings),
        default_status=_status(schedule),
        description=description,
    )


def _status(schedule: ScheduleSettings, *, is_on: bool = True) -> dg.DefaultScheduleStatus:
    return dg.DefaultScheduleStatus.RUNNING if schedule.on and is_on else dg.DefaultScheduleStatus.STOPPED
