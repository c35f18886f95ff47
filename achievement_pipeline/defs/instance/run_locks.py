"""Tells whether the process of a run lives: it holds a lock that the kernel drops with it, however it ends."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path

from achievement_pipeline import locks


class Life(Enum):
    """What the lock of a run tells."""

    LIVES = "lives"
    DIED = "died"
    UNKNOWN = "unknown"
    """There is no lock: its process has ended as it should, or is not one of this machine's service."""


@contextmanager
def hold_run_lock(folder: Path, run_id: str) -> Iterator[None]:
    """Be the process of a run. Its file appears with the lock on it, so that nobody takes a new run for a dead one."""
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


def life_of_run(folder: Path, run_id: str) -> Life:
    """Tell whether the process of a run lives."""
    try:
        return Life.DIED if locks.is_free(folder / run_id) else Life.LIVES
    except FileNotFoundError:
        return Life.UNKNOWN


def process_of_run(folder: Path, run_id: str) -> int | None:
    """Return the process of a run, nothing where it does not live."""
    if life_of_run(folder, run_id) is not Life.LIVES:
        return None
    words = (folder / run_id).read_text()
    return int(words) if words.isdecimal() else None
