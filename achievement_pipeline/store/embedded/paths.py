"""Where the server keeps its files, and whose processes it is made of.

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

PORT = 5432
"""Only names the socket's file: nothing listens on the network."""

_SYSTEM_FOLDER = Path("/var/lib/achievement-pipeline")
_WANTED = "data-folder"
_UNPRIVILEGED = ("postgres", "_postgres", "nobody")
_MAX_SOCKET_PATH = 103
"""Bytes: macOS has room for 104 with the final zero, Linux for 108."""


@dataclass(frozen=True)
class Account:
    """The ids of a user that is not root."""

    uid: int
    gid: int

    def may_enter(self, folder: Path) -> bool:
        """Tell whether the modes of the folder and of all above it let the user pass; a missing one will."""
        return all(self._may_search(part.stat()) for part in (folder, *folder.parents) if part.exists())

    def _may_search(self, folder: os.stat_result) -> bool:
        if folder.st_uid == self.uid:
            return bool(folder.st_mode & stat.S_IXUSR)
        if folder.st_gid == self.gid:
            return bool(folder.st_mode & stat.S_IXGRP)
        return bool(folder.st_mode & stat.S_IXOTH)


@dataclass(frozen=True)
class Place:
    """The folder `home` of a server that belongs into the folder `wanted`, and the account that runs it there.

    Without an account it is run by the user of this process.
    """

    home: Path
    account: Account | None
    wanted: Path

    @property
    def socket_folder(self) -> Path:
        """The folder of the socket: below the home, or below /tmp where its path would be too long or misread."""
        folder = self.home / "socket"
        path = folder / f".s.PGSQL.{PORT}"
        misread = set(',"') & set(str(path))  # the one separates hosts for clients, the other ends names for the server
        if len(os.fsencode(path)) <= _MAX_SOCKET_PATH and not misread:
            return folder
        return Path("/tmp") / f"achievement-pipeline-{_fingerprint(self.home)}"  # noqa: S108 - its owner is checked


def note_wanted(place: Place) -> None:
    """Write down, beside a database in the system's folder, which data folder it belongs to."""
    if place.home != place.wanted:
        (place.home / _WANTED).write_text(f"{place.wanted}\n")


def find_abandoned() -> list[tuple[Path, str]]:
    """Return the databases in the system's folder whose data folders are gone, each with where that was."""
    try:
        homes = sorted(home for home in _SYSTEM_FOLDER.iterdir() if (home / "data").exists())
    except OSError:  # there is none, or it is not this user's to look at
        return []
    noted = [(home, (home / _WANTED).read_text().strip() if (home / _WANTED).exists() else "") for home in homes]
    return [(home, wanted) for home, wanted in noted if not wanted or not Path(wanted).exists()]


def choose_place(wanted: Path) -> Place:
    """Return where the server that belongs into the folder `wanted` lives: always where its data already is.

    Raises:
        StoreError: Root has no unprivileged user to run a server, or that user can't reach the data that is there.
    """
    wanted = wanted.expanduser().resolve()
    if os.geteuid() != 0:
        return Place(wanted, None, wanted)
    elsewhere = _SYSTEM_FOLDER / _fingerprint(wanted)
    if (elsewhere / "data").exists():
        return Place(elsewhere, _owner(elsewhere / "data"), wanted)
    if (wanted / "data").exists():
        account = _owner(wanted / "data")
        if not account.may_enter(wanted):
            raise StoreError(
                f"The database in {wanted} belongs to the user with id {account.uid}, whom a folder above it keeps "
                "out. Let that user pass (chmod o+x), or move the database to where that user can enter."
            )
        return Place(wanted, account, wanted)
    account = _unprivileged()
    return Place(wanted if account.may_enter(wanted) else elsewhere, account, wanted)


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
