"""Embedded servers in folders of their own, and their processes."""

import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import pytest

from achievement_pipeline.store.embedded import EmbeddedPostgres
from achievement_pipeline_tests.running import wait_until

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be refused by PostgreSQL")

SOURCES = Path(__file__).parents[3]

USER = """
import sys
from pathlib import Path
from achievement_pipeline.store.embedded import EmbeddedPostgres

with EmbeddedPostgres(Path(sys.argv[1])) as server:
    print(server.url(), flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    """The folder of a stopped server with the table `rows`: to make one takes a second."""
    with _short_folder() as folder:
        with EmbeddedPostgres(folder / "home") as server, connected(server.url()) as cursor:
            cursor.execute("CREATE TABLE rows (writer text, number int, PRIMARY KEY (writer, number))")
        yield folder / "home"


@pytest.fixture
def home(made: Path) -> Iterator[Path]:
    """The folder of a stopped server, which others use after this test; nobody may live in it then."""
    yield made
    wait_until(lambda: not processes(made))


@pytest.fixture
def spare_home(made: Path, empty_folder: Path) -> Path:
    """The folder of a stopped server that this test may damage."""
    subprocess.run(["cp", "-a", made, empty_folder / "home"], check=True)
    return empty_folder / "home"


@pytest.fixture
def empty_folder() -> Iterator[Path]:
    """A folder in which no server was ever; after the test nobody may live in it."""
    with _short_folder() as folder:
        yield folder
        wait_until(lambda: not processes(folder))


@contextmanager
def _short_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="achievements-") as name:
        folder = Path(name).resolve()
        folder.chmod(0o755)  # root's server runs as another user
        yield folder


@dataclass(frozen=True)
class Process:
    pid: int
    parent: int
    user: str
    command: str

    def kill(self) -> None:
        with suppress(ProcessLookupError):  # it went with another one
            os.kill(self.pid, signal.SIGKILL)


def all_processes() -> list[Process]:
    listed = subprocess.run(
        ["ps", "-A", "-ww", "-o", "stat=,pid=,ppid=,user=,args="], check=True, capture_output=True, text=True
    ).stdout
    rows = [line.split(maxsplit=4) for line in listed.splitlines()]
    return [
        Process(int(pid), int(parent), user, command[0] if command else "")
        for state, pid, parent, user, *command in rows
        if not state.startswith("Z")
    ]


def processes(folder: Path) -> list[Process]:
    """Every process with the folder in its command: users, guard, postmaster; and the postmaster's children."""
    everybody = all_processes()
    named = [process for process in everybody if str(folder) in process.command]
    pids = {process.pid for process in named}
    return named + [process for process in everybody if process.parent in pids and process.pid not in pids]


def postmaster(home: Path) -> Process:
    return next(process for process in processes(home) if f"-D {home}/data " in process.command)


def is_served(home: Path) -> bool:
    return any(f"-D {home}/data " in process.command for process in processes(home))


@contextmanager
def connected(url: str) -> Iterator["psycopg2.extensions.cursor"]:
    connection = psycopg2.connect(url.replace("+psycopg2", ""))
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


def answers(url: str) -> bool:
    with connected(url) as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone() == (1,)
