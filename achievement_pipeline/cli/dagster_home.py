"""The Dagster instance that the commands use: its folder, its ``dagster.yaml``, its code location."""

import os
import shutil
from importlib.resources import as_file, files
from pathlib import Path

from achievement_pipeline.settings import Settings

_CONFIGURATION = ("dagster.yaml", "workspace.yaml")


def use_dagster_home(settings: Settings) -> Path:
    """Point Dagster, here and in child processes, at the pipeline's instance; return its folder.

    A ``DAGSTER_HOME`` that the user set is left as it is: then the ``dagster.yaml`` in it counts.
    """
    if given := os.environ.get("DAGSTER_HOME"):
        return Path(given)
    folder = settings.home / "dagster"
    folder.mkdir(parents=True, exist_ok=True)
    for name in _CONFIGURATION:
        with as_file(files("achievement_pipeline") / name) as packaged:
            shutil.copyfile(packaged, folder / name)
    os.environ["DAGSTER_HOME"] = str(folder)
    return folder
