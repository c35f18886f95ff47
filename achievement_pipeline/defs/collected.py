"""What the instance and the frames record: the repositories of unfinished runs, and what was collected."""

import hashlib
import itertools
from collections.abc import Callable, Mapping, Sequence

import dagster as dg
from pydantic import ValidationError

from achievement_pipeline.app.collect.readings.histories import READ_FRAMES
from achievement_pipeline.app.collect.readings.pull_requests import RAW_PULL_REQUESTS
from achievement_pipeline.app.collect.repositories import local_folder
from achievement_pipeline.defs.automation.requests import repositories_of
from achievement_pipeline.defs.instance.compat import NOT_FINISHED_STATUSES
from achievement_pipeline.defs.instance.io_manager import ParquetIOManager
from achievement_pipeline.defs.partitions import PARTITIONS_NAME
from achievement_pipeline.judging.rules import SCORE_VERSION
from achievement_pipeline.lanes import GIT, GITHUB, Lane
from achievement_pipeline.sources.git import ReadingState
from achievement_pipeline.sources.git.watching.refs import refs_fingerprint

_FACTS = "raw_repositories"
_COLUMNS = {asset: frozenset(schema.to_schema().columns) for asset, schema in READ_FRAMES.items()}

_COLUMNS_OF_LANES = {
    GIT.name: _COLUMNS,
    GITHUB.name: {asset: frozenset(schema.to_schema().columns) for asset, schema in RAW_PULL_REQUESTS.items()},
}

SHAPE = hashlib.sha256(
    repr([SCORE_VERSION, *((asset, *sorted(columns)) for asset, columns in _COLUMNS.items())]).encode()
).hexdigest()[:12]
"""Changes when a version of this package judges differently, or stores other frames or columns."""


def repositories_of_runs(instance: dg.DagsterInstance, job: str | None = None) -> set[str]:
    """Return the repositories of all queued or running runs, or of those of one job."""
    runs = instance.get_runs(dg.RunsFilter(statuses=NOT_FINISHED_STATUSES, job_name=job))
    order = instance.get_dynamic_partitions(PARTITIONS_NAME) if runs else []
    return {key for run in runs for key in repositories_of(run, order)}


def collected_by(
    instance: dg.DagsterInstance, frames: ParquetIOManager, *, remote: bool = False
) -> Callable[[Sequence[str]], Mapping[str, str | None]]:
    """Return a function that looks up the refs fingerprints of repositories when they were collected.

    It leaves out repositories that were never read. None means that one was not completely judged since.
    """

    def collected(keys: Sequence[str]) -> dict[str, str | None]:
        if not keys:
            return {}
        read, activities, scores, skills = (_latest(instance, asset, keys) for asset in (_FACTS, *GIT.assets))
        judged = {
            key for key in read if read[key] < activities.get(key, 0) < min(scores.get(key, 0), skills.get(key, 0))
        }
        return {key: _stood(frames, key, remote=remote) if key in judged else None for key in read}

    return collected


def is_stored_otherwise(frames: ParquetIOManager, lane: Lane, key: str) -> bool:
    """Return whether another version stored a repository with other frames or columns, so that it has to be read again.

    What was never read is not stored at all.
    """
    wanted = _COLUMNS_OF_LANES[lane.name]
    stored = {asset: frames.columns(asset, key) for asset in wanted}
    return any(stored.values()) and stored != wanted


def _latest(instance: dg.DagsterInstance, asset: str, keys: Sequence[str]) -> Mapping[str, int]:
    return instance.get_latest_storage_id_by_partition(
        dg.AssetKey(asset), dg.DagsterEventType.ASSET_MATERIALIZATION, set(keys)
    )


def _stood(frames: ParquetIOManager, key: str, *, remote: bool) -> str | None:
    """Return the refs fingerprint of a repository when it was read; None if another version stored or judged it."""
    if any(frames.columns(asset, key) != columns for asset, columns in _COLUMNS.items()):
        return None
    scores = frames.read(GIT.scores, key)
    if scores is not None and (scores["version"] != SCORE_VERSION).any():
        return None
    facts = frames.read(_FACTS, key)
    if facts is None or len(facts) != 1:
        return None
    try:
        state = ReadingState.model_validate_json(facts["state"].iloc[0])
    except ValidationError:
        return None
    if not state.clones:
        return refs_fingerprint(state.tips, state.shallow)
    clones = [clone for location, clone in state.clones.items() if (local_folder(location) is None) == remote]
    return refs_fingerprint(
        itertools.chain.from_iterable(clone.tips for clone in clones),
        itertools.chain.from_iterable(clone.shallow for clone in clones),
    )
