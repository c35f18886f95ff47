"""The run launcher: runs execute on this machine in preloaded processes, or on Celery workers.

``dagster.yaml`` refers to it. See ``docs/decisions/0006-how-runs-are-started.md``.
"""

import os
import signal
import subprocess
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import dagster as dg

from achievement_pipeline.app.collect.run_locks import Liveness, liveness_of_run, pid_of_run
from achievement_pipeline.defs.instance.compat import (
    CheckRunHealthResult,
    ConfigurableClass,
    ConfigurableClassData,
    ExecuteRunArgs,
    LaunchRunContext,
    RunLauncher,
    WorkerStatus,
)
from achievement_pipeline.settings import CeleryTasks, load_settings
from achievement_pipeline.system.child_processes import child_environment, python_command

_RUN_WORKER = "achievement_pipeline.cli.service.run_worker"
_HEAD_START_SECONDS = 10
"""Seconds before the next process is preloaded: a run for a few commits takes this long, and gets the whole machine."""
_STATUS = {Liveness.ALIVE: WorkerStatus.RUNNING, Liveness.DEAD: WorkerStatus.FAILED}


class WarmRunLauncher(RunLauncher, ConfigurableClass):
    """Launches each run in a process that has already imported everything.

    Importing Dagster and pandas takes five seconds of CPU time, but processing one commit takes only one. So one
    preloaded process waits for the next run; it ends with this object. If a run's process dies, the run is failed at
    once while this object exists, or else by run monitoring. Dagster's run retries then launch it again.
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
        """The configuration in ``dagster.yaml``."""
        return self._inst_data

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        """No configuration: the settings decide."""
        return {}

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Any) -> RunLauncher:  # type: ignore[override]  # noqa: ANN401, ARG003
        """Return the launcher selected by the settings.

        Raises:
            SettingsError: A setting is invalid.
        """
        settings = load_settings()
        environment = settings.environment
        if environment.achievements_celery_broker and environment.achievements_celery_tasks is CeleryTasks.RUNS:
            # requires the extra
            from achievement_pipeline.defs.instance.celery import WatchfulCeleryRunLauncher  # noqa: PLC0415

            return WatchfulCeleryRunLauncher(environment, settings.run_locks_path, inst_data)
        return cls(settings.run_locks_path, inst_data)

    def launch_run(self, context: LaunchRunContext) -> None:
        """Send the run to the preloaded process.

        The next process is preloaded a little later, to not slow this run down.
        """
        run = context.dagster_run
        if run.job_code_origin is None:
            raise dg.DagsterInvariantViolationError(f"Run {run.run_id} has no code origin.")
        order = ExecuteRunArgs(run.job_code_origin, run.run_id, self._instance.get_ref(), set_exit_code_on_failure=True)
        with self._turn:
            process = self._take_waiting()
        self._instance.report_engine_event(f"Executing in process {process.pid}.", run, cls=type(self))
        threading.Thread(
            target=self._supervise, args=(run.run_id, process, dg.serialize_value(order).encode()), daemon=True
        ).start()

    def terminate(self, run_id: str) -> bool:
        """Interrupt the process of a run, whichever process launched it. Return whether there is one."""
        run = self._instance.get_run_by_id(run_id)
        process = pid_of_run(self._run_locks, run_id)
        if run is None or run.is_finished or process is None:
            return False
        self._instance.report_run_canceling(run)
        with suppress(ProcessLookupError):  # it has just ended
            os.kill(process, signal.SIGINT)
        return True

    def dispose(self) -> None:
        """Kill the preloaded process, which has done nothing yet."""
        with self._turn:
            self._is_disposed = True
            if self._waiting:
                with self._waiting:
                    self._waiting.kill()
                self._waiting = None

    @property
    def supports_check_run_worker_health(self) -> bool:
        """Always true."""
        return True

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        """Check the process of a run. A run without a lock belongs to another machine and counts as running."""
        liveness = liveness_of_run(self._run_locks, run.run_id)
        return CheckRunHealthResult(_STATUS.get(liveness, WorkerStatus.RUNNING), f"Process: {liveness.value}.")

    def _take_waiting(self) -> "subprocess.Popen[bytes]":
        """Return the preloaded process, or start one if there is none."""
        taken, self._waiting = self._waiting, None
        return _start() if taken is None or taken.poll() is not None else taken

    def _prepare_next(self) -> None:
        """Preload a process for the next run, unless there is one or this launcher is disposed."""
        with self._turn:
            if self._waiting is None and not self._is_disposed:
                self._waiting = _start()

    def _supervise(self, run_id: str, process: "subprocess.Popen[bytes]", order: bytes) -> None:
        """Send the run to its process, and record how it ends."""
        with suppress(subprocess.TimeoutExpired):
            process.communicate(order, timeout=_HEAD_START_SECONDS)
        self._prepare_next()
        process.wait()
        run = self._instance.get_run_by_id(run_id)
        if run is None or run.is_finished:
            return
        message = f"Process {process.pid} of the run exited unexpectedly with code {process.returncode}."
        if run.status is dg.DagsterRunStatus.CANCELING:
            self._instance.report_run_canceled(run, message)
        else:
            self._instance.report_run_failed(run, message)


def _start() -> "subprocess.Popen[bytes]":
    return subprocess.Popen(python_command(_RUN_WORKER), stdin=subprocess.PIPE, env=child_environment())
