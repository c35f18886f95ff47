"""The Dagster instance that the commands use: its folder, its ``dagster.yaml``, its code location."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import as_file, files
from pathlib import Path

from achievement_pipeline.child_processes import distrust_working_folder
from achievement_pipeline.errors import SettingsError
from achievement_pipeline.settings import Settings

_CONFIGURATION = ("dagster.yaml", "workspace.yaml")


def use_dagster_home(settings: Settings) -> Path:
    """Point Dagster, here and in child processes, at the pipeline's instance; return its folder.

    What a run of many repositories plans is noted once for each asset and not for each of their partitions: that saves
    a quarter of its processor time (58 to 44 seconds for 50 small repositories). The price: where such a run dies, the
    UI shows its partitions as they were before it, not as failed.

    A ``DAGSTER_HOME`` that the user set is left as it is: then the ``dagster.yaml`` in it counts.

    Raises:
        SettingsError: The data folder can't be made or written.
    """
    os.environ.setdefault("DAGSTER_EMIT_PARTITION_SUBSET_IN_PLANNED_EVENTS", "1")
    if given := os.environ.get("DAGSTER_HOME"):
        return Path(given)
    folder = settings.home / "dagster"
    with explained_home(settings.home):
        folder.mkdir(parents=True, exist_ok=True)
        for name in _CONFIGURATION:
            with as_file(files("achievement_pipeline") / name) as packaged:
                shutil.copyfile(packaged, folder / name)
    os.environ["DAGSTER_HOME"] = str(folder)
    return folder


def work_in_data_folder(settings: Settings) -> None:
    """Leave the caller's folder, here and in child processes: nothing that lies there configures them.

    Raises:
        SettingsError: The data folder can't be made.
    """
    with explained_home(settings.home):
        settings.home.mkdir(parents=True, exist_ok=True)
        distrust_working_folder()
        os.environ.update(settings.absolute_variables())
        os.chdir(settings.home)


@contextmanager
def explained_home(home: Path) -> Iterator[None]:
    """Say in words for people what keeps the block from making or writing the data folder.

    Raises:
        SettingsError: It can't be used.
    """
    try:
        yield
    except OSError as error:
        raise SettingsError(
            f"The data folder {home} can't be used: {error.strerror} ({error.filename2 or error.filename}). "
            "Mend that, or choose another folder by ACHIEVEMENTS_HOME."
        ) from error
