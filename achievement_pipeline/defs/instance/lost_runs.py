"""Runs whose process is gone: they are ended, so that nothing waits for them.

The process of a run holds a lock that the kernel drops with it (`run_locks`). A run that nobody ends stays "started":
the sensors leave its repository alone, and it takes one of the places that the queue has.
"""

from pathlib import Path

import dagster as dg

from achievement_pipeline.defs.instance.compat import NOT_FINISHED_STATUSES
from achievement_pipeline.defs.instance.failures import label
from achievement_pipeline.defs.instance.run_locks import Life, life_of_run

_REASON = "Its process ended before it was done: it was killed, or the machine stopped."


def end_lost_runs(instance: dg.DagsterInstance, locks: Path) -> None:
    """Fail the runs of this machine whose process is gone, and remove what is left of their locks.

    Args:
        instance: Where the runs are recorded.
        locks: The folder of the locks that the processes of runs hold.
    """
    for run in find_lost_runs(instance, locks):
        if run.status is dg.DagsterRunStatus.CANCELING:
            instance.report_run_canceled(run, _REASON)
        else:
            instance.report_run_failed(run, _REASON)
            label(instance, run.run_id, _REASON)
    for file in _dead(locks):
        recorded = instance.get_run_by_id(file.name)
        if recorded is None or recorded.is_finished:
            file.unlink(missing_ok=True)


def find_lost_runs(instance: dg.DagsterInstance, locks: Path) -> list[dg.DagsterRun]:
    """Return the runs that are not finished and whose process, on this machine, is gone."""
    dead = [file.name for file in _dead(locks)]
    return list(instance.get_runs(dg.RunsFilter(run_ids=dead, statuses=NOT_FINISHED_STATUSES))) if dead else []


def _dead(locks: Path) -> list[Path]:
    return [file for file in locks.glob("[!.]*") if life_of_run(locks, file.name) is Life.DIED]
