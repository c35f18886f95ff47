"""Backfills on demand: Dagster's backfill daemon reads and judges repositories again, or only judges them.

The daemon stores requests and progress in Dagster's records, so that an interrupted backfill continues where it
stopped, and combines many repositories in one run. Why the command starts no runs itself: ``docs/decisions``.
"""

import time
from collections.abc import Sequence

import dagster as dg

from achievement_pipeline.defs.collected import is_stored_otherwise
from achievement_pipeline.defs.instance.compat import PartitionBackfill, make_new_backfill_id
from achievement_pipeline.defs.instance.io_manager import ParquetIOManager
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
) -> dict[str, str]:
    """Request a backfill of each lane that is on and by repository.

    Args:
        definitions: The code location.
        instance: The instance that stores the backfills.
        settings: All settings.
        keys: Keys of repositories; empty for all known ones.
        only_judging: Judge what is stored without reading the sources, but for repositories that another version of
            this program stored otherwise: these are read too.

    Returns:
        What each backfill does, by its id.

    Raises:
        SettingsError: A repository is not known.
    """
    known = instance.get_dynamic_partitions(PARTITIONS_NAME)
    if unknown := sorted(set(keys).difference(known)):
        raise SettingsError(f"Not known: {', '.join(unknown)}. `achievements doctor` lists what is.")
    frames = ParquetIOManager(base_path=settings.frames_location)
    requested: dict[str, str] = {}
    for lane in LANES:
        wanted = [key for key in known if (not keys or key in keys) and lane.covers(key, settings)]
        if not lane.is_on(settings):
            continue
        outdated = {key for key in wanted if only_judging and is_stored_otherwise(frames, lane, key)}
        current = [key for key in wanted if key not in outdated]
        for chosen, is_judged_only in ((current, only_judging), (sorted(outdated), False)):
            if chosen:
                requested.update([_request(definitions, instance, lane, chosen, only_judging=is_judged_only)])
    return requested


def _request(
    definitions: dg.Definitions, instance: dg.DagsterInstance, lane: Lane, keys: list[str], *, only_judging: bool
) -> tuple[str, str]:
    """Request one backfill, and return its id and what it does."""
    repositories = "1 repository" if len(keys) == 1 else f"{len(keys):,} repositories"
    title = f"{lane.name}: {repositories} {'judged again' if only_judging else 'read and judged again'}"
    graph = definitions.resolve_asset_graph()
    assets = (
        [dg.AssetKey(asset) for asset in lane.assets]
        if only_judging
        else sorted(dg.AssetSelection.groups(lane.name).resolve(graph))
    )
    backfill = PartitionBackfill.from_asset_partitions(
        backfill_id=make_new_backfill_id(),
        asset_graph=graph,
        partition_names=keys,
        asset_selection=assets,
        backfill_timestamp=time.time(),
        tags={},
        dynamic_partitions_store=instance,
        all_partitions=False,
        title=title,
        description=None,
        run_config=None,
    )
    instance.add_backfill(backfill)
    return backfill.backfill_id, title
