"""File locks (flock), which the kernel releases when their holder exits or is killed.

A lock belongs to the open file: a child process that inherits the descriptor holds the lock too, until the last copy is
closed. The file must exist: creating it could bring back parts of a folder that was just removed.
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
"""Wait this long before logging. Most locks are free sooner."""


class BusyError(AchievementPipelineError):
    """A lock was not free in time."""


@contextmanager
def exclusive(path: Path, purpose: str, *, seconds: float) -> Iterator[int]:
    """Hold an exclusive lock on a file, and yield its descriptor.

    The wait can be interrupted. While the lock is held, the file contains the id of this process, for messages.

    Args:
        path: An existing file.
        purpose: The purpose of the lock, for messages: "Waiting for PURPOSE".
        seconds: The maximum wait.

    Raises:
        BusyError: Another process held the lock all the time.
    """
    descriptor = os.open(path, os.O_RDWR)
    try:
        _wait(descriptor, path, purpose, seconds)
        with suppress(OSError):  # a full disk: the process id is only for messages
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield descriptor
    finally:
        unlock(descriptor)


def share(path: Path) -> int:
    """Wait for a shared lock, and return the descriptor that holds it."""
    descriptor = os.open(path, os.O_RDWR)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    return descriptor


def claim(path: Path) -> int | None:
    """Return a descriptor that holds an exclusive lock on a file or folder, or None if another process holds a lock."""
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    if not _try(descriptor):
        os.close(descriptor)
        return None
    return descriptor


def is_free(path: Path) -> bool:
    """Return whether no process holds a lock on the file."""
    descriptor = claim(path)
    if descriptor is None:
        return False
    unlock(descriptor)
    return True


def unlock(descriptor: int) -> None:
    """Release the lock and close the file. Closing alone would leave the lock to a child forked in the meantime."""
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
                "Wait for it, or kill it if it hangs; then run this again."
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
