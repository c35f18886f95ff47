"""The sensor that stores achievements after any materialization: a backfill, the UI, a lost run.

Runs of a lane store their own results. This sensor finds everything else, by comparing the versions of the dataframes
with the stored versions.
"""

import hashlib

import dagster as dg

from achievement_pipeline.defs.instance.compat import NOT_FINISHED_STATUSES
from achievement_pipeline.defs.jobs import KEEP_ACHIEVEMENTS
from achievement_pipeline.defs.resources.shared import stay_open
from achievement_pipeline.defs.slices import slice_versions
from achievement_pipeline.lanes import LANES
from achievement_pipeline.settings import Settings
from achievement_pipeline.store.pieces.slices import stored_slices

_SECONDS = 30


def achievements_sensor(settings: Settings) -> dg.SensorDefinition:
    """Return the sensor."""

    @dg.sensor(
        name="judged_work",
        job_name=KEEP_ACHIEVEMENTS,
        minimum_interval_seconds=_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Stores results that are not stored yet: after a backfill, a manual materialization or a lost run.",
    )
    def judged_work(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        latest = _latest(context.instance)
        if latest == context.cursor:
            return dg.SkipReason("Nothing was materialized since the last tick.")
        # a run in progress may store the results, or add more
        if context.instance.get_runs(dg.RunsFilter(statuses=NOT_FINISHED_STATUSES), limit=1):
            return dg.SkipReason("Runs are in progress. Their results are checked afterwards.")
        with stay_open(settings).connect() as connection:
            stored = {name: one.version for name, one in stored_slices(connection).items()}
        stale = [name for name, version in slice_versions(context.instance).items() if stored.get(name) != version]
        if stale:
            return dg.SensorResult([dg.RunRequest()])
        return dg.SensorResult(skip_reason="All results are stored.", cursor=latest)

    return judged_work


def _latest(instance: dg.DagsterInstance) -> str:
    """Return a fingerprint of the latest materializations of all lanes."""
    records = instance.get_asset_records([dg.AssetKey(asset) for lane in LANES for asset in lane.assets])
    numbers = sorted(
        f"{record.asset_entry.asset_key.to_user_string()} {record.asset_entry.last_materialization_storage_id}"
        for record in records
    )
    return hashlib.sha256("\n".join(numbers).encode()).hexdigest()[:16]
