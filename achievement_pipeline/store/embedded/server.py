"""The embedded server as its users see it: take a lease of it, and it runs; give the last one back, and it stops."""

import atexit
import itertools
import logging
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from achievement_pipeline import locks
from achievement_pipeline.child_processes import child_environment, python_command
from achievement_pipeline.errors import StoreError
from achievement_pipeline.store.embedded.cluster import ROLE, Cluster
from achievement_pipeline.store.embedded.paths import PORT, choose_place, note_wanted

_log = logging.getLogger(__name__)

_TURN_SECONDS = 300
"""More than a server takes at most that replays its log, or that is stopped."""
_GUARD_PERIOD_SECONDS = 0.25
_GUARD_PERIODS_TO_A_CALL = 4
"""Whether the server is used is a lock to try; whether it runs is a call that costs it a process."""

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
    """A PostgreSQL server in the folder `home`, shared by every process that holds a lease of it.

    ::

        with EmbeddedPostgres(home) as server:
            engine = create_engine(ensure_database(server.url(), "achievements"))

    A lease is a shared lock that the kernel drops with its process: a user that was killed counts as gone. A guard, a
    process of its own (`achievement_pipeline.store.embedded.guard`), stops the server when its last user was killed,
    and starts it again when it was killed itself.

    Root's server runs as ``postgres`` or ``nobody``. Where these can't enter `home`, its files lie in
    ``/var/lib/achievement-pipeline`` instead.

    Raises:
        StoreError: The system is Windows, or root has no user to run the server as.
    """

    def __init__(self, home: Path) -> None:
        if sys.platform == "win32":
            raise StoreError("The embedded database needs Linux or macOS. Set DATABASE_URL to a PostgreSQL server.")
        self._place = choose_place(home)
        self._cluster = Cluster(self._place)
        self._lease: int | None = None
        self._lock = self.home / "lock"
        self._users = self.home / "users"
        self._guard_lock = self.home / "guard"

    def __enter__(self) -> Self:
        """Take a lease."""
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Give the lease back."""
        self.release()

    @property
    def home(self) -> Path:
        """The folder of the server's files: the wanted one, or the system's where root's server can't enter that."""
        return self._place.home

    @property
    def lease_fd(self) -> int:
        """The descriptor of the lease: a child that inherits it (``pass_fds``) keeps the server running.

        Raises:
            StoreError: No lease is held.
        """
        if self._lease is None:
            raise StoreError("The embedded database is not in use by this process: acquire it first.")
        return self._lease

    def url(self, database: str = "postgres") -> str:
        """Return the address of a database on this server; `ensure_database` makes one that is missing."""
        parameters = {"host": str(self._place.socket_folder), **_PARAMETERS}
        query = "&".join(f"{name}={quote(value)}" for name, value in parameters.items())
        return f"postgresql+psycopg2://{ROLE}@/{quote(database, safe='')}?{query}"

    def acquire(self) -> None:
        """Take a lease, and return once the server accepts connections. Does nothing where one is held.

        The lease is given back by `release`, or when the process ends.

        Raises:
            StoreError: The server can't be made, started or reached.
        """
        if self._lease is not None:
            return
        with self._explained():
            self._make_home()
            with self._turn():
                self._lease = locks.share(self._users)
                try:
                    self._bring_up()
                except BaseException:
                    self._drop_lease()
                    raise
        atexit.register(self.release)

    def release(self) -> None:
        """Give the lease back, and stop the server where nobody else holds one. Does nothing where none is held.

        Raises:
            StoreError: The server can't be stopped.
        """
        if self._lease is None:
            return
        atexit.unregister(self.release)
        self._drop_lease()
        with suppress(FileNotFoundError), self._turn():  # or the folder was removed: so ends its server
            self._stop_if_unused()

    def ensure_running(self) -> None:
        """Start the server again if it was killed; cheap where it was not.

        Raises:
            StoreError: It can't be started.
        """
        with self._explained():
            if not self._cluster.is_listening():
                with self._turn():
                    self._bring_up()

    def guard(self) -> None:
        """Stop the server when its last user is gone, and start it again when it was killed; until it is stopped.

        Returns at once where somebody else does that already.

        Raises:
            StoreError: The server can't be stopped or started again. The next user is told why.
        """
        guarding = locks.claim(self._guard_lock)
        if guarding is None:
            return
        for period in itertools.count():
            with self._turn():
                if self._stop_if_unused():
                    locks.unlock(guarding)  # before anybody can start the server anew and trust in this guard
                    return
            if period % _GUARD_PERIODS_TO_A_CALL == 0:
                self.ensure_running()
            time.sleep(_GUARD_PERIOD_SECONDS)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Be the only one who starts or stops the server.

        Raises:
            StoreError: Somebody else is at it for too long.
        """
        try:
            with locks.exclusive(self._lock, "the embedded database", seconds=_TURN_SECONDS):
                yield
        except locks.BusyError as error:
            raise StoreError(str(error)) from error

    def _stop_if_unused(self) -> bool:
        """Stop the server unless somebody holds a lease, and tell whether nobody does."""
        if not locks.is_free(self._users):
            return False
        if self._cluster.is_listening():
            self._cluster.stop()
        return True

    def _make_home(self) -> None:
        """Make the folder, for root so that the server's account can enter it, and the files that are locked."""
        is_new = not self.home.exists()
        # set rather than mended afterwards: another root that finds the folder closed would look elsewhere
        mask = os.umask(0o066 if self._place.account else 0o077)
        try:
            for folder in (self._place.wanted, self.home):
                folder.mkdir(parents=True, exist_ok=True)
        finally:
            os.umask(mask)
        note_wanted(self._place)
        for file in (self._lock, self._users, self._guard_lock):
            file.touch(mode=0o600)
        if is_new and self.home != self._place.wanted:
            _log.warning(
                "%s is closed to the user who runs the database: it lies in %s.", self._place.wanted, self.home
            )

    def _bring_up(self) -> None:
        self._ensure_guard()
        self._cluster.bring_up()

    def _ensure_guard(self) -> None:
        """Start the guard, unless it is there, as nobody's child: it outlives this process."""
        if not locks.is_free(self._guard_lock):
            return
        command = python_command("achievement_pipeline.store.embedded.guard", str(self._place.wanted))
        subprocess.run(
            ["/bin/sh", "-c", '"$@" &', "sh", *command],
            check=True,
            cwd="/",
            env=child_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def _drop_lease(self) -> None:
        # closed, never unlocked: a child may have inherited the lease
        if self._lease is not None:
            os.close(self._lease)
            self._lease = None

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            reason = f"{error.strerror or error} ({error.filename or self.home})"
            raise StoreError(
                f"The database in {self.home} can't be used: {reason}. Mend that, or choose another folder by "
                "ACHIEVEMENTS_HOME, or set DATABASE_URL to a PostgreSQL server."
            ) from error


def embedded_server(home: Path) -> EmbeddedPostgres:
    """Return the server of the data folder `home`, not yet in use."""
    return EmbeddedPostgres(home / "postgres")
