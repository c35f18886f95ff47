"""Choose the folder of the server's files, and the user that runs it.

PostgreSQL refuses to run as root. If this process is root, an existing unprivileged user runs the server: no user is
added, and no folder's mode is changed. If that user can't enter the wanted folder, a system folder is used instead.
"""

import hashlib
import os
import stat
import sys
from dataclasses import dataclass
from pathlib import Path

from achievement_pipeline.errors import StoreError
from achievement_pipeline.system.paths import expand_home

if sys.platform != "win32":
    import pwd

PORT = 5432
"""Part of the socket's file name. Nothing listens on the network."""

_SYSTEM_FOLDER = Path("/var/lib/achievement-pipeline")
_WANTED = "data-folder"
_UNPRIVILEGED = ("postgres", "_postgres", "nobody")
_MAX_SOCKET_PATH = 103
"""Bytes. The limit, including the final zero, is 104 on macOS and 108 on Linux."""


@dataclass(frozen=True)
class Account:
    """The user and group id of an unprivileged user."""

    uid: int
    gid: int

    def may_enter(self, folder: Path) -> bool:
        """Return whether the modes of the folder and its parents let the user enter. Missing folders do."""
        return all(self._may_search(part.stat()) for part in (folder, *folder.parents) if part.exists())

    def _may_search(self, folder: os.stat_result) -> bool:
        if folder.st_uid == self.uid:
            return bool(folder.st_mode & stat.S_IXUSR)
        if folder.st_gid == self.gid:
            return bool(folder.st_mode & stat.S_IXGRP)
        return bool(folder.st_mode & stat.S_IXOTH)


@dataclass(frozen=True)
class ServerLocation:
    """The folder of a server's files, and the user that runs it.

    Attributes:
        home: The folder in use.
        account: The user that runs the server; None for the user of this process.
        wanted: The requested folder. `home` differs if the account can't enter it.
    """

    home: Path
    account: Account | None
    wanted: Path

    @property
    def socket_folder(self) -> Path:
        """The folder of the socket: in `home`, or in /tmp if its path would be too long or misparsed."""
        folder = self.home / "socket"
        path = folder / f".s.PGSQL.{PORT}"
        misread = set(',"') & set(str(path))  # a comma separates hosts for clients, a quote ends names for the server
        if len(os.fsencode(path)) <= _MAX_SOCKET_PATH and not misread:
            return folder
        return Path("/tmp") / f"achievement-pipeline-{_fingerprint(self.home)}"  # noqa: S108 - its owner is checked


def record_wanted_folder(location: ServerLocation) -> None:
    """Store the data folder that a server in the system folder belongs to."""
    if location.home != location.wanted:
        (location.home / _WANTED).write_text(f"{location.wanted}\n")


def find_abandoned() -> list[tuple[Path, str]]:
    """Return the servers in the system folder whose data folder is gone, each with the path of that folder."""
    try:
        homes = sorted(home for home in _SYSTEM_FOLDER.iterdir() if (home / "data").exists())
    except OSError:  # it does not exist, or this user may not read it
        return []
    noted = [(home, (home / _WANTED).read_text().strip() if (home / _WANTED).exists() else "") for home in homes]
    return [(home, wanted) for home, wanted in noted if not wanted or not Path(wanted).exists()]


def choose_location(wanted: Path) -> ServerLocation:
    """Return the location of the server for the folder `wanted`. Existing data is never moved.

    Raises:
        StoreError: There is no unprivileged user to run root's server, or that user can't reach the existing data.
    """
    wanted = expand_home(wanted).resolve()
    if os.geteuid() != 0:
        return ServerLocation(wanted, None, wanted)
    elsewhere = _SYSTEM_FOLDER / _fingerprint(wanted)
    if (elsewhere / "data").exists():
        return ServerLocation(elsewhere, _owner(elsewhere / "data"), wanted)
    if (wanted / "data").exists():
        account = _owner(wanted / "data")
        if not account.may_enter(wanted):
            raise StoreError(
                f"The database in {wanted} belongs to the user with id {account.uid}, who may not enter a folder above "
                "it. Let that user enter (chmod o+x), or move the database to a folder that the user can enter."
            )
        return ServerLocation(wanted, account, wanted)
    account = _unprivileged()
    return ServerLocation(wanted if account.may_enter(wanted) else elsewhere, account, wanted)


def _fingerprint(folder: Path) -> str:
    return hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]


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
