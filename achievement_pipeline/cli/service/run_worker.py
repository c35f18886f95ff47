"""The process of one run: ``python -m achievement_pipeline.cli.service.run_worker``.

It imports all that a run needs, waits for its order (a line of standard input: what ``dagster api execute_run`` takes),
carries it out, and ends. Where none comes it ends with whoever started it.
"""

import os
import sys

import dagster as dg

import achievement_pipeline.definitions  # noqa: F401 - the run finds it imported
from achievement_pipeline.app.collect.run_locks import hold_run_lock
from achievement_pipeline.defs.instance.compat import ExecuteRunArgs, run_executor
from achievement_pipeline.defs.instance.logs import use_console_logger
from achievement_pipeline.settings import load_settings
from achievement_pipeline.system.child_processes import python_command
from achievement_pipeline.system.memory import spare_memory_work


def main() -> None:
    """Wait for an order, and carry it out."""
    spare_memory_work()
    execute_run = run_executor()
    settings = load_settings()
    order = sys.stdin.readline().strip() if len(sys.argv) == 1 else sys.argv[1]
    if not order:
        return
    if load_settings() != settings:  # they changed while this process waited: start again with the order
        os.execv(sys.executable, python_command("achievement_pipeline.cli.service.run_worker", order))  # noqa: S606
    use_console_logger(settings.environment.achievements_log_format)
    run_id = dg.deserialize_value(order, ExecuteRunArgs).run_id
    with hold_run_lock(settings.run_locks_path, run_id):
        execute_run(order)


if __name__ == "__main__":
    main()
