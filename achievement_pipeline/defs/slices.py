"""The slices of the judged activities, and which version of each is the latest.

A slice is a repository of a lane, or a lane that is not by repository. Its version changes whenever it is materialized.
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
"""Returns the stored frame of an asset and a repository, None where the asset is not by repository."""


def slice_versions(instance: dg.DagsterInstance) -> dict[str, str]:
    """Return the version of every slice that is judged to its end, by its name, ``lane/repository`` or ``lane``.

    A slice whose scores or skills are older than its activities is left out: a run died in between, or is under way.
    The numbers of materializations begin again where Dagster's records do, so the name of the records is a part of it.
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
    """Return the frames of a slice; None where one was materialized and is no longer where it was stored."""
    lane, repository = lane_of(name), name.partition("/")[2]
    activities, scores, skills = (read(asset, repository or None) for asset in lane.assets)
    if activities is None or scores is None or skills is None:
        return None
    return ActivityFrames(DataFrame(activities), typed(Scores, scores), typed(Skills, skills))


def slices_of(repository: str) -> list[str]:
    """Return the names of the slices that are collected from a repository."""
    return [lane.slice_name(repository) for lane in LANES if lane.by_repository]


def _latest(instance: dg.DagsterInstance, lane: Lane, asset: str) -> dict[str, int]:
    """Return the number of the latest materialization of each slice of an asset; later ones are higher."""
    key = dg.AssetKey(asset)
    if lane.by_repository:
        # a repository that was forgotten has no partition any more
        known = set(instance.get_dynamic_partitions(PARTITIONS_NAME))
        numbers = instance.get_latest_storage_id_by_partition(key, dg.DagsterEventType.ASSET_MATERIALIZATION, known)
        return {lane.slice_name(repository): number for repository, number in numbers.items()}
    latest = instance.fetch_materializations(key, limit=1).records
    return {lane.slice_name(): latest[0].storage_id} if latest else {}
