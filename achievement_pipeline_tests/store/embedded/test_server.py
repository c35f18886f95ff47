"""The embedded server, with real processes that are really killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Timer

import pytest

from achievement_pipeline.errors import StoreError
from achievement_pipeline.store.embedded import EmbeddedPostgres
from achievement_pipeline.store.embedded.paths import choose_location
from achievement_pipeline.store.postgres.database import create_engine
from achievement_pipeline_tests.running import wait_until
from achievement_pipeline_tests.store.embedded.conftest import (
    SOURCES,
    USER,
    Process,
    answers,
    connected,
    is_served,
    postmaster,
    processes,
)

pytestmark = pytest.mark.e2e

_PARENT = """
import subprocess
import sys
from pathlib import Path
from achievement_pipeline.store.embedded import EmbeddedPostgres

with EmbeddedPostgres(Path(sys.argv[1])) as server:
    child = subprocess.Popen(["sleep", "60"], pass_fds=[server.lease_fd])
    print(child.pid, flush=True)
    child.wait()
"""

_FORKER = """
import os
import sys
import time
from pathlib import Path
from achievement_pipeline.system.locks import exclusive, is_free

file = Path(sys.argv[1])
file.touch()
with exclusive(file, "a test", seconds=10):
    child = os.fork()
    if child == 0:
        time.sleep(60)
        os._exit(0)
print(is_free(file))
os.kill(child, 9)
"""

# Writes rows and notes each that was acknowledged; tries again whenever the server is gone.
_WRITER = """
import sys
import time
from pathlib import Path
import psycopg2
from achievement_pipeline.store.embedded import EmbeddedPostgres

home, notes, name = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
with EmbeddedPostgres(home) as server, (notes / name).open("w", buffering=1) as noted:
    row, connection = 0, None
    while not (notes / "enough").exists():
        try:
            if connection is None:
                connection = psycopg2.connect(server.url().replace("+psycopg2", ""))
                connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("INSERT INTO rows VALUES (%s, %s) ON CONFLICT DO NOTHING", (name, row))
        except psycopg2.Error:
            connection = None
            time.sleep(0.02)
        else:
            print(row, file=noted)
            row += 1
