"""Make files unreadable for other users of this machine, whatever the umask: they contain private work."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_OTHERS = 0o077
_DATABASE = "postgres"
"""The folder of the embedded server, which sets its own modes: if root runs it, another user owns the folder."""
_usual_umask: int | None = None


@contextmanager
def private_by_default() -> Iterator[None]:
    """Create files in this block, in this process and its children, without access for other users.

    Blocks may be nested: the demo runs commands within a command.
    """
    global _usual_umask  # noqa: PLW0603 - the umask is the process's too
    outer, replaced = _usual_umask, os.umask(_OTHERS)
    _usual_umask = replaced if outer is None else outer
    try:
        yield
    finally:
        os.umask(replaced)
        _usual_umask = outer


def apply_usual_umask(file: Path) -> None:
    """Give a file that the user exported the mode of the user's own umask."""
    if _usual_umask is not None:
        file.chmod(0o666 & ~_usual_umask)


def make_private_folder(folder: Path) -> None:
    """Create a folder without access for other users, or remove their access to an existing one and its contents.

    Root's folder stays traversable (0711), because its database server runs as another user.
    """
    if not folder.exists():
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(_mode())  # independent of the umask
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
