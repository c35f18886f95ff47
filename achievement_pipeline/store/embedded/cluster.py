"""One PostgreSQL server over one data folder: made, started, waited for, stopped.

Nothing here is safe against others who do the same at the same time: `server` holds a lock around it.
"""

import os
import shlex
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from achievement_pipeline.errors import StoreError
from achievement_pipeline.patterns import compile_pattern
from achievement_pipeline.store.embedded.binaries import Binaries, find_binaries
from achievement_pipeline.store.embedded.paths import PORT, Place

_DIGITS = compile_pattern(r"\d+")

ROLE = "pipeline"

_START_SECONDS = 120
"""A server that recovers from a crash replays its log before it answers."""
_STUCK_SECONDS = 10
_POLL_SECONDS = 0.05
_UNFINISHED = "unfinished-"
_MAX_LOG_BYTES = 1_000_000
_SHOWN_LOG_LINES = 12
_FIRST_WITH_BUILTIN_LOCALES = 17
_STATUS_LINE = 7
"""Of postmaster.pid, counted from zero."""
_NO_PROCESS = 2**31 - 1
"""Larger than any process id can be."""


class Cluster:
    """The server whose files lie in a place: ``data``, the socket, ``server.log``."""

    def __init__(self, place: Place) -> None:
        self._home = place.home
        self._account = place.account
        self._data = place.home / "data"
        self._pid_file = self._data / "postmaster.pid"
        self._socket = place.socket_folder / f".s.PGSQL.{PORT}"
        self._log = place.home / "server.log"
        self._copies = place.home / "binaries"

    def is_listening(self) -> bool:
        """Tell whether a server listens: one that still starts, recovers or stops does, a dead one never."""
        with socket.socket(socket.AF_UNIX) as client:
            client.setblocking(False)
            try:
                client.connect(str(self._socket))
            except (FileNotFoundError, ConnectionRefusedError):
                return False
            except BlockingIOError:  # more clients wait than it has room for
                return True
        return True

    def bring_up(self) -> None:
        """Return once the server accepts connections: wait for it, start it, make it where there is none.

        Raises:
            StoreError: It can't be made or started, or does not answer in time.
        """
        begin = time.monotonic()
        log_begin = self._log_size()
        binaries = self._find_binaries()
        while not self._is_ready(binaries):
            waited = time.monotonic() - begin
            if waited > _START_SECONDS:
                raise self._error("The database server does not answer", log_begin)
            if not self.is_listening() and not self._is_starting():
                self._start(binaries, may_fail=waited < _STUCK_SECONDS)
                continue
            if waited > _STUCK_SECONDS and self._status() == "stopping":
                self._stop("immediate", seconds=30)
            time.sleep(_POLL_SECONDS)

    def stop(self) -> None:
        """Stop the server, gently if that works.

        A fast stop never ends when PostgreSQL is asked for it while it restarts after the death of one of its
        processes (seen in 15, 17 and 18); an immediate one does, and costs a replay of the log at the next start.

        Raises:
            StoreError: It can't be stopped.
        """
        log_begin = self._log_size()
        if not (self._stop("fast", seconds=10) or self._stop("immediate", seconds=30)):
            raise self._error("The database server does not stop", log_begin)
        with suppress(OSError):  # something else lies there
            self._socket.parent.rmdir()

    def _stop(self, mode: str, *, seconds: int) -> bool:
        options = ("-D", str(self._data), "-m", mode, "-w", "-t", str(seconds))
        self._find_binaries().run("pg_ctl", *options, "stop", account=self._account, seconds=seconds + 10)
        return not self.is_listening()

    def _find_binaries(self) -> Binaries:
        version = self._data / "PG_VERSION"
        words = version.read_text().strip() if version.exists() else None
        if words is not None and not words.isdecimal():
            raise StoreError(
                f"The database in {self._home} is damaged: {version} does not say by which PostgreSQL it was made. "
                f"Bring {self._data} back from a backup of the disk; or move it away, run this again, and put your "
                "decisions back: achievements restore FILE"
            )
        found = find_binaries(int(words) if words else None)
        return found.within_reach(self._account, self._copies)

    def _is_ready(self, binaries: Binaries) -> bool:
        if not self.is_listening():
            return False
        where = ("-h", str(self._socket.parent), "-p", str(PORT), "-U", ROLE, "-d", "postgres", "-t", "3")
        return binaries.run("pg_isready", *where, account=None, seconds=30).code == 0

    def _start(self, binaries: Binaries, *, may_fail: bool) -> None:
        """Start the server; `may_fail` where others may still be in its way for a moment."""
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
        started = binaries.run(
            "pg_ctl",
            # of its own paths it makes a shell command with no regard to quotes in them: it gets them relative
            *("-D", self._data.name, "-l", self._log.name, "-o", shlex.join(options)),
            *("-w", "-t", str(_START_SECONDS), "start"),
            account=self._account,
            seconds=_START_SECONDS + 10,
            folder=self._home,
        )
        # PostgreSQL does not wait for the processes of a server that was killed to notice it
        in_use = "shared memory block" in self._log_since(log_begin) or self._is_starting()
        if started.code != 0 and not (may_fail and in_use):
            raise self._error("The database server does not start", log_begin)

    def _sweep(self, binaries: Binaries) -> None:
        """Remove what was half made when its maker was killed, and copies of older binaries."""
        copies = (copy for copy in self._copies.glob("*") if copy not in binaries.folder.parents)
        for leftover in (*self._home.glob(f"{_UNFINISHED}*"), *copies):
            # where an orphaned initdb is still at it, the next start does the rest
            shutil.rmtree(leftover, ignore_errors=True)

    def _make_data(self, binaries: Binaries) -> None:
        """Make the data folder: under another name first, so that one that was killed half-way does not count.

        A name of its own each time, since a killed pipeline's initdb may live on in its folder.
        """
        unfinished = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=self._home))
        self._give_to_account(unfinished)
        # the server's own Unicode locale where it has one: the system's may be missing, or change with its upgrades
        has_locale = binaries.major >= _FIRST_WITH_BUILTIN_LOCALES
        made = binaries.run(
            "initdb",
            *("--pgdata", str(unfinished), "--username", ROLE, "--auth=trust", "--encoding=UTF8", "--locale=C"),
            *(("--locale-provider=builtin", "--builtin-locale=C.UTF-8") if has_locale else ()),
            account=self._account,
            seconds=_START_SECONDS,
        )
        if made.code != 0:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise StoreError(_with_remedy(f"The database can't be made in {self._home}", made.output))
        unfinished.rename(self._data)

    def _disarm_if_stale(self, file: Path) -> None:
        """Let a dead server's file not pass for that of a living one.

        PostgreSQL copes with a process id that is gone. It can't cope with one that belongs to a zombie (for ever, in a
        container whose first process reaps nothing) or to another program by now. The file itself stays: by its other
        lines the next server finds out whether processes of the dead one still use the data.
        """
        pid = _first_number(file)
        if pid is not None and not self._is_server(pid):
            file.write_text(_DIGITS.sub(str(_NO_PROCESS), file.read_text(), count=1))

    def _is_starting(self) -> bool:
        """Tell whether a server lives, listening or not yet: whoever started it may have been killed meanwhile."""
        pid = _first_number(self._pid_file)
        return pid is not None and self._is_server(pid)

    def _is_server(self, pid: int) -> bool:
        """Tell whether the process is a living server over this data."""
        if sys.platform == "linux":
            process = Path("/proc") / str(pid)
            try:
                state = (process / "stat").read_text().rpartition(")")[2].split()[0]
                return state not in "ZX" and (process / "cwd").readlink() == self._data.resolve()
            except OSError:  # gone, or of a user who is not the server's
                return False
        command = ["/bin/ps", "-ww", "-o", "stat=,command=", "-p", str(pid)]
        listed = subprocess.run(command, check=False, capture_output=True, text=True).stdout.strip()
        return bool(listed) and not listed.startswith("Z") and str(self._data) in listed

    def _status(self) -> str:
        """Return what the server says of itself: starting, ready, stopping."""
        lines = _lines(self._pid_file)
        return lines[_STATUS_LINE].strip() if len(lines) > _STATUS_LINE else ""

    def _prepare_socket_folder(self) -> None:
        """Make the folder that only its owner may enter: whoever enters it may do anything with the database.

        Raises:
            StoreError: Somebody else made it, as anybody can below /tmp.
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
                "out who made it."
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
    remedy = "Mend that and run this again, or set DATABASE_URL to a PostgreSQL server."
    if "No space left on device" in output or "Disk quota exceeded" in output:
        remedy = "Free some space on its disk and run this again: nothing is lost."
    lines = output.splitlines()[-_SHOWN_LOG_LINES:] or ["it said nothing"]
    return "\n".join([f"{problem}:", *(f"  {line}" for line in lines), remedy])
