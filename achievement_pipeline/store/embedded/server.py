"""The embedded server with reference counting: it runs while any process holds a lease."""

import atexit
import itertools
import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from achievement_pipeline.errors import StoreError
from achievement_pipeline.store.embedded.cluster import ROLE, Cluster
from achievement_pipeline.store.embedded.paths import PORT, choose_location, record_wanted_folder
from achievement_pipeline.system import locks
from achievement_pipeline.system.child_processes import child_environment, python_command

_log = logging.getLogger(__name__)

_TURN_SECONDS = 300
"""Maximum wait for another process that starts or stops the server, including a replay of its log."""
_GUARD_PERIOD_SECONDS = 0.25
_GUARD_PERIODS_TO_A_CALL = 4
"""Check less often whether the server runs: that connects to it, while checking for users only tries a lock."""

_PARAMETERS = {
    "port": str(PORT),
    "client_encoding": "utf8",
    "options": "-c TimeZone=UTC",
    "gssencmode": "disable",
    "channel_binding": "disable",
    "target_session_attrs": "any",
}
"""Set explicitly even where they are libpq's defaults, to override the user's PGPORT, PGOPTIONS and others."""


class EmbeddedPostgres:
    """A PostgreSQL server in the folder `home`, shared by all processes that hold a lease.

    ::

        with EmbeddedPostgres(home) as server:
            engine = create_engine(ensure_database(server.url(), "achievements"))

    A lease is a shared file lock, which the kernel releases when its process is killed. A guard process
    (`achievement_pipeline.store.embedded.guard`) stops the server when the last lease is gone, and restarts the server
    when it was killed.

    Root's server runs as ``postgres`` or ``nobody``. If these can't enter `home`, its files are in
    ``/var/lib/achievement-pipeline`` instead.

    Raises:
        StoreError: The system is Windows, or root has no user to run the server as.
    """

    def __init__(self, home: Path) -> None:
        if sys.platform == "win32":
            raise StoreError("The embedded database needs Linux or macOS. Set DATABASE_URL to a PostgreSQL server.")
        self._location = choose_location(home)
        self._cluster = Cluster(self._location)
        self._lease: int | None = None
        self._lock = self.home / "lock"
        self._users = self.home / "users"
        self._guard_lock = self.home / "guard"

    def __enter__(self) -> Self:
        """Acquire a lease."""
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Release the lease."""
        self.release()

    @property
    def home(self) -> Path:
        """The folder of the server's files: the wanted one, or a system folder if root's server can't enter that."""
        return self._location.home

    @property
    def lease_fd(self) -> int:
        """The descriptor of the lease. A child process that inherits it (``pass_fds``) keeps the server running.

        Raises:
            StoreError: No lease is held.
        """
        if self._lease is None:
            raise StoreError("The embedded database is not in use by this process: acquire it first.")
        return self._lease

    def url(self, database: str = "postgres") -> str:
        """Return the URL of a database on this server. `ensure_database` creates it."""
        parameters = {"host": str(self._location.socket_folder), **_PARAMETERS}
        query = "&".join(f"{name}={quote(value)}" for name, value in parameters.items())
        return f"postgresql+psycopg2://{ROLE}@/{quote(database, safe='')}?{query}"

    def acquire(self) -> None:
        """Acquire a lease, and wait until the server accepts connections. Does nothing if a lease is held.

        The lease ends with `release` or with the process.

        Raises:
            StoreError: The server can't be created, started or reached.
        """
        self._take_lease(self._bring_up)

    def begin(self) -> None:
        """Acquire a lease, and let the guard start the server meanwhile. Another lease is acquired to wait for it.

        Raises:
            StoreError: The guard can't be started.
        """
        self._take_lease(self._ensure_guard)

    def release(self) -> None:
        """Release the lease, and stop the server if it was the last one. Does nothing if no lease is held.

        Raises:
            StoreError: The server can't be stopped.
        """
        if self._lease is None:
            return
        atexit.unregister(self.release)
        self._drop_lease()
        with suppress(FileNotFoundError), self._exclusive():  # the folder was removed, and the server exits by itself
            self._stop_if_unused()

    def leave(self) -> None:
        """Release the lease without waiting: if it was the last one, the guard stops the server within a second."""
        atexit.unregister(self.release)
        self._drop_lease()

    def ensure_running(self) -> None:
        """Restart the server if it was killed. Cheap if it is running.

        Raises:
            StoreError: It can't be started.
        """
        with self._explained():
            if not self._cluster.is_listening():
                with self._exclusive():
                    self._bring_up()

    def guard(self) -> None:
        """Run the guard: restart the server if it was killed, and stop it and return when the last lease is gone.

        Returns at once if another guard is running.

        Raises:
            StoreError: The server can't be stopped or restarted. The next process that uses it gets the same error.
        """
        guarding = locks.claim(self._guard_lock)
        if guarding is None:
            return
        for period in itertools.count():
            with self._exclusive():
                if self._stop_if_unused():
                    locks.unlock(guarding)  # before another process can restart the server and rely on this guard
                    return
            if period % _GUARD_PERIODS_TO_A_CALL == 0:
                self.ensure_running()
            time.sleep(_GUARD_PERIOD_SECONDS)

    def _take_lease(self, start: Callable[[], None]) -> None:
        if self._lease is not None:
            return
        with self._explained():
            self._make_home()
            with self._exclusive():
                self._lease = locks.share(self._users)
                try:
                    start()
                except BaseException:
                    self._drop_lease()
                    raise
        atexit.register(self.release)

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        """Hold the lock for starting and stopping the server.

        Raises:
            StoreError: Another process holds it for too long.
        """
        try:
            with locks.exclusive(self._lock, "the embedded database", seconds=_TURN_SECONDS):
                yield
        except locks.BusyError as error:
            raise StoreError(str(error)) from error

    def _stop_if_unused(self) -> bool:
        """Stop the server if no process holds a lease, and return whether that is so."""
        if not locks.is_free(self._users):
            return False
        if self._cluster.is_listening():
            self._cluster.stop()
        return True

    def _make_home(self) -> None:
        """Create the folder, accessible to root's server account if there is one, and the lock files."""
        is_new = not self.home.exists()
        # set in advance: another process of root that finds the folder inaccessible would choose another one
        mask = os.umask(0o066 if self._location.account else 0o077)
        try:
            for folder in (self._location.wanted, self.home):
                folder.mkdir(parents=True, exist_ok=True)
        finally:
            os.umask(mask)
        record_wanted_folder(self._location)
        for file in (self._lock, self._users, self._guard_lock):
            file.touch(mode=0o600)
        if is_new and self.home != self._location.wanted:
            _log.warning(
                "The user who runs the database can't enter %s: it is in %s.", self._location.wanted, self.home
            )

    def _bring_up(self) -> None:
        self._ensure_guard()
        self._cluster.bring_up()

    def _ensure_guard(self) -> None:
        """Start the guard if it is not running, as an orphan that outlives this process."""
        if not locks.is_free(self._guard_lock):
            return
        command = python_command("achievement_pipeline.store.embedded.guard", str(self._location.wanted))
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
        # close without unlocking: a child process may have inherited the lease
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
                f"The database in {self.home} can't be used: {reason}. Fix that, set ACHIEVEMENTS_HOME to another "
                "folder, or set DATABASE_URL to a PostgreSQL server."
            ) from error


def embedded_server(home: Path) -> EmbeddedPostgres:
    """Return the server of the data folder `home`, without acquiring a lease."""
    return EmbeddedPostgres(home / "postgres")
