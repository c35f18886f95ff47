"""How old the work of a lane may be: the UI shows for each asset whether it is fresh.

Each lane is gone over every night, so what is older than a day has missed one; a laptop may sleep over a weekend.
"""

import datetime as dt
from collections.abc import Iterable

import dagster as dg

from achievement_pipeline.lanes import LANES
from achievement_pipeline.settings import Settings

_POLICY = dg.FreshnessPolicy.time_window(fail_window=dt.timedelta(hours=74), warn_window=dt.timedelta(hours=26))


def with_freshness(assets: Iterable[dg.AssetsDefinition], settings: Settings) -> list[dg.AssetsDefinition]:
    """Return assets, with how old they may be where their lane is on."""
    fresh = {"achievements", *(lane.name for lane in LANES if lane.is_on(settings))}

    def apply(spec: dg.AssetSpec) -> dg.AssetSpec:
        return spec.replace_attributes(freshness_policy=_POLICY) if spec.group_name in fresh else spec

    return [dg.map_asset_specs(apply, [asset])[0] for asset in assets]
