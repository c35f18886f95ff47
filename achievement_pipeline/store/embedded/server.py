"""The embedded server as its users see it: take a share in it, and it runs; give the share back, and it stops."""

import atexit
import logging
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import achievement_pipeline
from achievement_pipeline.errors import StoreError
from achievement_pipeline.store.embedded import locks
from achievement_pipeline.store.embedded.accounts import Place, choose_place
from achievement_pipeline.store.embedded.cluster import PORT, ROLE, Cluster

_log = logging.getLogger(__name__)

_PARAMETERS = {
    "port": str(PORT),
    "client_encoding": "utf8",
    "options": "-c TimeZone=UTC",
    "gssencmode": "disable",
    "channel_binding": "disable",
    "target_session_attrs": "any",
}
"""Given even where they are libpq's defaults: else the user's PGPORT, PGOPTIONS and the like would take their place."""


class EmbeddedPostgres:
    """A PostgreSQL server in the folder `home`, shared by every process that holds a share in it.

    ::

        with EmbeddedPostgres(home) as server:
            engine = create_engine(server.url("achievements"))

    A share is a lock that the kernel drops with its process, so a killed user counts as gone. Beside the server runs a
    guard (`achievement_pipeline.store.embedded.guard`) that stops it when the last user was killed, and starts it again
    when it was killed itself.

    Root's server runs as ``postgres`` or ``nobody``. Where these can't enter `home`, its files lie in
    ``/var/lib/achievement-pipeline`` instead.

    Raises:
        StoreError: The system is Windows, or root has no user to run the server as.
    """

    def __init__(self, home: Path) -> None:
        if sys.platform == "win32":
            raise StoreError("The embedded database needs Linux or macOS. Set DATABASE_URL to a PostgreSQL server.")
        self._place = choose_place(home)
        self._cluster = Cluster(self._place.home, self._place.account)
        self._share: int | None = None

    def __enter__(self) -> Self:
        """Take a share."""
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Give the share back."""
        self.release()

    @property
    def home(self) -> Path:
        """The folder of the server's files: the wanted one, or root's place for it."""
        return self._place.home

    @property
    def log(self) -> Path:
        """What the server has to say."""
        return self._cluster.log

    @property
    def lease_fd(self) -> int:
        """The descriptor that holds the share: a child that inherits it (``pass_fds``) keeps the server running.

        Raises:
            StoreError: No share is held.
        """
        if self._share is None:
            raise StoreError("The embedded database is not in use by this process: acquire it first.")
        return self._share

    def url(self, database: str = "postgres") -> str:
        """Return the address of a database on this server; `ensure_database` makes it where it is missing."""
        parameters = {"host": str(self._cluster.socket_folder), **_PARAMETERS}
        query = "&".join(f"{name}={quote(value)}" for name, value in parameters.items())
        return f"postgresql+psycopg2://{ROLE}@/{quote(database, safe='')}?{query}"

    def acquire(self) -> None:
        """Take a share, and return once the server accepts connections. Does nothing where a share is held.

        The share is given back by `release`, or when the process ends.

        Raises:
            StoreError: The server can't be made, started or reached.
        """
        if self._share is not None:
            return
        with self._explained():
            _make_home(self._place)
            with locks.exclusive(self._lock):
                self._share = locks.share(self._users)
                try:
                    self._ensure_guard()
                    self._cluster.bring_up()
                except BaseException:
                    self._drop_share()
                    raise
        atexit.register(self.release)

    def release(self) -> None:
        """Give the share back, and stop the server where nobody else holds one. Does nothing where none is held.

        Raises:
            StoreError: The server can't be stopped.
        """
        if self._share is None:
            return
        atexit.unregister(self.release)
        self._drop_share()
        self.stop_if_unused()

    def ensure_running(self) -> None:
        """Start the server again if it was killed; cheap where it was not.

        Raises:
            StoreError: It can't be started.
        """
        if self._cluster.is_listening():
            return
        with self._explained(), locks.exclusive(self._lock):
            self._cluster.bring_up()

    def stop_if_unused(self) -> bool:
        """Stop the server unless somebody holds a share, and tell whether nobody does.

        Raises:
            StoreError: The server can't be stopped.
        """
        try:
            with self._explained(), locks.exclusive(self._lock):
                if not locks.is_free(self._users):
                    return False
                if self._cluster.is_listening():
                    self._cluster.stop()
                return True
        except FileNotFoundError:  # the whole folder was removed
            return True

    @property
    def _lock(self) -> Path:
        """Held while the server is started or stopped, and while a share is taken."""
        return self.home / "lock"

    @property
    def _users(self) -> Path:
        """Shared by every user of the server."""
        return self.home / "users"

    @property
    def guard_lock(self) -> Path:
        """Held by the guard as long as it lives."""
        return self.home / "guard"

    def _drop_share(self) -> None:
        # closed, never unlocked: a child may have inherited the share
        if self._share is not None:
            os.close(self._share)
            self._share = None

    def _ensure_guard(self) -> None:
        """Start the guard, if none is there, as nobody's child: it outlives this process."""
        if not locks.is_free(self.guard_lock):
            return
        command = [sys.executable, "-m", "achievement_pipeline.store.embedded.guard", str(self._place.wanted)]
        sources = Path(achievement_pipeline.__file__).parents[1]
        subprocess.run(
            ["/bin/sh", "-c", f"{shlex.join(command)} &"],
            check=True,
            cwd="/",
            env={**os.environ, "PYTHONPATH": str(sources)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError:
            raise
        except OSError as error:
            raise StoreError(
                f"The database in {self.home} can't be used: {error.strerror} ({error.filename or 'no file'}). Mend "
                "that, or choose another folder by ACHIEVEMENTS_HOME, or set DATABASE_URL to a PostgreSQL server."
            ) from error


def _make_home(place: Place) -> None:
    """Make the folder and the files that are locked; for root so that the server's account can enter it."""
    missing = [folder for folder in (place.home, *place.home.parents) if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755 if place.account else 0o700)
    for name in ("lock", "users", "guard"):
        (place.home / name).touch(mode=0o600)
    if missing and place.home != place.wanted:
        _log.warning("The database of %s lies in %s: its server can't enter there.", place.wanted, place.home)
