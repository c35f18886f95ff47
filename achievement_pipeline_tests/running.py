"""A service that really runs, for tests and benchmarks: `achievements start` in a process, on a free port."""

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from achievement_pipeline.cli.service.presence import find_service

_Found = TypeVar("_Found")

PATIENCE_SECONDS = 400
"""Of which a machine with nothing else to do needs a tenth."""

PARTS_OF_DAGSTER = ("_daemon", "service.ui", "grpc")
"""The daemon, the web server and the code server, by a word of their commands."""

_SOURCES = Path(__file__).parents[1]
_PROGRAM = (sys.executable, "-c", "from achievement_pipeline.cli import main; main()")
_CHANCE = random.SystemRandom()
_TICKS = os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    """Return a port of the loopback address that nobody listens on.

    It is below those that systems choose by themselves: until who asked for it listens there, no other test gets it.
    """
    while True:
        port = _CHANCE.randrange(20_000, 32_000)
        with suppress(OSError), socket.socket() as free:
            free.bind(("127.0.0.1", port))
            return port


@contextmanager
def running_service(
    log: Path, *, program: Sequence[str] = _PROGRAM, folder: Path = _SOURCES
) -> Iterator["subprocess.Popen[bytes]"]:
    """Run the service of the settings in this process's environment; asked to stop at the end."""
    command = [*program, "start", "--port", str(free_port())]
    with log.open("wb") as output, subprocess.Popen(command, cwd=folder, stdout=output, stderr=output) as process:
        try:
            yield process
        finally:
            process.terminate()


def wait_until(look: Callable[[], _Found | None]) -> _Found:
    """Return what is found once there is something."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not (found := look()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)
    return found


def kill_part(home: Path, word: str) -> None:
    """Kill a process of the service of this home whose command holds a word, once there is one."""
    os.kill(wait_until(lambda: next(_processes_of(home, word), None)), signal.SIGKILL)


def _processes_of(home: Path, word: str) -> Iterator[int]:
    service = find_service(home)
    columns = "ppid=,pgid=,pid=,args="
    listed = subprocess.run(["ps", "-A", "-ww", "-o", columns], check=True, capture_output=True, text=True)
    for parent, group, process, *command in (line.split(maxsplit=3) for line in listed.stdout.splitlines()):
        # the page is in a group of its own
        is_its_own = service and (group == str(service.group) or parent == str(service.pid))
        if is_its_own and word in "".join(command):
            yield int(process)


def processes(home: Path) -> dict[int, str]:
    """Return all other processes that have the home in their environment or command, and what they are; Linux only."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            text = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        except OSError:
            continue
        if os.fsencode(home) in text and int(process.name) != os.getpid():
            found[int(process.name)] = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()[:200]
    return found


def cpu_seconds(pids: Iterable[int]) -> float:
    """Return the processor time of processes and of their children that ended; Linux only."""
    total = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += sum(map(int, fields[11:15]))
    return total / _TICKS
