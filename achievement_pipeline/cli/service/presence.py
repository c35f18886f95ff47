"""Whether the service of a home runs, and who it is: a lock that the kernel drops with its holder, and a record."""

import datetime as dt
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Self

from achievement_pipeline.cli.dagster_home import explained_home
from achievement_pipeline.errors import AchievementPipelineError
from achievement_pipeline.system import locks
from achievement_pipeline.system.leftovers import write_whole
from achievement_pipeline.system.private_files import make_private_folder

_LOCK = "service.lock"
_RECORD = "service.json"
_POLL_SECONDS = 0.2
_SECONDS_TO_DIE = 30
_PROC = Path("/proc")


class ServiceError(AchievementPipelineError):
    """The service can't be started or stopped."""


@dataclass(frozen=True)
class Service:
    """The service that runs, or ran last."""

    pid: int
    """The process of `achievements start`."""
    url: str
    """Where the UI is."""
    since: dt.datetime
    group: int | None = None
    """The group of the processes of Dagster and the page, those of the runs included; None before they are started."""
    page: str = ""
    """Where the page is."""

    @classmethod
    def read(cls, home: Path) -> Self | None:
        """Return what was recorded last; nothing where there never was a service."""
        with suppress(FileNotFoundError, ValueError, TypeError, KeyError):
            record = json.loads((home / _RECORD).read_text())
            return cls(**record | {"since": dt.datetime.fromisoformat(record["since"])})
        return None

    def write(self, home: Path) -> None:
        """Record it; a reader finds the old record or the new one, never half of one."""
        record = asdict(self) | {"since": self.since.isoformat()}
        write_whole(home / _RECORD, json.dumps(record).encode(), 0o600)


def find_service(home: Path) -> Service | None:
    """Return the service that runs, nothing where none does; one that was killed does not."""
    lock = home / _LOCK
    if not lock.exists() or locks.is_free(lock):
        return None
    return Service.read(home)


@contextmanager
def run_as_service(home: Path, url: str) -> Iterator[Service]:
    """Be the service of this home, the only one; what is left of one that was killed is ended first.

    Raises:
        ServiceError: It runs already.
        SettingsError: The home can't be made or written.
    """
    with explained_home(home):
        make_private_folder(home)
        lock = home / _LOCK
        lock.touch(mode=0o600)
    held = locks.claim(lock)
    if held is None:
        raise ServiceError(f"It runs already: {_address(Service.read(home))}. To stop it: achievements stop")
    try:
        end_leftovers(home)
        service = Service(os.getpid(), url, dt.datetime.now(dt.UTC))
        service.write(home)
        yield service
    finally:
        locks.unlock(held)


def note_group(home: Path, service: Service, group: int) -> None:
    """Record the processes that the service started, to be found where it is killed itself."""
    replace(service, group=group).write(home)


def stop_service(service: Service, home: Path, *, seconds: float) -> bool:
    """Ask the service to stop, and return whether it did so in time."""
    with suppress(ProcessLookupError):  # it ends at this moment
        os.kill(service.pid, signal.SIGTERM)
    end = time.monotonic() + seconds
    while find_service(home):
        if time.monotonic() > end:
            return False
        time.sleep(_POLL_SECONDS)
    return True


def end_leftovers(home: Path) -> bool:
    """End the processes that a service left behind when it was killed, and return whether there were any."""
    last = Service.read(home)
    if last is None or last.group is None or not _is_of_service(last.group):
        return False
    with suppress(ProcessLookupError):
        os.killpg(last.group, signal.SIGKILL)
    end = time.monotonic() + _SECONDS_TO_DIE
    while commands_of(last.group) and time.monotonic() < end:  # their ports are free once they are gone
        time.sleep(_POLL_SECONDS)
    return True


def commands_of(group: int) -> list[str]:
    """Return the commands of the living processes of a group."""
    processes = _from_proc() if sys.platform == "linux" else _from_ps()
    return [command for number, state, command in processes if number == group and not state.startswith("Z")]


def _from_proc() -> Iterator[tuple[int, str, str]]:
    """Yield group, state and command of each process on Linux, where images of containers often lack ``ps``."""
    for process in _PROC.glob("[0-9]*"):
        with suppress(FileNotFoundError, ProcessLookupError):  # it ends at this moment
            # its name, in parentheses, may hold blanks and parentheses
            state, _parent, group, *_ = (process / "stat").read_text(errors="replace").rpartition(")")[2].split()
            command = (process / "cmdline").read_bytes().decode(errors="replace")
            yield int(group), state, command.replace("\0", " ").strip()


def _from_ps() -> Iterator[tuple[int, str, str]]:
    """Yield group, state and command of each process elsewhere."""
    listed = subprocess.run(
        ["ps", "-A", "-ww", "-o", "pgid=,stat=,args="],  # noqa: S607 - where it is differs by system
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    for line in listed.splitlines():
        group, state, *command = line.split(maxsplit=2)
        yield int(group), state, " ".join(command)


def _is_of_service(group: int) -> bool:
    """Whether a group of processes lives, and is not another program's with a reused number."""
    return any(word in command for command in commands_of(group) for word in ("dagster", "achievement_pipeline"))


def _address(service: Service | None) -> str:
    return f"{service.url}, process {service.pid}, since {service.since:%Y-%m-%d %H:%M} UTC" if service else "it starts"
