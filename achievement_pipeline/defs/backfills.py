"""Backfills on demand: Dagster's backfill daemon reads and judges repositories again, or only judges them.

The daemon stores requests and progress in Dagster's records, so that an interrupted backfill continues where it
stopped, and combines many repositories in one run. Why the command starts no runs itself: ``docs/decisions``.
"""

import time
from collections.abc import Sequence

import dagster as dg

from achievement_pipeline.defs.instance.compat import PartitionBackfill, make_new_backfill_id
from achievement_pipeline.defs.partitions import PARTITIONS_NAME
from achievement_pipeline.errors import SettingsError
from achievement_pipeline.lanes import LANES, Lane
from achievement_pipeline.settings import Settings


def request_backfills(
    definitions: dg.Definitions,
    instance: dg.DagsterInstance,
    settings: Settings,
    keys: Sequence[str],
    *,
    only_judging: bool,
) -> dict[str, int]:
    """Request a backfill of each lane that is on and by repository.

    Args:
        definitions: The code location.
        instance: The instance that stores the backfills.
        settings: All settings.
        keys: Keys of repositories; empty for all known ones.
        only_judging: Judge what is stored without reading the sources.

    Returns:
        The number of repositories of each backfill, by its id.

    Raises:
        SettingsError: A repository is not known.
    """
    known = instance.get_dynamic_partitions(PARTITIONS_NAME)
    if unknown := sorted(set(keys).difference(known)):
        raise SettingsError(f"Not known: {', '.join(unknown)}. `achievements doctor` lists what is.")
    requested: dict[str, int] = {}
    for lane in LANES:
        wanted = [key for key in known if (not keys or key in keys) and lane.covers(key, settings)]
        if lane.is_on(settings) and wanted:
            requested[_request(definitions, instance, lane, wanted, only_judging=only_judging)] = len(wanted)
    return requested


def _request(
    definitions: dg.Definitions, instance: dg.DagsterInstance, lane: Lane, keys: list[str], *, only_judging: bool
) -> str:
    graph = definitions.resolve_asset_graph()
    assets = (
        [dg.AssetKey(asset) for asset in lane.assets]
        if only_judging
        else sorted(dg.AssetSelection.groups(lane.name).resolve(graph))
    )
    what = "judged again" if only_judging else "read and judged again"
    backfill = PartitionBackfill.from_asset_partitions(
        backfill_id=make_new_backfill_id(),
        asset_graph=graph,
        partition_names=keys,
        asset_selection=assets,
        backfill_timestamp=time.time(),
        tags={},
        dynamic_partitions_store=instance,
        all_partitions=False,
        title=f"{lane.name}: {len(keys):,} repositories {what}",
        description=None,
        run_config=None,
    )
    instance.add_backfill(backfill)
    return backfill.backfill_id
