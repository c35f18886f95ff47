"""All imports of Dagster's internals, which may change in any release.

A lint rule forbids ``dagster._*`` in other modules: after an upgrade of Dagster, check this one.
"""

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import dagster as dg
from alembic.config import Config
from dagster._core.definitions.assets.job.asset_job import is_reserved_asset_job_name
from dagster._core.events import RunFailureReason
from dagster._core.execution import context_creation_job
from dagster._core.execution.backfill import PartitionBackfill
from dagster._core.launcher import CheckRunHealthResult, LaunchRunContext, RunLauncher, WorkerStatus
from dagster._core.run_coordinator.queued_run_coordinator import QueuedRunCoordinator
from dagster._core.scheduler.instigation import InstigatorState, InstigatorStatus, InstigatorTick, TickStatus
from dagster._core.storage.dagster_run import NOT_FINISHED_STATUSES
from dagster._core.storage.event_log.sqlite.sqlite_event_log import INDEX_SHARD_NAME, SqliteEventLogStorage
from dagster._core.storage.runs.sql_run_storage import SqlRunStorage
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from dagster._core.storage.tags import (
    ASSET_PARTITION_RANGE_END_TAG,
    ASSET_PARTITION_RANGE_START_TAG,
    PARTITION_NAME_TAG,
    PRIORITY_TAG,
    SENSOR_NAME_TAG,
    WILL_RETRY_TAG,
)
from dagster._core.storage.upath_io_manager import escape_dotdot_segments, escape_leading_slash
from dagster._core.utils import make_new_backfill_id, make_new_run_id
from dagster._grpc.types import ExecuteRunArgs
from dagster._serdes import ConfigurableClass, ConfigurableClassData
from starlette.types import ASGIApp

__all__ = [
    "ASSET_PARTITION_RANGE_END_TAG",
    "ASSET_PARTITION_RANGE_START_TAG",
    "INDEX_SHARD_NAME",
    "NOT_FINISHED_STATUSES",
    "PARTITION_NAME_TAG",
    "PRIORITY_TAG",
    "SENSOR_NAME_TAG",
    "WILL_RETRY_TAG",
    "CheckRunHealthResult",
    "ConfigurableClass",
    "ConfigurableClassData",
    "DagsterSqliteStorage",
    "ExecuteRunArgs",
    "InstigatorState",
    "InstigatorStatus",
    "InstigatorTick",
    "LaunchRunContext",
    "PartitionBackfill",
    "QueuedRunCoordinator",
    "RunFailureReason",
    "RunLauncher",
    "SqlRunStorage",
    "SqliteEventLogStorage",
    "TickStatus",
    "WorkerStatus",
    "escape_dotdot_segments",
    "escape_leading_slash",
    "is_reserved_asset_job_name",
    "make_new_backfill_id",
    "make_new_run_id",
    "read_migrations_once",
    "run_executor",
    "run_web_server",
    "use_logger",
]


def use_logger(logger: dg.LoggerDefinition, config: Mapping[str, object]) -> None:
    """Use `logger` for the runs in this process.

    Dagster uses its own default for runs without a logger in their configuration.
    """
    # by name, because the module does not export it
    setattr(context_creation_job, "default_system_loggers", lambda _: [(logger, config)])  # noqa: B010


def run_executor() -> Callable[[str], None]:
    """Import Dagster's command line, which only run workers need, and return its ``dagster api execute_run``.

    It executes the run of a serialized `ExecuteRunArgs`, and exits.
    """
    command: Any = import_module("dagster._cli.api")
    return lambda order: command.execute_run_command.main([order])


@cache
def read_migrations_once() -> None:
    """Let Dagster read the scripts of its migrations once in a process.

    It reads all of them to know the newest, three times whenever its records are opened, which each tick of a sensor
    does: most of what an idle service costs.
    """
    sql: Any = import_module("dagster._core.storage.sql")
    read, found = sql.ScriptDirectory.from_config, dict[str, Any]()

    def from_config(config: Config) -> Any:  # noqa: ANN401 - for Dagster alone
        location = str(config.get_main_option("script_location"))
        if location not in found:
            found[location] = read(config)
        return found[location]

    sql.ScriptDirectory = SimpleNamespace(from_config=from_config)


def run_web_server(wrap: Callable[[ASGIApp], ASGIApp]) -> None:
    """Run ``dagster-webserver`` with its ASGI application wrapped by `wrap`."""
    command: Any = import_module("dagster_webserver.cli")
    create = command.create_app_from_workspace_process_context
    command.create_app_from_workspace_process_context = lambda *args, **options: wrap(create(*args, **options))
    command.main()
