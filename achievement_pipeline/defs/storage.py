"""Where Dagster keeps its own records: runs, events, ticks. Named by ``dagster.yaml``.

Beside the achievements when ``DATABASE_URL`` names a server, in a database of their own; else in SQLite files in the
user's data folder (why: ``docs/decisions/0002-dagster-storage.md``).
"""

import fcntl
from pathlib import Path
from typing import Any

from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from dagster._serdes import ConfigurableClassData
from dagster_postgres import DagsterPostgresStorage

from achievement_pipeline.settings import Environment, load_settings
from achievement_pipeline.store.database import ensure_database, normalise_url

DATABASE_NAME = "dagster"


class EnvironmentStorage(DagsterPostgresStorage):
    """Picks Dagster's storage by the pipeline's settings, so that one ``dagster.yaml`` serves laptop and cluster."""

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        """Take no configuration: the settings decide."""
        return {}

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Any) -> Any:  # noqa: ANN401, ARG003
        """Return the storage that the settings ask for, ready to be used.

        Raises:
            SettingsError: A setting is wrong.
            StoreError: The database server can't be used.
        """
        settings = load_settings()
        url = _postgres_url(settings.environment)
        if url is not None:
            return DagsterPostgresStorage(url, inst_data=inst_data)
        return _sqlite_storage(settings.home / "dagster", inst_data)


def _postgres_url(environment: Environment) -> str | None:
    """Return the address of Dagster's database, which is made where only that of the achievements is given."""
    if environment.dagster_database_url:
        url = normalise_url(environment.dagster_database_url.get_secret_value())
    elif environment.database_url:
        url = ensure_database(environment.database_url.get_secret_value(), DATABASE_NAME)
    else:
        return None
    return url.render_as_string(hide_password=False)


def _sqlite_storage(folder: Path, inst_data: ConfigurableClassData | None) -> DagsterSqliteStorage:
    """Open the SQLite files, one process at a time.

    Processes that create them side by side crash, and can leave them broken for good ("Version table has more than one
    head"): seen in 7 of 7 trials of four processes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "storage.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return DagsterSqliteStorage.from_local(str(folder), inst_data=inst_data)
