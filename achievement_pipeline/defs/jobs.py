"""The jobs: one a lane, from its source through to the achievements in Postgres, in one run; and what follows them."""

import dagster as dg

from achievement_pipeline.lanes import LANES

KEEP_ACHIEVEMENTS = "keep_achievements"
WRITE_DIGEST = "write_digest"
PUBLISH = "publish"
DIGEST = "weekly_digest"

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
    selection=dg.AssetSelection.assets("achievements"),
    description="Store what was judged and not stored.",
)

write_digest = dg.define_asset_job(
    WRITE_DIGEST,
    selection=dg.AssetSelection.assets(DIGEST),
    description="Write what was done in the week before.",
)

publish = dg.define_asset_job(
    PUBLISH,
    selection=dg.AssetSelection.groups("publishing") - dg.AssetSelection.assets(DIGEST),
    description="Make all that is shown anew.",
)

JOBS = (*_COLLECT, keep_achievements, write_digest, publish)
