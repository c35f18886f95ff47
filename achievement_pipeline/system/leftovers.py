"""Folders and files that last as long as the work on them, whatever becomes of the process that does it.

Their owner holds a lock on each, and the kernel drops it when the owner ends. Whoever makes the next one of a kind
removes those that nobody holds any more.
"""

import contextlib
import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from achievement_pipeline.system import locks

_UNFINISHED = ".unfinished"


@contextmanager
def temporary_folder(prefix: str) -> Iterator[Path]:
    """Make a folder among the system's temporary files, and remove it in the end.

    Args:
        prefix: What the names of all folders of this kind begin with.
    """
    _sweep(Path(tempfile.gettempdir()), prefix, "")
    folder, lock = _hold(lambda: Path(tempfile.mkdtemp(prefix=prefix)))
    try:
        yield folder
    finally:
        _remove(folder)
        locks.unlock(lock)


@contextmanager
def unfinished(path: Path, mode: int = 0o666) -> Iterator[Path]:
    """Give a file to write to, which takes the place of another one at the end of the block, unless that fails.

    Args:
        path: The other one, which may not exist yet.
        mode: Permissions, of which the umask takes its part away.
    """
    prefix = f".{path.name}."
    _sweep(path.parent, prefix, _UNFINISHED)

    def make() -> Path:
        new = path.with_name(f"{prefix}{uuid.uuid4().hex}{_UNFINISHED}")
        os.close(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode))
        return new

    new, lock = _hold(make)
    try:
        yield new
        new.replace(path)
    except BaseException:
        _remove(new)
        raise
    finally:
        locks.unlock(lock)


def write_whole(path: Path, content: bytes, mode: int = 0o666) -> None:
    """Write a file; whoever reads it meanwhile sees the old one, or all of the new one.

    Raises:
        OSError: It can't be written; the old one is as it was.
    """
    with unfinished(path, mode) as new:
        new.write_bytes(content)


def _hold(make: Callable[[], Path]) -> tuple[Path, int]:
    """Make something and lock it; another one where it was taken for a leftover before it was locked."""
    while True:
        path = make()
        with contextlib.suppress(FileNotFoundError):
            lock = locks.claim(path)
            if lock is not None and path.exists():
                return path, lock
            if lock is not None:
                locks.unlock(lock)


def _sweep(folder: Path, prefix: str, suffix: str) -> None:
    """Remove what is the user's own in a folder by its name, and nobody works on."""
    for leftover in [each for each in folder.iterdir() if each.name.startswith(prefix) and each.name.endswith(suffix)]:
        with contextlib.suppress(OSError):  # another process was quicker
            if leftover.is_symlink() or leftover.stat().st_uid != os.geteuid():
                continue
            lock = locks.claim(leftover)
            if lock is not None:
                _remove(leftover)
                locks.unlock(lock)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
