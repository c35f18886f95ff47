"""Run requests that collect repositories, and the repositories that a run collects."""

from collections.abc import Mapping, Sequence

import dagster as dg

from achievement_pipeline.defs.instance.compat import (
    ASSET_PARTITION_RANGE_END_TAG,
    ASSET_PARTITION_RANGE_START_TAG,
    PARTITION_NAME_TAG,
    PRIORITY_TAG,
    is_reserved_asset_job_name,
)

WITHOUT_CACHE = "achievements/without_cache"
"""Tag of runs that read their source as if nothing were stored of it: some changes touch nothing that shows them."""


def is_without_cache(context: dg.AssetExecutionContext) -> bool:
    """Return whether a run reads its source as if nothing were stored of it."""
    return WITHOUT_CACHE in context.run.tags


def request_repositories(keys: Sequence[str]) -> dg.RunRequest:
    """Return the request of one run.

    Args:
        keys: One repository; or some that are neighbours in the order of the partitions.
    """
    if len(keys) == 1:
        return dg.RunRequest(run_key=None, tags={PARTITION_NAME_TAG: keys[0]})
    # many at once is a first load, an absence made up for, or the night's work: a single commit need not wait for it
    tags = {ASSET_PARTITION_RANGE_START_TAG: keys[0], ASSET_PARTITION_RANGE_END_TAG: keys[-1], PRIORITY_TAG: "-1"}
    return dg.RunRequest(run_key=None, tags=tags)


def people_call(job: str) -> str:
    """Return the display name of a job. Runs of selected assets, as in a backfill, belong to a job without a name.

    Args:
        job: Its name, as Dagster has it.
    """
    return "materialize" if is_reserved_asset_job_name(job) else job


def subject(tags: Mapping[str, str]) -> str:
    """Return what a run is for, for people: its repository, or the first and the last of them.

    Args:
        tags: Of the run.
    """
    first, last = (tags.get(tag, "") for tag in (ASSET_PARTITION_RANGE_START_TAG, ASSET_PARTITION_RANGE_END_TAG))
    return tags.get(PARTITION_NAME_TAG) or " … ".join(dict.fromkeys(filter(None, (first, last))))


def repositories_of(run: dg.DagsterRun, order: Sequence[str]) -> Sequence[str]:
    """Return the repositories that a run is for.

    Args:
        run: Any run; one that is for no repository has none.
        order: All partitions, in their order.
    """
    if key := run.tags.get(PARTITION_NAME_TAG):
        return [key]
    first, last = run.tags.get(ASSET_PARTITION_RANGE_START_TAG), run.tags.get(ASSET_PARTITION_RANGE_END_TAG)
    if first not in order or last not in order:
        return []
    return order[order.index(first) : order.index(last) + 1]
