"""The run launcher: runs execute on this machine in preloaded processes, or on Celery workers.

``dagster.yaml`` refers to it. See ``docs/decisions/0006-how-runs-are-started.md``.
"""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, cast

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

ONCE = "--once"
"""Option of the warm process: it executes one run itself, without a fork."""
_WARM_PROCESS = "achievement_pipeline.cli.service.run_worker"
_CAN_FORK = sys.platform != "darwin"
"""On macOS, system libraries may start threads, and a fork of such a process may crash."""
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "JE_ARROW_MALLOC_CONF": "background_thread:false"}
"""So that the imports of a process that forks start no threads."""
_STATUS = {Liveness.ALIVE: WorkerStatus.RUNNING, Liveness.DEAD: WorkerStatus.FAILED}


class WarmRunLauncher(RunLauncher, ConfigurableClass):
    """Launches each run in a fork of a process that has already imported everything.

    Importing Dagster and pandas takes five seconds of CPU time, but processing one commit takes only one. The process
    is started for the first run, and ends with this object. If a run's process dies, the run is failed at once while
    this object exists, or else by run monitoring. Dagster's run retries then launch it again.

    Args:
        run_locks: Folder of the locks held by run processes.
        inst_data: The configuration in ``dagster.yaml``.
        can_fork: Whether the process forks. If not, it executes one run, and the next process is started afterwards.
    """

    def __init__(
        self, run_locks: Path, inst_data: ConfigurableClassData | None = None, *, can_fork: bool = _CAN_FORK
    ) -> None:
        self._run_locks = run_locks
        self._inst_data = inst_data
        self._can_fork = can_fork
        self._turn = threading.Lock()
        self._warm: _WarmProcess | None = None
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
        """Send the run to the warm process."""
        run = context.dagster_run
        if run.job_code_origin is None:
            raise dg.DagsterInvariantViolationError(f"Run {run.run_id} has no code origin.")
        order = ExecuteRunArgs(run.job_code_origin, run.run_id, self._instance.get_ref(), set_exit_code_on_failure=True)
        with self._turn:
            warm = self._warm_process()
            warm.execute(run.run_id, dg.serialize_value(order))
            if not self._can_fork:
                self._warm = None

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
        """Kill the warm process. Its forks go on."""
        with self._turn:
            self._is_disposed = True
            warm, self._warm = self._warm, None
        if warm:
            warm.kill()

    @property
    def supports_check_run_worker_health(self) -> bool:
        """Always true."""
        return True

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        """Check the process of a run. A run without a lock belongs to another machine and counts as running."""
        liveness = liveness_of_run(self._run_locks, run.run_id)
        return CheckRunHealthResult(_STATUS.get(liveness, WorkerStatus.RUNNING), f"Process: {liveness.value}.")

    def _warm_process(self) -> "_WarmProcess":
        """Return the warm process; start it if there is none."""
        if self._warm is None or not self._warm.is_alive:
            self._warm = _WarmProcess(self._settle, () if self._can_fork else (ONCE,))
        return self._warm

    def _settle(self, run_id: str, exit_code: int) -> None:
        """Record how a run ended if its process did not, and have a warm process for the next run."""
        with self._turn:
            if self._is_disposed:  # run monitoring records it
                return
            self._warm_process()
        if liveness_of_run(self._run_locks, run_id) is Liveness.ALIVE:  # only what it was forked from has ended
            return
        run = self._instance.get_run_by_id(run_id)
        if run is None or run.is_finished:
            return
        message = f"The process of the run exited unexpectedly with code {exit_code}."
        if run.status is dg.DagsterRunStatus.CANCELING:
            self._instance.report_run_canceled(run, message)
        else:
            self._instance.report_run_failed(run, message)


class _WarmProcess:
    """A process that has imported all that a run needs, and executes runs.

    Args:
        on_end: Called in a thread of its own with the id and the exit code of a run that ended, or that the process
            left behind when it ended itself.
        arguments: Of the process.
    """

    def __init__(self, on_end: Callable[[str, int], None], arguments: Sequence[str]) -> None:
        self._on_end = on_end
        self._runs: set[str] = set()
        self._process = subprocess.Popen(
            python_command(_WARM_PROCESS, *arguments),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=child_environment(**_ONE_THREAD),
        )
        self._orders, self._reports = cast("IO[str]", self._process.stdin), cast("IO[str]", self._process.stdout)
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    @property
    def is_alive(self) -> bool:
        """Whether the process has not ended."""
        return self._process.poll() is None

    def execute(self, run_id: str, order: str) -> None:
        """Send the order of a run; the process takes it up when it has imported everything."""
        self._runs.add(run_id)
        self._orders.write(f"{order}\n")
        self._orders.flush()

    def kill(self) -> None:
        """Kill the process."""
        self._process.kill()
        self._listener.join()

    def _listen(self) -> None:
        with self._process:
            for report in self._reports:
                run_id, exit_code = report.split()
                self._end(run_id, int(exit_code))
        for run_id in tuple(self._runs):
            self._end(run_id, self._process.returncode)

    def _end(self, run_id: str, exit_code: int) -> None:
        self._runs.remove(run_id)
        threading.Thread(target=self._on_end, args=(run_id, exit_code), daemon=True).start()
