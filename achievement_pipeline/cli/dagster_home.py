"""The Dagster instance that the commands use: its folder, its ``dagster.yaml``, its code location."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

from achievement_pipeline.errors import SettingsError
from achievement_pipeline.settings import Settings
from achievement_pipeline.system.child_processes import distrust_working_folder
from achievement_pipeline.system.private_files import make_private_folder

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
        make_private_folder(settings.home)
        folder.mkdir(mode=0o700, exist_ok=True)
        for name in _CONFIGURATION:
            _put(folder / name, (files("achievement_pipeline") / name).read_bytes())
    os.environ["DAGSTER_HOME"] = str(folder)
    return folder


def work_in_data_folder(settings: Settings) -> None:
    """Leave the caller's folder, here and in child processes: nothing that lies there configures them.

    Raises:
        SettingsError: The data folder can't be made.
    """
    with explained_home(settings.home):
        make_private_folder(settings.home)
        distrust_working_folder()
        os.environ.update(settings.absolute_variables())
        os.chdir(settings.home)


def _put(file: Path, content: bytes) -> None:
    """Write a file unless it is as it should be; who reads it meanwhile gets all of it."""
    if not file.is_file() or file.read_bytes() != content:
        unfinished = file.with_name(f".{file.name}.{os.getpid()}")
        unfinished.write_bytes(content)
        unfinished.replace(file)


@contextmanager
def explained_home(home: Path) -> Iterator[None]:
    """Explain to people what keeps the block from making or writing the data folder.

    Raises:
        SettingsError: It can't be used.
    """
    try:
        yield
    except OSError as error:
        raise SettingsError(
            f"The data folder {home} can't be used: {error.strerror} ({error.filename2 or error.filename}). "
            "Fix that, or choose another folder by ACHIEVEMENTS_HOME."
        ) from error
