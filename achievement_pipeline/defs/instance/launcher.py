"""Where runs are executed: on this machine, in processes that have imported everything beforehand, or by Celery.

Named by ``dagster.yaml``; why it is so: ``docs/decisions/0006-how-runs-are-started.md``.
"""

import os
import signal
import subprocess
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import dagster as dg

from achievement_pipeline.child_processes import child_environment, python_command
from achievement_pipeline.defs.instance.compat import (
    CheckRunHealthResult,
    ConfigurableClass,
    ConfigurableClassData,
    ExecuteRunArgs,
    LaunchRunContext,
    RunLauncher,
    WorkerStatus,
)
from achievement_pipeline.defs.instance.run_locks import Life, life_of_run, process_of_run
from achievement_pipeline.settings import CeleryTasks, load_settings

_RUN_WORKER = "achievement_pipeline.cli.service.run_worker"
_HEAD_START_SECONDS = 10
"""What a run for a few commits takes: so long it has the machine to itself."""
_STATUS = {Life.LIVES: WorkerStatus.RUNNING, Life.DIED: WorkerStatus.FAILED}


class WarmRunLauncher(RunLauncher, ConfigurableClass):
    """Starts each run in a process that has imported everything beforehand.

    To import Dagster and pandas takes a process five seconds of processor time, the work of one commit takes one. So a
    process that has done the former waits for the next run; it ends with the one that this object lives in. A run whose
    process died is failed at once where this object lives on, else when run monitoring asks. Dagster's run retries then
    start it again.
    """

    def __init__(self, run_locks: Path, inst_data: ConfigurableClassData | None = None) -> None:
        self._run_locks = run_locks
        self._inst_data = inst_data
        self._turn = threading.Lock()
        self._waiting: subprocess.Popen[bytes] | None = None
        self._is_disposed = False
        super().__init__()  # type: ignore[no-untyped-call]

    @property
    def inst_data(self) -> ConfigurableClassData | None:
        """What ``dagster.yaml`` says of it."""
        return self._inst_data

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        """Take no configuration: the settings decide."""
        return {}

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Any) -> RunLauncher:  # type: ignore[override]  # noqa: ANN401, ARG003
        """Return the launcher that the settings ask for.

        Raises:
            SettingsError: A setting is wrong.
        """
        settings = load_settings()
        environment = settings.environment
        if environment.achievements_celery_broker and environment.achievements_celery_tasks is CeleryTasks.RUNS:
            # imported here, as it needs the extra
            from achievement_pipeline.defs.instance.celery import WatchfulCeleryRunLauncher  # noqa: PLC0415

            return WatchfulCeleryRunLauncher(environment, settings.run_locks_path, inst_data)
        return cls(settings.run_locks_path, inst_data)

    def launch_run(self, context: LaunchRunContext) -> None:
        """Hand the run to the process that waits; that for the next starts a little later, not in the way of this."""
        run = context.dagster_run
        if run.job_code_origin is None:
            raise dg.DagsterInvariantViolationError(f"Run {run.run_id} does not say where its code is.")
        order = ExecuteRunArgs(run.job_code_origin, run.run_id, self._instance.get_ref(), set_exit_code_on_failure=True)
        with self._turn:
            process = self._take_waiting()
        self._instance.report_engine_event(f"The run goes to process {process.pid}.", run, cls=type(self))
        threading.Thread(
            target=self._attend, args=(run.run_id, process, dg.serialize_value(order).encode()), daemon=True
        ).start()

    def terminate(self, run_id: str) -> bool:
        """Interrupt the process of a run, wherever it was started; tell whether there is one."""
        run = self._instance.get_run_by_id(run_id)
        process = process_of_run(self._run_locks, run_id)
        if run is None or run.is_finished or process is None:
            return False
        self._instance.report_run_canceling(run)
        with suppress(ProcessLookupError):  # it has ended at this moment
            os.kill(process, signal.SIGINT)
        return True

    def dispose(self) -> None:
        """End the process that waits: it has done nothing yet."""
        with self._turn:
            self._is_disposed = True
            if self._waiting:
                with self._waiting:
                    self._waiting.kill()
                self._waiting = None

    @property
    def supports_check_run_worker_health(self) -> bool:
        """It does."""
        return True

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        """Tell whether the process of a run lives; one without a lock is another machine's, and is taken to."""
        life = life_of_run(self._run_locks, run.run_id)
        return CheckRunHealthResult(_STATUS.get(life, WorkerStatus.RUNNING), f"Its process: {life.value}.")

    def _take_waiting(self) -> "subprocess.Popen[bytes]":
        """Return the process that waits, a new one where there is none or it has ended."""
        taken, self._waiting = self._waiting, None
        return _start() if taken is None or taken.poll() is not None else taken

    def _prepare_next(self) -> None:
        """Start the process that waits for the next run, unless there is one or no more runs are to come."""
        with self._turn:
            if self._waiting is None and not self._is_disposed:
                self._waiting = _start()

    def _attend(self, run_id: str, process: "subprocess.Popen[bytes]", order: bytes) -> None:
        """Give the process its order, and see how it ends."""
        with suppress(subprocess.TimeoutExpired):
            process.communicate(order, timeout=_HEAD_START_SECONDS)
        self._prepare_next()
        process.wait()
        run = self._instance.get_run_by_id(run_id)
        if run is None or run.is_finished:
            return
        message = f"Process {process.pid} of the run ended without a word, with code {process.returncode}."
        if run.status is dg.DagsterRunStatus.CANCELING:
            self._instance.report_run_canceled(run, message)
        else:
            self._instance.report_run_failed(run, message)


def _start() -> "subprocess.Popen[bytes]":
    return subprocess.Popen(python_command(_RUN_WORKER), stdin=subprocess.PIPE, env=child_environment())
