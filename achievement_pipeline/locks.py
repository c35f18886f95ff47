"""Locks on files that the kernel drops when their holder ends, however it ends (flock).

A lock belongs to the open file: a child that inherits the descriptor holds it too, until the last copy is closed. The
files must exist, so that nobody who looks late at a removed folder brings parts of it back.
"""

import logging
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from achievement_pipeline.errors import AchievementPipelineError

if sys.platform != "win32":
    import fcntl

_log = logging.getLogger(__name__)

_POLL_SECONDS = 0.05
_SILENT_SECONDS = 3.0
"""Most locks are free sooner, and nobody wants to read about those."""


class BusyError(AchievementPipelineError):
    """A lock was not free in time."""


@contextmanager
def exclusive(path: Path, purpose: str, *, seconds: float) -> Iterator[int]:
    """Wait until nobody else holds a lock on the file, hold it, and give its descriptor.

    The wait can be interrupted. The file then holds the number of this process, for those who wait.

    Args:
        path: The file, which exists.
        purpose: What the lock is for, in words that follow "Waiting for".
        seconds: The longest wait.

    Raises:
        BusyError: Somebody held it all the time.
    """
    descriptor = os.open(path, os.O_RDWR)
    try:
        _wait(descriptor, path, purpose, seconds)
        with suppress(OSError):  # of a full disk: it is only for people
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield descriptor
    finally:
        unlock(descriptor)


def share(path: Path) -> int:
    """Wait until nobody holds the file exclusively, and return a descriptor that holds a share of it."""
    descriptor = os.open(path, os.O_RDWR)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    return descriptor


def claim(path: Path) -> int | None:
    """Return a descriptor that holds the file exclusively, or nothing where anybody holds a lock on it."""
    descriptor = os.open(path, os.O_RDWR)
    if not _try(descriptor):
        os.close(descriptor)
        return None
    return descriptor


def is_free(path: Path) -> bool:
    """Tell whether nobody holds a lock on the file."""
    descriptor = claim(path)
    if descriptor is None:
        return False
    unlock(descriptor)
    return True


def unlock(descriptor: int) -> None:
    """Drop the lock and close the file; to close it alone would leave the lock to a child that was forked meanwhile."""
    fcntl.flock(descriptor, fcntl.LOCK_UN)
    os.close(descriptor)


def _try(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _wait(descriptor: int, path: Path, purpose: str, seconds: float) -> None:
    begin = time.monotonic()
    is_silent = True
    while not _try(descriptor):
        waited = time.monotonic() - begin
        if waited > seconds:
            raise BusyError(
                f"Waited {seconds:.0f} seconds for {purpose}: {_holder(path)} holds {path}. "
                "Let it finish, or end it if it hangs; then run this again."
            )
        if is_silent and waited > _SILENT_SECONDS:
            _log.warning("Waiting for %s: %s holds %s.", purpose, _holder(path), path)
            is_silent = False
        time.sleep(_POLL_SECONDS)


def _holder(path: Path) -> str:
    try:
        pid = int(path.read_text())
        os.kill(pid, 0)
    except (OSError, ValueError):
        return "another process"
    return f"process {pid}"
