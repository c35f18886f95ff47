"""The Celery application: the run launcher and executor send work to it, ``achievements worker`` serves it.

Requires the extra ``celery``. ``ACHIEVEMENTS_CELERY_BROKER`` is the URL of the broker: Redis (or Valkey) or RabbitMQ.
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

from achievement_pipeline.app.collect.run_locks import Liveness, liveness_of_run
from achievement_pipeline.defs.instance.compat import CheckRunHealthResult, ConfigurableClassData, WorkerStatus
from achievement_pipeline.errors import SettingsError
from achievement_pipeline.settings import Environment, load_settings

# dagster-celery registers its task for each run, and Celery keeps the first one
warnings.filterwarnings("ignore", message="Task name 'execute_job' is already registered")

_REDIS = ("redis:", "rediss:")
_ANSWER_SECONDS = 10.0
"""Workers answer within milliseconds unless their machine is overloaded."""


def celery_config(environment: Environment) -> dict[str, Any]:
    """Return the Celery configuration in dagster-celery's format.

    Raises:
        SettingsError: The broker or the result backend is missing.
    """
    broker = environment.achievements_celery_broker
    if broker is None:
        raise SettingsError("Set ACHIEVEMENTS_CELERY_BROKER, for example to redis://host:6379/0.")
    address = broker.get_secret_value()
    backend = environment.achievements_celery_backend
    if backend is None and not address.startswith(_REDIS):
        # rpc://, dagster-celery's default, reports results only to the process that sent the task
        raise SettingsError(
            "Set ACHIEVEMENTS_CELERY_BACKEND: this broker does not store task states. It may be a database, "
            "for example db+postgresql+psycopg2://user@host/celery"
        )
    return {
        "broker": address,
        "backend": backend.get_secret_value() if backend else address,
        "config_source": {
            **DEFAULT_CONFIG,
            # no prefetch: with Redis, tasks held by a killed worker are redelivered only after an hour
            "worker_prefetch_multiplier": 1,
            "worker_disable_prefetch": address.startswith(_REDIS),
            "worker_max_tasks_per_child": 100,
        },
    }


class WatchfulCeleryRunLauncher(CeleryRunLauncher):
    """Launches runs on Celery workers, and detects lost workers.

    If a worker is killed, Celery leaves its task in the state "started" forever, and Dagster considers the run healthy.
    """

    def __init__(
        self, environment: Environment, run_locks: Path, inst_data: ConfigurableClassData | None = None
    ) -> None:
        self._run_locks = run_locks
        super().__init__(default_queue=task_default_queue, inst_data=inst_data, **celery_config(environment))

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        """Ask the worker whether it is executing the run. A run without a task is checked by its process lock."""
        if DAGSTER_CELERY_TASK_ID_TAG not in run.tags:
            is_lost = liveness_of_run(self._run_locks, run.run_id) is Liveness.DEAD
            return CheckRunHealthResult(WorkerStatus.FAILED if is_lost else WorkerStatus.RUNNING)
        health = super().check_run_worker_health(run)
        if health.status is not WorkerStatus.RUNNING:
            return health
        task = run.tags[DAGSTER_CELERY_TASK_ID_TAG]
        worker = (self.celery.AsyncResult(task).info or {}).get("hostname")
        active = self.celery.control.inspect([worker], timeout=_ANSWER_SECONDS, limit=1).query_task(task) or {}
        if task in active.get(worker, {}):
            return health
        # the run may have finished in the meantime
        again = super().check_run_worker_health(run)
        lost = CheckRunHealthResult(WorkerStatus.FAILED, f"Worker {worker} is gone or no longer executes the run.")
        return lost if again.status is WorkerStatus.RUNNING else again


def celery_step_executor(environment: Environment) -> dg.ExecutorDefinition:
    """Return Dagster's Celery executor. The UI shows the names of environment variables, never a password."""
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
    """Return the worker's application, with the tasks for runs and steps."""
    config = celery_config(load_settings().environment)
    app: Celery = make_app(config | {"task_default_queue": task_default_queue})  # type: ignore[no-untyped-call]
    for create in (create_execute_job_task, create_resume_job_task, create_task):
        create(app)
    return app
