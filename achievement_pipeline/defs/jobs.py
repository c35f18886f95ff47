"""The jobs: one per lane, from its source to the achievements in Postgres in one run, and those that follow."""

import dagster as dg

from achievement_pipeline.channels import CHANNELS
from achievement_pipeline.lanes import GIT, LANES
from achievement_pipeline.publishing.channel import Job

KEEP_ACHIEVEMENTS = "keep_achievements"
MEASURE_USE = "measure_use"
WRITE_DIGEST = Job.WRITE_DIGEST.value
PUBLISH = Job.PUBLISH.value


def assets_of(job: Job) -> list[str]:
    """Return the publishing assets of a job, from the records of the channels."""
    assets = (channel.asset for channel in CHANNELS.values())
    return [asset.name for asset in assets if asset and asset.job is job]


_COLLECT = tuple(
    dg.define_asset_job(
        lane.job,
        selection=dg.AssetSelection.groups(lane.name) | dg.AssetSelection.assets("achievements"),
        description=f"Read, judge and keep what is new among {lane.work}.",
    )
    for lane in LANES
)

keep_achievements = dg.define_asset_job(
    KEEP_ACHIEVEMENTS,
    selection=dg.AssetSelection.assets("achievements", "projects"),
    description="Store what was judged and not stored, and find projects.",
)

measure_use = dg.define_asset_job(
    MEASURE_USE,
    selection=dg.AssetSelection.groups("lines") | dg.AssetSelection.assets(*GIT.assets, "achievements"),
    description="Measure how much of the collected work is still in use, and judge and store it again.",
)

write_digest = dg.define_asset_job(
    WRITE_DIGEST,
    selection=dg.AssetSelection.assets(*assets_of(Job.WRITE_DIGEST)),
    description="Write the digest of the last seven days.",
)

publish = dg.define_asset_job(
    PUBLISH,
    selection=dg.AssetSelection.assets(*assets_of(Job.PUBLISH)),
    description="Render and publish all channels.",
)

JOBS = (*_COLLECT, keep_achievements, measure_use, write_digest, publish)
