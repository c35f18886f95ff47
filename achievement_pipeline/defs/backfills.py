"""Backfills on demand: repositories are read and judged again, or only judged, by Dagster's own backfill daemon.

It keeps in Dagster's records what is asked for and what is done, so that a backfill that was interrupted goes on where
it stopped, and it makes runs of many repositories. Why the command makes no runs of its own: ``docs/decisions``.
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
    """Ask for a backfill of each lane that is on and by repository.

    Args:
        definitions: The code location.
        instance: Where the backfills are noted.
        settings: They say which lanes are on.
        keys: Of repositories; none for all that are known.
        only_judging: Whether to judge what is stored without reading the sources.

    Returns:
        How many repositories each backfill is for, by its id.

    Raises:
        SettingsError: A repository is not known.
    """
    known = instance.get_dynamic_partitions(PARTITIONS_NAME)
    if unknown := sorted(set(keys).difference(known)):
        raise SettingsError(f"Not known: {', '.join(unknown)}. `achievements doctor` lists what is.")
    asked: dict[str, int] = {}
    for lane in LANES:
        wanted = [key for key in known if (not keys or key in keys) and lane.covers(key, settings)]
        if lane.is_on(settings) and wanted:
            asked[_request(definitions, instance, lane, wanted, only_judging=only_judging)] = len(wanted)
    return asked


def _request(
    definitions: dg.Definitions, instance: dg.DagsterInstance, lane: Lane, keys: list[str], *, only_judging: bool
) -> str:
    graph = definitions.resolve_asset_graph()
    assets = (
        [dg.AssetKey(asset) for asset in lane.assets]
        if only_judging
        else sorted(dg.AssetSelection.groups(lane.name).resolve(graph))
    )
    what = "judged anew" if only_judging else "read and judged anew"
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
