"""Create, start and stop one PostgreSQL server with one data folder.

Nothing here is safe to run in parallel: `server` holds a lock around it.
"""

import os
import shutil
import socket
import stat
import struct
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from achievement_pipeline.errors import StoreError
from achievement_pipeline.parsing.patterns import compile_pattern
from achievement_pipeline.store.embedded.binaries import Binaries, find_binaries
from achievement_pipeline.store.embedded.paths import PORT, ServerLocation

_DIGITS = compile_pattern(r"\d+")

ROLE = "pipeline"

_START_SECONDS = 120
"""A server that recovers from a crash replays its log before it accepts connections."""
_STUCK_SECONDS = 10
_POLL_SECONDS = 0.05
_START_POLL_SECONDS = 0.01
_SECONDS_TO_ANSWER = 3
_PARAMETERS = f"user\0{ROLE}\0database\0postgres\0\0".encode()
_GREETING = struct.pack("!ii", 8 + len(_PARAMETERS), 3 << 16) + _PARAMETERS
_GOODBYE = struct.pack("!ci", b"X", 4)
_IS_WELCOME = b"R"
"""The first byte of what a server answers to a greeting if it accepts connections; else it is an error."""
_UNFINISHED = "unfinished-"
_MAX_LOG_BYTES = 1_000_000
_SHOWN_LOG_LINES = 12
_FIRST_WITH_BUILTIN_LOCALES = _FIRST_WITH_SYNC_METHODS = 17
_STATUS_LINE = 7
"""Index of the line of postmaster.pid with the status."""
_NO_PROCESS = 2**31 - 1
"""Larger than any process id."""


