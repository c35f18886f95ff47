"""One PostgreSQL server over one data folder: made, started, waited for, stopped.

Nothing here is safe against others who do the same at the same time: `server` holds a lock around it.
"""

import hashlib
import os
import re
import shlex
import shutil
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

from achievement_pipeline.errors import StoreError
from achievement_pipeline.store.embedded.accounts import Account
from achievement_pipeline.store.embedded.binaries import Binaries, find_binaries

ROLE = "pipeline"
PORT = 5432
"""Only names the socket's file: nothing listens on the network."""

_START_SECONDS = 120
"""A server that recovers from a crash replays its log before it answers."""
_STUCK_SECONDS = 10
_STOP_SECONDS = {"fast": 5, "immediate": 30}
_MAX_SOCKET_PATH = 103
"""Bytes, of the shorter limit: macOS has room for 104 with the final zero, Linux for 108."""
_MAX_LOG_BYTES = 1_000_000
_SHOWN_LOG_LINES = 12
_NO_PROCESS = 2**31 - 1
"""Larger than any process id can be."""


class Cluster:
    """The server whose files lie below the folder `home`, run by `account` (none: by the user of this process)."""

    def __init__(self, home: Path, account: Account | None) -> None:
        self.home = home
        self.data = home / "data"
        self.log = home / "server.log"
        self._account = account
        self.socket_folder = _socket_folder(home)

    @property
    def _socket(self) -> Path:
        return self.socket_folder / f".s.PGSQL.{PORT}"

    def is_listening(self) -> bool:
        """Tell whether a server answers the socket; one that still starts or recovers does, a dead one never."""
        with socket.socket(socket.AF_UNIX) as client:
            try:
                client.connect(str(self._socket))
            except (FileNotFoundError, ConnectionRefusedError):
                return False
        return True

    def bring_up(self) -> None:
        """Return once the server accepts connections: wait for it, start it, make it where there is none.

        Raises:
            StoreError: It can't be made or started, or does not answer in time.
        """
        binaries = self._binaries()
        begin = time.monotonic()
        log_begin = self._log_size()
        while not self._is_ready(binaries):
            waited = time.monotonic() - begin
            if waited > _START_SECONDS:
                raise self._error(f"The database server does not answer since {waited:.0f} seconds", log_begin)
            if self.is_listening():
                if waited > _STUCK_SECONDS and self._status() == "stopping":
                    self.stop()
            elif not self._is_starting():
                self._start(binaries, may_wait=waited < _STUCK_SECONDS)
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop the server, gently if that works.

        A fast stop never ends when PostgreSQL is asked for it while it restarts after the death of one of its
        processes (seen in 15, 17 and 18); an immediate one does, and costs a replay of the log at the next start.

        Raises:
            StoreError: It can't be stopped.
        """
        binaries = self._binaries()
        for mode, seconds in _STOP_SECONDS.items():
            options = ("-D", str(self.data), "-m", mode, "-w", "-t", str(seconds))
            binaries.run("pg_ctl", *options, "stop", account=self._account, seconds=seconds + 10)
            if not self.is_listening():
                return
        raise self._error("The database server does not stop", self._log_size())

    def _binaries(self) -> Binaries:
        version = self.data / "PG_VERSION"
        return find_binaries(int(version.read_text()) if version.exists() else None)

    def _is_ready(self, binaries: Binaries) -> bool:
        if not self.is_listening():
            return False
        where = ("-h", str(self.socket_folder), "-p", str(PORT), "-U", ROLE, "-d", "postgres", "-t", "3")
        return binaries.run("pg_isready", *where, account=None, seconds=30).code == 0

    def _create(self, binaries: Binaries) -> None:
        """Make the data folder: under another name first, so that one that was killed half-way does not count."""
        unfinished = self.home / "data.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=stat.S_IRWXU)
        self._give(unfinished)
        # the server's own Unicode locale where it has one: the system's may not exist, or change with its upgrades
        provider = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8") if binaries.major >= 17 else ()  # noqa: PLR2004
        made = binaries.run(
            "initdb",
            *("--pgdata", str(unfinished), "--username", ROLE, "--auth=trust", "--encoding=UTF8", "--locale=C"),
            *provider,
            account=self._account,
            seconds=_START_SECONDS,
        )
        if made.code != 0:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise StoreError(_with_remedy(f"The database can't be made in {self.home}", made.output))
        unfinished.rename(self.data)

    def _start(self, binaries: Binaries, *, may_wait: bool) -> None:
        runnable = binaries.within_reach(self._account, self.home / "binaries")
        if not self.data.exists():
            self._create(runnable)
        self._disarm_stale_files()
        self._prepare_socket_folder()
        self._prepare_log()
        log_begin = self._log_size()
        settings = {
            "cluster_name": "achievement-pipeline",
            "listen_addresses": "",
            "log_checkpoints": "off",
            "port": PORT,
            "unix_socket_directories": f'"{self.socket_folder}"',
        }
        options = " ".join(shlex.quote(part) for item in settings.items() for part in ("-c", "{}={}".format(*item)))
        started = runnable.run(
            "pg_ctl",
            *("-D", str(self.data), "-l", str(self.log), "-o", options, "-w", "-t", str(_START_SECONDS), "start"),
            account=self._account,
            seconds=_START_SECONDS + 10,
        )
        # processes of a server that was killed may live until they notice, and PostgreSQL waits for no one
        in_use = "shared memory block" in self._log_since(log_begin)
        if started.code != 0 and not (in_use and may_wait):
            raise self._error("The database server does not start", log_begin)

    def _disarm_stale_files(self) -> None:
        """Let a dead server's files not pass for those of a living one.

        PostgreSQL copes with a process id that is gone. It can't cope with one that belongs to a zombie (in a container
        whose first process reaps nothing, for ever) or to another program by now. The file itself stays: by it the
        next server finds out whether processes of the dead one still use the data.
        """
        self._socket.unlink(missing_ok=True)
        self._socket.with_name(f"{self._socket.name}.lock").unlink(missing_ok=True)
        pid = self._pid()
        if pid is not None and not self._is_server(pid):
            file = self.data / "postmaster.pid"
            file.write_text(re.sub(r"\A\d+", str(_NO_PROCESS), file.read_text()))

    def _is_starting(self) -> bool:
        """Tell whether a server lives that does not listen yet: whoever started it was killed meanwhile."""
        pid = self._pid()
        return pid is not None and self._is_server(pid)

    def _pid(self) -> int | None:
        lines = self._status_lines()
        return int(lines[0]) if lines and lines[0].isdigit() else None

    def _status(self) -> str:
        """Return what the server says of itself: starting, ready, stopping."""
        lines = self._status_lines()
        return lines[7].strip() if len(lines) > 7 else ""  # noqa: PLR2004 - the eighth line of PostgreSQL's file

    def _status_lines(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def _is_server(self, pid: int) -> bool:
        """Tell whether the process is a living server over this data."""
        if sys.platform == "linux":
            process = Path("/proc") / str(pid)
            try:
                state = (process / "stat").read_text().rpartition(")")[2].split()[0]
                return state not in "ZX" and (process / "cwd").readlink() == self.data
            except OSError:  # gone, or of a user who is not the server's
                return False
        listed = subprocess.run(
            ["/bin/ps", "-o", "stat=,command=", "-p", str(pid)], check=False, capture_output=True, text=True
        ).stdout.strip()
        return bool(listed) and not listed.startswith("Z") and str(self.data) in listed

    def _prepare_socket_folder(self) -> None:
        """Make the folder that only its owner may enter: whoever enters it may do anything.

        Raises:
            StoreError: Somebody else made it, as anybody can below /tmp.
        """
        if not self.socket_folder.exists():
            self.socket_folder.mkdir(mode=stat.S_IRWXU)
            self._give(self.socket_folder)
        found = self.socket_folder.lstat()
        owner = self._account.uid if self._account else os.geteuid()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or stat.S_IMODE(found.st_mode) != stat.S_IRWXU:
            raise StoreError(
                f"{self.socket_folder} is not a folder that only the database's user (id {owner}) may enter. "
                "Remove it, and find out who made it."
            )

    def _prepare_log(self) -> None:
        if self._log_size() > _MAX_LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.old"))
        self.log.touch(mode=0o600)
        self._give(self.log)

    def _give(self, path: Path) -> None:
        if self._account:
            os.chown(path, self._account.uid, self._account.gid)

    def _log_size(self) -> int:
        return self.log.stat().st_size if self.log.exists() else 0

    def _log_since(self, begin: int) -> str:
        if not self.log.exists():
            return ""
        return self.log.read_bytes()[begin:].decode(errors="replace")

    def _error(self, problem: str, log_begin: int) -> StoreError:
        return StoreError(_with_remedy(f"{problem} ({self.home})", self._log_since(log_begin)))


def _socket_folder(home: Path) -> Path:
    """Return where the socket lies: below the home, or below /tmp where its path would be too long or misread."""
    folder = home / "socket"
    longest = folder / f".s.PGSQL.{PORT}.lock"
    misread = set(',"') & set(str(folder))  # libpq takes a comma, and the server both, for its own
    if len(os.fsencode(longest)) <= _MAX_SOCKET_PATH and not misread:
        return folder
    return Path("/tmp") / f"achievement-pipeline-{hashlib.sha256(os.fsencode(home)).hexdigest()[:16]}"  # noqa: S108


def _with_remedy(problem: str, output: str) -> str:
    remedy = "Mend that and run this again, or set DATABASE_URL to a PostgreSQL server."
    if "No space left on device" in output or "Disk quota exceeded" in output:
        remedy = "Free some space on its disk and run this again: nothing is lost."
    lines = output.splitlines()[-_SHOWN_LOG_LINES:] or ["(the server said nothing)"]
    return "\n".join([f"{problem}:", *(f"  {line}" for line in lines), remedy])
