"""The slices of judged activities, and the latest version of each.

A slice is one repository of a lane, or a whole lane. Its version changes with each materialization.
It comes from the Dagster instance, so that any run of `achievements` brings everything up to date
(``docs/decisions/0003``).
"""

from collections.abc import Callable
from typing import cast

import dagster as dg
import pandas as pd
from pandera.typing import DataFrame

from achievement_pipeline.defs.instance.compat import SqlRunStorage
from achievement_pipeline.defs.partitions import PARTITIONS_NAME
from achievement_pipeline.frames import ActivityFrames, Scores, Skills, typed
from achievement_pipeline.lanes import LANES, Lane, lane_of

ReadFrame = Callable[[str, str | None], "pd.DataFrame | None"]
"""Takes an asset and a repository, None for an asset without partitions. Returns the stored frame, if any."""


def slice_versions(instance: dg.DagsterInstance) -> dict[str, str]:
    """Return the version of every completely judged slice by name, ``lane/repository`` or ``lane``.

    A slice whose scores or skills are older than its activities is left out: a run died in between, or is not finished.
    The numbers of materializations restart with Dagster's records, so the version contains the id of the records.
    """
    records = cast("SqlRunStorage", instance.run_storage).get_run_storage_id()[:8]
    versions: dict[str, str] = {}
    for lane in LANES:
        activities, scores, skills = (_latest(instance, lane, asset) for asset in lane.assets)
        for name, materialized in activities.items():
            judged = (scores.get(name, 0), skills.get(name, 0))
            if min(judged) > materialized:
                versions[name] = "-".join(map(str, (records, materialized, *judged)))
    return versions


def load_slice(name: str, read: ReadFrame) -> ActivityFrames | None:
    """Return the frames of a slice; None if one was materialized and its file is missing."""
    lane, repository = lane_of(name), name.partition("/")[2]
    activities, scores, skills = (read(asset, repository or None) for asset in lane.assets)
    if activities is None or scores is None or skills is None:
        return None
    return ActivityFrames(DataFrame(activities), typed(Scores, scores), typed(Skills, skills))


def slices_of(repository: str) -> list[str]:
    """Return the names of a repository's slices."""
    return [lane.slice_name(repository) for lane in LANES if lane.by_repository]


def _latest(instance: dg.DagsterInstance, lane: Lane, asset: str) -> dict[str, int]:
    """Return the number of the latest materialization of each slice of an asset; later ones are higher."""
    key = dg.AssetKey(asset)
    if lane.by_repository:
        # a forgotten repository no longer has a partition
        known = set(instance.get_dynamic_partitions(PARTITIONS_NAME))
        numbers = instance.get_latest_storage_id_by_partition(key, dg.DagsterEventType.ASSET_MATERIALIZATION, known)
        return {lane.slice_name(repository): number for repository, number in numbers.items()}
    latest = instance.fetch_materializations(key, limit=1).records
    return {lane.slice_name(): latest[0].storage_id} if latest else {}