class Cluster:
    """The server of one location, with its files ``data``, ``socket`` and ``server.log``."""

    def __init__(self, location: ServerLocation) -> None:
        self._home = location.home
        self._account = location.account
        self._data = location.home / "data"
        self._pid_file = self._data / "postmaster.pid"
        self._socket = location.socket_folder / f".s.PGSQL.{PORT}"
        self._log = location.home / "server.log"
        self._copies = location.home / "binaries"

    def is_listening(self) -> bool:
        """Return whether a server listens. One that is starting, recovering or stopping does; a dead one never does."""
        with socket.socket(socket.AF_UNIX) as client:
            client.setblocking(False)
            try:
                client.connect(str(self._socket))
            except (FileNotFoundError, ConnectionRefusedError):
                return False
            except BlockingIOError:  # its queue of connections is full
                return True
        return True

    def bring_up(self) -> None:
        """Create and start the server if necessary, and wait until it accepts connections.

        Raises:
            StoreError: It can't be created or started, or does not respond in time.
        """
        begin = time.monotonic()
        log_begin = self._log_size()
        while not self._is_ready():
            waited = time.monotonic() - begin
            if waited > _START_SECONDS:
                raise self._error("The database server does not respond", log_begin)
            if not self.is_listening() and not self._is_starting():
                self._start(may_fail=waited < _STUCK_SECONDS)
                continue
            if waited > _STUCK_SECONDS and self._status() == "stopping":
                self._stop("immediate", seconds=30)
            time.sleep(_POLL_SECONDS)

    def stop(self) -> None:
        """Stop the server, in "fast" mode if that works, else in "immediate" mode.

        A fast shutdown never finishes if PostgreSQL is restarting after the death of one of its processes (seen in 15,
        17 and 18). An immediate one does, and the next start replays the log.

        Raises:
            StoreError: It can't be stopped.
        """
        log_begin = self._log_size()
        if not (self._stop("fast", seconds=10) or self._stop("immediate", seconds=30)):
            raise self._error("The database server does not stop", log_begin)
        with suppress(OSError):  # the folder contains something else
            self._socket.parent.rmdir()

    def _stop(self, mode: str, *, seconds: int) -> bool:
        options = ("-D", str(self._data), "-m", mode, "-w", "-t", str(seconds))
        self._find_binaries().run("pg_ctl", *options, "stop", account=self._account, seconds=seconds + 10)
        return not self.is_listening()

    def _find_binaries(self) -> Binaries:
        version = self._data / "PG_VERSION"
        major = version.read_text().strip() if version.exists() else None
        if major is not None and not major.isdecimal():
            raise StoreError(
                f"The database in {self._home} is damaged: {version} does not contain PostgreSQL's version. Restore "
                f"{self._data} from a backup of the disk. Or move it away, run this again, and restore your decisions: "
                "achievements restore FILE"
            )
        found = find_binaries(int(major) if major else None)
        return found.within_reach(self._account, self._copies)

    def _is_ready(self) -> bool:
        """Return whether the server accepts connections, as ``pg_isready`` does, without its process."""
        with socket.socket(socket.AF_UNIX) as client, suppress(OSError):
            client.settimeout(_SECONDS_TO_ANSWER)
            client.connect(str(self._socket))
            client.sendall(_GREETING)
            if client.recv(1) == _IS_WELCOME:
                client.sendall(_GOODBYE)
                return True
        return False

    def _start(self, *, may_fail: bool) -> None:
        """Start the server. With `may_fail`, ignore a failure because processes of a killed server still exist."""
        binaries = self._find_binaries()
        self._sweep(binaries)
        if not self._data.exists():
            self._make_data(binaries)
        for file in (self._pid_file, self._socket.with_name(f"{self._socket.name}.lock")):
            self._disarm_if_stale(file)
        self._prepare_socket_folder()
        self._prepare_log()
        log_begin = self._log_size()
        settings = {
            "cluster_name": "achievement-pipeline",
            "listen_addresses": "",
            "log_checkpoints": "off",
            "port": str(PORT),
            "unix_socket_directories": f'"{self._socket.parent}"',
        }
        options = ["-D", str(self._data), *(part for item in settings.items() for part in ("-c", "=".join(item)))]
        server = binaries.launch("postgres", *options, account=self._account, output=self._log)
        end = time.monotonic() + _START_SECONDS
        while server.poll() is None and time.monotonic() < end:
            if _first_number(self._pid_file) == server.pid and self._status() == "ready":
                return
            time.sleep(_START_POLL_SECONDS)
        # the processes of a killed server may still be exiting, and PostgreSQL does not wait for them
        in_use = "shared memory block" in self._log_since(log_begin) or self._is_starting()
        if not (may_fail and in_use):
            raise self._error("The database server does not start", log_begin)

    def _sweep(self, binaries: Binaries) -> None:
        """Remove unfinished folders of killed processes, and copies of older binaries."""
        copies = (copy for copy in self._copies.glob("*") if copy not in binaries.folder.parents)
        for leftover in (*self._home.glob(f"{_UNFINISHED}*"), *copies):
            # if an orphaned initdb is still running, the next start removes the rest
            shutil.rmtree(leftover, ignore_errors=True)

    def _make_data(self, binaries: Binaries) -> None:
        """Create the data folder under a temporary name, then rename it, so that it is complete or absent.

        The name is unique, because the initdb of a killed process may still be running in its folder.
        """
        unfinished = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=self._home))
        self._give_to_account(unfinished)
        # prefer the built-in Unicode locale: the system's may be missing, or change with an upgrade
        has_locale = binaries.major >= _FIRST_WITH_BUILTIN_LOCALES
        # one call for the disk instead of one for each of a thousand files
        is_synced_at_once = sys.platform == "linux" and binaries.major >= _FIRST_WITH_SYNC_METHODS
        made = binaries.run(
            "initdb",
            *("--pgdata", str(unfinished), "--username", ROLE, "--auth=trust", "--encoding=UTF8", "--locale=C"),
            *(("--locale-provider=builtin", "--builtin-locale=C.UTF-8") if has_locale else ()),
            *(("--sync-method=syncfs",) if is_synced_at_once else ()),
            account=self._account,
            seconds=_START_SECONDS,
        )
        if made.code != 0:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise StoreError(_with_remedy(f"The database can't be created in {self._home}", made.output))
        unfinished.rename(self._data)

    def _disarm_if_stale(self, file: Path) -> None:
        """Replace the process id in the lock file of a dead server.

        PostgreSQL handles the id of a process that is gone, but not one that belongs to a zombie (permanent in a
        container whose first process reaps no children) or to another program by now. The file itself is kept: from its
        other lines the next server detects processes of the dead one that still use the data.
        """
        pid = _first_number(file)
        if pid is not None and not self._is_server(pid):
            file.write_text(_DIGITS.sub(str(_NO_PROCESS), file.read_text(), count=1))

    def _is_starting(self) -> bool:
        """Return whether a server process exists, listening or not. The process that started it may be gone."""
        pid = _first_number(self._pid_file)
        return pid is not None and self._is_server(pid)

    def _is_server(self, pid: int) -> bool:
        """Return whether a process is a running server of this data folder."""
        if sys.platform == "linux":
            process = Path("/proc") / str(pid)
            try:
                state = (process / "stat").read_text().rpartition(")")[2].split()[0]
                return state not in "ZX" and (process / "cwd").readlink() == self._data.resolve()
            except OSError:  # it is gone, or belongs to another user
                return False
        command = ["/bin/ps", "-ww", "-o", "stat=,command=", "-p", str(pid)]
        listed = subprocess.run(command, check=False, capture_output=True, text=True).stdout.strip()
        return bool(listed) and not listed.startswith("Z") and str(self._data) in listed

    def _status(self) -> str:
        """Return the status in the server's lock file: starting, ready or stopping."""
        lines = _lines(self._pid_file)
        return lines[_STATUS_LINE].strip() if len(lines) > _STATUS_LINE else ""

    def _prepare_socket_folder(self) -> None:
        """Create the socket's folder for its owner only: everybody who can enter it has full access to the database.

        Raises:
            StoreError: Another user created it, as is possible in /tmp.
        """
        folder = self._socket.parent
        if not folder.exists():
            folder.mkdir(mode=stat.S_IRWXU)
            self._give_to_account(folder)
        found = folder.lstat()
        owner = self._account.uid if self._account else os.geteuid()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or stat.S_IMODE(found.st_mode) != stat.S_IRWXU:
            raise StoreError(
                f"{folder} is not a folder that only the database's user (id {owner}) may enter. Remove it, and find "
                "out who created it."
            )

    def _prepare_log(self) -> None:
        if self._log_size() > _MAX_LOG_BYTES:
            self._log.replace(self._log.with_suffix(".log.old"))
        self._log.touch(mode=stat.S_IRUSR | stat.S_IWUSR)
        self._give_to_account(self._log)

    def _give_to_account(self, path: Path) -> None:
        if self._account:
            os.chown(path, self._account.uid, self._account.gid)

    def _log_size(self) -> int:
        return self._log.stat().st_size if self._log.exists() else 0

    def _log_since(self, begin: int) -> str:
        return self._log.read_bytes()[begin:].decode(errors="replace") if self._log.exists() else ""

    def _error(self, problem: str, log_begin: int) -> StoreError:
        return StoreError(_with_remedy(f"{problem} ({self._home})", self._log_since(log_begin)))


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text().splitlines()
    except FileNotFoundError:
        return []


def _first_number(file: Path) -> int | None:
    lines = _lines(file)
    return int(lines[0]) if lines and lines[0].strip().isdigit() else None


def _with_remedy(problem: str, output: str) -> str:
    remedy = "Fix that and run this again, or set DATABASE_URL to a PostgreSQL server."
    if "No space left on device" in output or "Disk quota exceeded" in output:
        remedy = "Free some space on its disk and run this again: nothing is lost."
    lines = output.splitlines()[-_SHOWN_LOG_LINES:] or ["(no output)"]
    return "\n".join([f"{problem}:", *(f"  {line}" for line in lines), remedy])
