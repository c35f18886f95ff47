"""Files that nobody else on this machine can read, whatever the user's umask is: they hold private work."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_OTHERS = 0o077
_DATABASE = "postgres"
"""The folder of the embedded server, which looks after its own: for root it is another user's."""
_usual_umask: int | None = None


@contextmanager
def private_by_default() -> Iterator[None]:
    """Let nobody else read the files that this process and its children make in the block."""
    global _usual_umask  # noqa: PLW0603 - the umask is the process's too
    _usual_umask = os.umask(_OTHERS)
    try:
        yield
    finally:
        os.umask(_usual_umask)
        _usual_umask = None


def share_as_usual(file: Path) -> None:
    """Give a file that the user asked for the mode that the user's umask says."""
    if _usual_umask is not None:
        file.chmod(0o666 & ~_usual_umask)


def make_private_folder(folder: Path) -> None:
    """Make a folder that nobody else can read, or close one that is open, with all that is in it.

    Root's may be passed through: its database server is another user's.
    """
    if not folder.exists():
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(_mode())  # whatever the umask takes away
    if stat.S_IMODE(folder.stat().st_mode) & _OTHERS & ~_mode():
        _close(folder)


def _mode() -> int:
    return 0o711 if os.geteuid() == 0 else 0o700


def _close(folder: Path) -> None:
    folder.chmod(_mode())
    for path in folder.iterdir():
        if path.name != _DATABASE:
            for each in (path, *path.rglob("*")):
                if not each.is_symlink():
                    each.chmod(stat.S_IMODE(each.stat().st_mode) & ~_OTHERS)
