"""Forget a repository: its rows, frames, partition, clone and entries in the spool."""

import shutil

import dagster as dg
import sqlalchemy as sa

from achievement_pipeline.app.decide.decisions import Decisions
from achievement_pipeline.defs.build import repository_assets
from achievement_pipeline.defs.instance.io_manager import ParquetIOManager
from achievement_pipeline.defs.partitions import PARTITIONS_NAME
from achievement_pipeline.defs.slices import slices_of
from achievement_pipeline.settings import Settings
from achievement_pipeline.sources.git.watching.spool import read_commits, remove_commits
from achievement_pipeline.store.forgetting import Forgotten, forget
from achievement_pipeline.store.repositories import KnownRepository


def forget_collected(
    settings: Settings,
    engine: sa.Engine,
    instance: dg.DagsterInstance,
    repository: KnownRepository,
    *,
    with_decisions: bool,
) -> Forgotten:
    """Forget a repository and everything that was collected from it.

    Args:
        settings: All settings.
        engine: The database.
        instance: Dagster's instance.
        repository: The repository.
        with_decisions: Also forget the user's decisions about its achievements.
    """
    compose = Decisions(engine, settings).compose
    instance.delete_dynamic_partition(PARTITIONS_NAME, repository.key)
    forgotten = forget(engine, repository.key, slices_of(repository.key), compose, with_decisions=with_decisions)
    frames = ParquetIOManager(base_path=settings.frames_location)
    for asset in repository_assets():
        frames.remove(asset, repository.key)
    shutil.rmtree(settings.mirrors_path / f"{repository.key}.git", ignore_errors=True)
    spooled = read_commits(settings.spool_path)
    remove_commits(commit for commit in spooled if commit.repository_path in repository.locations)
    return forgotten
