"""Assembles the code location: production, the command line and tests all do it here."""

import os
from importlib import import_module

import dagster as dg

from achievement_pipeline.app.collect.readings.ahead import ReadAhead
from achievement_pipeline.app.collect.readings.histories import RepositoryHistory
from achievement_pipeline.defs.assets import achievements, lines, projects, publishing
from achievement_pipeline.defs.automation.freshness import with_freshness
from achievement_pipeline.defs.automation.schedules import schedules
from achievement_pipeline.defs.automation.sensors.all import sensors
from achievement_pipeline.defs.instance.io_manager import ParquetIOManager
from achievement_pipeline.defs.jobs import JOBS
from achievement_pipeline.defs.resources.histories import GitHistories
from achievement_pipeline.defs.resources.shared import Database, LoadedSettings
from achievement_pipeline.defs.resources.sources import source_apis
from achievement_pipeline.defs.ui.progress import LoggedProgress, ReportsProgress
from achievement_pipeline.defs.ui.source_code import with_source_code
from achievement_pipeline.lanes import LANES
from achievement_pipeline.settings import CeleryTasks, Environment, Settings

_OF_LANES = [import_module(lane.assets_module) for lane in LANES]
_ASSETS = [
    with_source_code(asset)
    for asset in dg.load_assets_from_modules([achievements, *_OF_LANES, lines, projects, publishing])
    if isinstance(asset, dg.AssetsDefinition)
]


def repository_assets() -> list[str]:
    """Return the names of the assets that are stored by repository."""
    return [
        key.to_user_string()
        for asset in _ASSETS
        if isinstance(asset.partitions_def, dg.DynamicPartitionsDefinition)
        for key in asset.keys
    ]


def build_defs(
    settings: Settings, progress: ReportsProgress | None = None, ahead: ReadAhead[RepositoryHistory] | None = None
) -> dg.Definitions:
    """Return all definitions.

    Args:
        settings: All settings; they are read once. A service starts Dagster again when they change.
        progress: How runs report their progress; by default in their log.
        ahead: The first reading of a repository that has begun already.
    """
    database = _database(settings)
    io_manager = ParquetIOManager(base_path=settings.frames_location)
    progress = progress or LoggedProgress()
    histories = GitHistories(
        database=database, io_manager=io_manager, progress=progress, settings=settings, ahead=ahead
    )
    return dg.Definitions(
        assets=with_freshness(_ASSETS, settings),
        jobs=JOBS,
        sensors=sensors(settings, io_manager),
        schedules=schedules(settings),
        resources={
            "database": database,
            "histories": histories,
            "io_manager": io_manager,
            "progress": progress,
            "settings": LoadedSettings.of(settings),
            **source_apis(settings, progress),
        },
        executor=_executor(settings.environment),
    )


def _executor(environment: Environment) -> dg.ExecutorDefinition:
    if environment.achievements_celery_broker and environment.achievements_celery_tasks is CeleryTasks.STEPS:
        # imported here, as it needs the extra
        from achievement_pipeline.defs.instance.celery import celery_step_executor  # noqa: PLC0415

        return celery_step_executor(environment)
    # the multiprocess executor takes six times as long for the same assets, because each step imports everything again
    return dg.in_process_executor


def _database(settings: Settings) -> Database:
    home = str(settings.home)
    # by its variable, so that the UI shows the name and never the password
    return Database(url=dg.EnvVar("DATABASE_URL"), home=home) if os.environ.get("DATABASE_URL") else Database(home=home)
