"""Detect whether the process of a run is alive. It holds a lock that the kernel releases however it ends."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path

from achievement_pipeline.system import locks


class Liveness(Enum):
    """State of a run's lock."""

    ALIVE = "alive"
    DEAD = "dead"
    UNKNOWN = "unknown"
    """There is no lock: the process ended normally, or runs elsewhere."""


@contextmanager
def hold_run_lock(folder: Path, run_id: str) -> Iterator[None]:
    """Hold the lock of a run. The file appears already locked, so that a new run is never taken for a dead one."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file, unfinished = folder / run_id, folder / f".{run_id}"
    unfinished.write_text(str(os.getpid()))
    held = locks.share(unfinished)
    unfinished.rename(file)
    try:
        yield
    finally:
        file.unlink(missing_ok=True)
        locks.unlock(held)


def liveness_of_run(folder: Path, run_id: str) -> Liveness:
    """Return whether the process of a run is alive."""
    try:
        return Liveness.DEAD if locks.is_free(folder / run_id) else Liveness.ALIVE
    except FileNotFoundError:
        return Liveness.UNKNOWN


def pid_of_run(folder: Path, run_id: str) -> int | None:
    """Return the process id of a run, or None if it is not alive."""
    if liveness_of_run(folder, run_id) is not Liveness.ALIVE:
        return None
    words = (folder / run_id).read_text()
    return int(words) if words.isdecimal() else None
