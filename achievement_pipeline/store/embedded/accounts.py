"""Whose processes the server's are, and where its data may lie then.

PostgreSQL refuses to run as root. For root an existing unprivileged user runs it: none is added for it, and no folder
of others is opened to it. Where it can't enter the wanted folder, a folder of the system takes its place.
"""

import hashlib
import os
import stat
import sys
from dataclasses import dataclass
from pathlib import Path

from achievement_pipeline.errors import StoreError

if sys.platform != "win32":
    import pwd

_SYSTEM_FOLDER = Path("/var/lib/achievement-pipeline")
_UNPRIVILEGED = ("postgres", "_postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """The ids of a user that is not root."""

    uid: int
    gid: int

    def may_enter(self, folder: Path) -> bool:
        """Tell whether the mode bits of the folder and all above it let the account pass; missing ones will."""
        return all(self._may_search(part.stat()) for part in (folder, *folder.parents) if part.exists())

    def _may_search(self, folder: os.stat_result) -> bool:
        if folder.st_uid == self.uid:
            return bool(folder.st_mode & stat.S_IXUSR)
        if folder.st_gid == self.gid:
            return bool(folder.st_mode & stat.S_IXGRP)
        return bool(folder.st_mode & stat.S_IXOTH)


@dataclass(frozen=True)
class Place:
    """Where the server keeps its files, and the account that it needs there; none: that of this process."""

    home: Path
    account: Account | None
    wanted: Path

    @property
    def is_elsewhere(self) -> bool:
        """Tell whether the files lie in another folder than the wanted one."""
        return self.home != self.wanted


def choose_place(wanted: Path) -> Place:
    """Return where the server that belongs into the folder `wanted` lives: always where its data already is.

    Raises:
        StoreError: Root has no unprivileged user to run a server, or that user can't reach the data that is there.
    """
    wanted = wanted.expanduser().resolve()
    if os.geteuid() != 0:
        return Place(wanted, None, wanted)
    elsewhere = _SYSTEM_FOLDER / hashlib.sha256(os.fsencode(wanted)).hexdigest()[:16]
    if (elsewhere / "data").exists():
        return Place(elsewhere, _owner(elsewhere / "data"), wanted)
    if (wanted / "data").exists():
        account = _owner(wanted / "data")
        if not account.may_enter(wanted):
            raise StoreError(
                f"The database in {wanted} belongs to the user with id {account.uid}, whom a folder above it keeps "
                "out. Let that user pass (chmod o+x), or move the folder to where that user can enter."
            )
        return Place(wanted, account, wanted)
    account = _unprivileged()
    return Place(wanted if account.may_enter(wanted) else elsewhere, account, wanted)


def _owner(data: Path) -> Account:
    folder = data.stat()
    return Account(folder.st_uid, folder.st_gid)


def _unprivileged() -> Account:
    users = {user.pw_name: user for user in pwd.getpwall()}
    user = next((users[name] for name in _UNPRIVILEGED if name in users), None)
    if user is None:
        raise StoreError(
            "PostgreSQL does not run as root, and this system has no user 'postgres' or 'nobody' to run it. Run "
            "this as an ordinary user, or set DATABASE_URL to a PostgreSQL server."
        )
    return Account(user.pw_uid, user.pw_gid)
