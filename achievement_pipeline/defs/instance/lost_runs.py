"""Find and fail lost runs, whose process is gone.

A run's process holds a lock that the kernel releases when it ends (`run_locks`). A lost run would stay "started":
sensors would skip its repository, and it would occupy a slot of the queue.
"""

from pathlib import Path

import dagster as dg

from achievement_pipeline.app.collect.run_locks import Liveness, liveness_of_run
from achievement_pipeline.defs.instance.compat import NOT_FINISHED_STATUSES
from achievement_pipeline.defs.instance.failures import label

_REASON = "The process of the run was killed, or the machine stopped."


def end_lost_runs(instance: dg.DagsterInstance, locks: Path) -> None:
    """Fail the lost runs of this machine, and remove stale locks.

    Args:
        instance: The Dagster instance.
        locks: Folder of the locks held by run processes.
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
    """Return the unfinished runs of this machine whose process is gone."""
    dead = [file.name for file in _dead(locks)]
    return list(instance.get_runs(dg.RunsFilter(run_ids=dead, statuses=NOT_FINISHED_STATUSES))) if dead else []


def _dead(locks: Path) -> list[Path]:
    return [file for file in locks.glob("[!.]*") if liveness_of_run(locks, file.name) is Liveness.DEAD]
