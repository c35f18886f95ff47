"""The sensor that keeps the achievements up with the lanes, whoever materialized what: a backfill, the UI, a lost run.

Runs of a lane store what they judged themselves. What was judged without that is seen here, by comparing the versions
of the frames with those that are stored.
"""

import hashlib

import dagster as dg

from achievement_pipeline.defs.instance.compat import NOT_FINISHED_STATUSES
from achievement_pipeline.defs.jobs import KEEP_ACHIEVEMENTS
from achievement_pipeline.defs.resources import stay_open
from achievement_pipeline.defs.slices import slice_versions
from achievement_pipeline.lanes import LANES
from achievement_pipeline.settings import Settings
from achievement_pipeline.store.upsert import stored_versions

_SECONDS = 30


def achievements_sensor(settings: Settings) -> dg.SensorDefinition:
    """Return the sensor."""

    @dg.sensor(
        name="judged_work",
        job_name=KEEP_ACHIEVEMENTS,
        minimum_interval_seconds=_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Stores what was judged and not stored: after a backfill, a materialization by hand, a lost run.",
    )
    def judged_work(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        latest = _latest(context.instance)
        if latest == context.cursor:
            return dg.SkipReason("Nothing was judged since the last look.")
        # one that is going on may store it, or judge more
        if context.instance.get_runs(dg.RunsFilter(statuses=NOT_FINISHED_STATUSES), limit=1):
            return dg.SkipReason("Runs are going on; what they leave unstored is looked at when they are done.")
        stored = stored_versions(stay_open(settings))
        stale = [name for name, version in slice_versions(context.instance).items() if stored.get(name) != version]
        if stale:
            return dg.SensorResult([dg.RunRequest()])
        return dg.SensorResult(skip_reason="All that was judged is stored.", cursor=latest)

    return judged_work


def _latest(instance: dg.DagsterInstance) -> str:
    """Return what changes whenever anything of a lane is materialized."""
    records = instance.get_asset_records([dg.AssetKey(asset) for lane in LANES for asset in lane.assets])
    numbers = sorted(
        f"{record.asset_entry.asset_key.to_user_string()} {record.asset_entry.last_materialization_storage_id}"
        for record in records
    )
    return hashlib.sha256("\n".join(numbers).encode()).hexdigest()[:16]
