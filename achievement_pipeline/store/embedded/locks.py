"""Locks on files that the kernel drops when their holder ends, however it ends (flock).

A lock belongs to the open file: a child that inherits the descriptor holds it too, until the last copy is closed. The
files must exist, so that nobody who looks late at a removed folder brings parts of it back.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform != "win32":
    import fcntl


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Wait until nobody else holds a lock on the file, and hold it."""
    descriptor = os.open(path, os.O_RDWR)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
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
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
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
