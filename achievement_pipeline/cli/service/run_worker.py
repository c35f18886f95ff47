"""The process that runs are forked from: ``python -m achievement_pipeline.cli.service.run_worker``.

It imports all that a run needs, once. Each line of standard input is an order: what ``dagster api execute_run`` takes.
A fork of this process executes it, with everything imported; when it ends, the id of the run and its exit code are a
line of standard output. At the end of its input this process ends, and its forks go on.
"""

import gc
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

import dagster as dg

import achievement_pipeline.definitions  # noqa: F401 - the run finds it imported
from achievement_pipeline.app.collect.run_locks import hold_run_lock
from achievement_pipeline.defs.instance import storage  # noqa: F401 - as above
from achievement_pipeline.defs.instance.compat import ExecuteRunArgs, run_executor
from achievement_pipeline.defs.instance.launcher import ONCE
from achievement_pipeline.defs.instance.logs import use_console_logger
from achievement_pipeline.settings import load_settings
from achievement_pipeline.system.child_processes import python_command
from achievement_pipeline.system.memory import spare_memory_work


def main() -> None:
    """Execute the order that is given as argument; that of standard input (``--once``); or each of them in a fork."""
    spare_memory_work()
    execute_run = run_executor()
    settings = load_settings()
    match sys.argv[1:]:
        case []:
            order = _order_in_fork()
        case [option] if option == ONCE:
            order = sys.stdin.readline().strip()
            _leave_pipes()
        case [order]:
            pass
    if not order:
        return
    if load_settings() != settings:  # they changed while this process waited: start again with the order
        os.execv(sys.executable, python_command("achievement_pipeline.cli.service.run_worker", order))  # noqa: S606
    use_console_logger(settings.environment.achievements_log_format)
    with hold_run_lock(settings.run_locks_path, _run_id(order)):
        execute_run(order)


def _order_in_fork() -> str:
    """Fork for each order of standard input. Return it in the fork, and nothing in this process at the end of input."""
    runs: dict[int, str] = {}

    def report(*_: object) -> None:
        while runs:
            process, status = os.waitpid(-1, os.WNOHANG)
            if not process:
                return
            with suppress(BrokenPipeError):  # nobody is there to be interested
                os.write(sys.stdout.fileno(), f"{runs.pop(process)} {os.waitstatus_to_exitcode(status)}\n".encode())

    signal.signal(signal.SIGCHLD, report)
    gc.freeze()  # a fork need not look for garbage in, and so copy, what was imported
    for line in sys.stdin:
        order = line.strip()
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
        process = os.fork()
        if not process:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        runs[process] = _run_id(order)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
        if not process:
            _leave_pipes()
            return order
    return ""


def _leave_pipes() -> None:
    """Leave the pipes of orders and reports: this process's input is empty, and it prints where its errors go."""
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), sys.stdin.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())


def _run_id(order: str) -> str:
    return dg.deserialize_value(order, ExecuteRunArgs).run_id


if __name__ == "__main__":
    main()
