"""All sensors: of the lanes, of results that are not stored, and of failed runs."""

import dagster as dg

from achievement_pipeline.defs.automation.sensors.achievements import achievements_sensor
from achievement_pipeline.defs.automation.sensors.git import git_sensors
from achievement_pipeline.defs.automation.sensors.lines import lines_sensor
from achievement_pipeline.defs.automation.sensors.sources import source_sensor
from achievement_pipeline.defs.instance.failures import failure_sensor
from achievement_pipeline.defs.instance.io_manager import ParquetIOManager
from achievement_pipeline.lanes import LANES
from achievement_pipeline.settings import Settings


def sensors(settings: Settings, frames: ParquetIOManager) -> list[dg.SensorDefinition]:
    """Return all sensors. Those of disabled lanes are stopped by default; the UI can start them."""
    of_sources = [source_sensor(lane, settings) for lane in LANES if lane.sensor]
    of_results = [achievements_sensor(settings), lines_sensor(settings), failure_sensor(settings)]
    return [*git_sensors(settings, frames), *of_sources, *of_results]