"""


def _guard(home: Path) -> Process:
    return next(process for process in processes(home) if "embedded.guard" in process.command)


@contextmanager
def _running(script: str, *arguments: object) -> Iterator["subprocess.Popen[str]"]:
    """Run a script that holds a lease until its input ends, and kill it if it does not end by itself."""
    command = [sys.executable, "-c", script, *map(str, arguments)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=SOURCES) as process:
        try:
            yield process
            assert process.stdin
            process.stdin.close()
            process.wait(60)
        finally:
            process.kill()


def _first_line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout
    return process.stdout.readline().strip()


@pytest.mark.parametrize("name", ["new/home", "a 'b' $(c) 100% é", 'one, "two", ' + "long" * 30])
def test_a_folder_of_any_name_becomes_a_server_that_ends_with_its_user(empty_folder: Path, name: str) -> None:
    with EmbeddedPostgres(empty_folder / name) as server:
        assert answers(server.url())
        assert is_served(server.home)
    assert not is_served(server.home)


def test_what_was_stored_is_there_the_next_time(home: Path) -> None:
    with EmbeddedPostgres(home) as server, connected(server.url()) as cursor:
        cursor.execute("INSERT INTO rows VALUES ('kept', 7)")
    with EmbeddedPostgres(home) as server, connected(server.url()) as cursor:
        cursor.execute("SELECT number FROM rows WHERE writer = 'kept'")
        assert cursor.fetchall() == [(7,)]


def test_eight_processes_start_at_once_on_an_empty_folder(empty_folder: Path) -> None:
    command = [sys.executable, "-c", USER, str(empty_folder / "home")]
    starters = [
        subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, cwd=SOURCES) for _ in range(8)
    ]
    urls = {starter.communicate()[0] for starter in starters}
    assert [starter.returncode for starter in starters] == [0] * 8
    assert len(urls) == 1
    assert not is_served(empty_folder / "home")


def test_the_guard_brings_up_a_server_that_nobody_waits_for(home: Path) -> None:
    server = EmbeddedPostgres(home)
    try:
        server.begin()
        wait_until(lambda: is_served(home))
    finally:
        server.release()


def test_the_server_stays_for_the_others_when_a_user_is_killed(home: Path) -> None:
    with EmbeddedPostgres(home) as server, _running(USER, home) as other:
        _first_line(other)
        other.kill()
        other.wait()
        time.sleep(1.5)  # more than the guard's period
        assert answers(server.url())


def test_the_server_ends_when_its_last_user_is_killed(home: Path) -> None:
    with _running(USER, home) as user:
        _first_line(user)
        assert is_served(home)
        user.kill()
        wait_until(lambda: not processes(home))


def test_a_child_keeps_the_lease_that_it_inherits(home: Path) -> None:
    with _running(_PARENT, home) as parent:
        child = int(_first_line(parent))
        parent.kill()
        parent.wait()
        with EmbeddedPostgres(home) as server:
            assert answers(server.url())
        assert is_served(home)
        os.kill(child, signal.SIGKILL)
        wait_until(lambda: not is_served(home))


@pytest.mark.parametrize("victim", ["user", "backend", "postmaster", "everybody"])
def test_no_acknowledged_row_is_lost_when_somebody_is_killed(home: Path, tmp_path: Path, victim: str) -> None:
    names = [f"{victim}-{number}" for number in range(3)]

    def noted(name: str) -> list[int]:
        file = tmp_path / name
        # a writer that was killed may have noted half a line
        return [int(line) for line in file.read_text().rpartition("\n")[0].splitlines()] if file.exists() else []

    with ExitStack() as stack:
        writers = {name: stack.enter_context(_running(_WRITER, home, tmp_path, name)) for name in names}
        wait_until(lambda: all(len(noted(name)) > 20 for name in names))
        if victim == "user":
            writers.pop(names[0]).kill()
        elif victim == "backend":
            next(process for process in processes(home) if "[local]" in process.command).kill()
        elif victim == "postmaster":
            postmaster(home).kill()
        else:
            for process in processes(home):
                process.kill()
            writers.clear()
        before = {name: len(noted(name)) for name in writers}
        # whoever lives goes on writing, on new connections where the old ones are gone
        wait_until(lambda: all(len(noted(name)) > count + 20 for name, count in before.items()))
        (tmp_path / "enough").touch()
    with EmbeddedPostgres(home) as server, connected(server.url()) as cursor:
        cursor.execute("SELECT writer, number FROM rows")
        stored = set(cursor.fetchall())
    assert {(name, number) for name in names for number in noted(name)} <= stored


def test_a_server_that_was_killed_with_its_guard_can_be_brought_back(home: Path) -> None:
    with EmbeddedPostgres(home) as server:
        _guard(home).kill()
        postmaster(home).kill()
        wait_until(lambda: not is_served(home))
        server.ensure_running()
        assert answers(server.url())


def test_a_server_waits_for_the_last_processes_of_the_one_that_was_killed(home: Path) -> None:
    with EmbeddedPostgres(home) as server, connected(server.url()):
        backend = next(process for process in processes(home) if "[local]" in process.command)
        os.kill(backend.pid, signal.SIGSTOP)  # too busy to notice
        _guard(home).kill()
        postmaster(home).kill()
        wait_until(lambda: not is_served(home))
        Timer(1, backend.kill).start()
        server.ensure_running()
        assert answers(server.url())


def test_an_unfinished_database_of_a_killed_process_is_created_again(empty_folder: Path) -> None:
    home = empty_folder / "home"
    with _running(USER, home) as user:
        wait_until(lambda: any(home.glob("unfinished-*/base")))
        user.kill()
    for _ in range(2):
        with EmbeddedPostgres(home) as server:
            assert answers(server.url())
    assert not any(home.glob("unfinished-*"))


@pytest.mark.parametrize("state", ["zombie", "recycled"])
def test_the_id_of_a_dead_server_may_be_that_of_another_process(home: Path, state: str) -> None:
    place = choose_location(home)
    with EmbeddedPostgres(home):
        for process in (_guard(home), postmaster(home)):
            process.kill()
        wait_until(lambda: not processes(home))
    # of the server's own user: PostgreSQL knows by itself that no other user's process is a server of its
    with subprocess.Popen(["sleep", "60"], user=place.account.uid if place.account else None) as other:
        for file in (home / "data" / "postmaster.pid", home / "socket" / ".s.PGSQL.5432.lock"):
            _, _, rest = file.read_text().partition("\n")
            file.write_text(f"{other.pid}\n{rest}")
        if state == "zombie":
            other.kill()
            os.waitid(os.P_PID, other.pid, os.WEXITED | os.WNOWAIT)
        with EmbeddedPostgres(home) as server:
            assert answers(server.url())
        other.kill()


def test_the_users_settings_for_clients_do_not_disturb(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disturbing = {
        "PGHOST": "nowhere.invalid",
        "PGHOSTADDR": "127.0.0.1",
        "PGPORT": "1",
        "PGDATA": "/nowhere",
        "PGDATABASE": "nowhere",
        "PGUSER": "nobody",
        "PGOPTIONS": "-c search_path=nowhere",
        "PGTZ": "Asia/Tokyo",
        "PGCLIENTENCODING": "LATIN1",
        "PGGSSENCMODE": "require",
        "PGCHANNELBINDING": "require",
        "PGTARGETSESSIONATTRS": "standby",
    }
    for name, value in disturbing.items():
        monkeypatch.setenv(name, value)
    with EmbeddedPostgres(home) as server:
        engine = create_engine(server.url())
        with engine.connect() as connection:
            shown = [
                connection.exec_driver_sql(f"SHOW {name}").scalar()
                for name in ("TimeZone", "search_path", "client_encoding")
            ]
        engine.dispose()
    assert shown == ["UTC", '"$user", public', "UTF8"]


def test_a_child_that_was_forked_meanwhile_keeps_no_lock(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _FORKER, str(tmp_path / "lock")]
    assert subprocess.run(command, check=True, capture_output=True, text=True, cwd=SOURCES).stdout == "True\n"


def test_a_lease_may_be_taken_and_given_back_twice(home: Path) -> None:
    server = EmbeddedPostgres(home)
    with pytest.raises(StoreError, match="acquire it first"):
        _ = server.lease_fd
    server.acquire()
    server.acquire()
    assert os.fstat(server.lease_fd)
    server.release()
    server.release()
    assert not is_served(home)


def test_the_guard_ends_a_server_that_its_last_user_left(home: Path) -> None:
    server = EmbeddedPostgres(home)
    server.acquire()
    server.leave()
    wait_until(lambda: not is_served(home))
    with pytest.raises(StoreError, match="acquire it first"):
        _ = server.lease_fd


def test_an_error_on_windows_names_the_alternative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    with pytest.raises(StoreError, match="DATABASE_URL"):
        EmbeddedPostgres(tmp_path)


def test_its_import_brings_no_heavy_library() -> None:
    script = "import sys, achievement_pipeline.store.embedded; print(*sys.modules)"
    printed = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True, cwd=SOURCES)
    assert not {"sqlalchemy", "alembic", "pandas", "psycopg2"} & set(printed.stdout.split())
