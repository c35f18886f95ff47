"""The Celery application that runs are sent by, and that the workers of ``achievements worker`` serve.

Needs the extra ``celery``. The broker is what ``ACHIEVEMENTS_CELERY_BROKER`` names: Redis (or Valkey), or RabbitMQ.
"""

import warnings
from pathlib import Path
from typing import Any

import dagster as dg
from celery import Celery
from dagster_celery import celery_executor
from dagster_celery.config import DEFAULT_CONFIG
from dagster_celery.defaults import task_default_queue
from dagster_celery.launcher import CeleryRunLauncher
from dagster_celery.make_app import make_app
from dagster_celery.tags import DAGSTER_CELERY_TASK_ID_TAG
from dagster_celery.tasks import create_execute_job_task, create_resume_job_task, create_task

from achievement_pipeline.defs.instance.compat import CheckRunHealthResult, ConfigurableClassData, WorkerStatus
from achievement_pipeline.defs.instance.run_locks import Life, life_of_run
from achievement_pipeline.errors import SettingsError
from achievement_pipeline.settings import Environment, load_settings

# dagster-celery registers its task anew for every run, and Celery keeps the first
warnings.filterwarnings("ignore", message="Task name 'execute_job' is already registered")

_REDIS = ("redis:", "rediss:")
_ANSWER_SECONDS = 10.0
"""A worker answers within milliseconds, unless its machine has far too much to do."""


def celery_config(environment: Environment) -> dict[str, Any]:
    """Return broker, backend and the rest, as dagster-celery takes them.

    Raises:
        SettingsError: There is no broker, or no place for the results.
    """
    broker = environment.achievements_celery_broker
    if broker is None:
        raise SettingsError("Set ACHIEVEMENTS_CELERY_BROKER, for example to redis://host:6379/0.")
    address = broker.get_secret_value()
    backend = environment.achievements_celery_backend
    if backend is None and not address.startswith(_REDIS):
        # rpc://, their own way, tells only the process that sent a task how it ended
        raise SettingsError(
            "Set ACHIEVEMENTS_CELERY_BACKEND, where the states of tasks are kept: this broker keeps none. It may be a "
            "database: db+postgresql+psycopg2://user@host/celery"
        )
    return {
        "broker": address,
        "backend": backend.get_secret_value() if backend else address,
        "config_source": {
            **DEFAULT_CONFIG,
            # none in advance: with Redis, what a worker holds when it is killed comes back after an hour only
            "worker_prefetch_multiplier": 1,
            "worker_disable_prefetch": address.startswith(_REDIS),
            "worker_max_tasks_per_child": 100,
        },
    }


class WatchfulCeleryRunLauncher(CeleryRunLauncher):
    """Sends each run to a worker, and notices when that is gone.

    Celery leaves a task whose whole worker was killed in the state "started" for ever, and Dagster takes it to run.
    """

    def __init__(
        self, environment: Environment, run_locks: Path, inst_data: ConfigurableClassData | None = None
    ) -> None:
        self._run_locks = run_locks
        super().__init__(default_queue=task_default_queue, inst_data=inst_data, **celery_config(environment))

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        """Ask the worker itself whether it works at the run; of a run that no worker has, its process's lock tells."""
        if DAGSTER_CELERY_TASK_ID_TAG not in run.tags:
            is_lost = life_of_run(self._run_locks, run.run_id) is Life.DIED
            return CheckRunHealthResult(WorkerStatus.FAILED if is_lost else WorkerStatus.RUNNING)
        health = super().check_run_worker_health(run)
        if health.status is not WorkerStatus.RUNNING:
            return health
        task = run.tags[DAGSTER_CELERY_TASK_ID_TAG]
        worker = (self.celery.AsyncResult(task).info or {}).get("hostname")
        asked = self.celery.control.inspect([worker], timeout=_ANSWER_SECONDS, limit=1).query_task(task) or {}
        if task in asked.get(worker, {}):
            return health
        # it may have become done meanwhile
        again = super().check_run_worker_health(run)
        lost = CheckRunHealthResult(WorkerStatus.FAILED, f"Worker {worker} is gone, or no longer works at it.")
        return lost if again.status is WorkerStatus.RUNNING else again


def celery_step_executor(environment: Environment) -> dg.ExecutorDefinition:
    """Return Dagster's executor for Celery; the UI shows the names of the variables, never a password."""
    config = celery_config(environment)
    backend = "BACKEND" if environment.achievements_celery_backend else "BROKER"
    by_name = {
        "broker": {"env": "ACHIEVEMENTS_CELERY_BROKER"},
        "backend": {"env": f"ACHIEVEMENTS_CELERY_{backend}"},
        "config_source": config["config_source"],
    }
    executor: dg.ExecutorDefinition = celery_executor.configured(by_name, name="celery")
    return executor


def make_worker_app() -> Celery:
    """Return the application of a worker, which knows the tasks for runs and for steps."""
    config = celery_config(load_settings().environment)
    app: Celery = make_app(config | {"task_default_queue": task_default_queue})  # type: ignore[no-untyped-call]
    for create in (create_execute_job_task, create_resume_job_task, create_task):
        create(app)
    return app
