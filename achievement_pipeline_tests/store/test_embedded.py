"""The embedded server, with real processes that are really killed."""

import logging
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Timer

import psycopg2
import pytest

from achievement_pipeline.errors import StoreError
from achievement_pipeline.store.database import create_engine
from achievement_pipeline.store.embedded import EmbeddedPostgres, find_abandoned
from achievement_pipeline.store.embedded.binaries import Binaries, find_binaries
from achievement_pipeline.store.embedded.paths import Account, choose_location

pytestmark = pytest.mark.e2e
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be refused by PostgreSQL")

_SOURCES = Path(__file__).parents[2]

_USER = """
import sys
from pathlib import Path
from achievement_pipeline.store.embedded import EmbeddedPostgres

with EmbeddedPostgres(Path(sys.argv[1])) as server:
    print(server.url(), flush=True)
    sys.stdin.read()
"""

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
from achievement_pipeline.locks import exclusive, is_free

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


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    """The folder of a stopped server with the table `rows`: to make one takes a second."""
    with _short_folder() as folder:
        with EmbeddedPostgres(folder / "home") as server, _connected(server.url()) as cursor:
            cursor.execute("CREATE TABLE rows (writer text, number int, PRIMARY KEY (writer, number))")
        yield folder / "home"


@pytest.fixture
def home(made: Path) -> Iterator[Path]:
    """The folder of a stopped server, which others use after this test; nobody may live in it then."""
    yield made
    _wait_until(lambda: not _processes(made))


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
        _wait_until(lambda: not _processes(folder))


@contextmanager
def _short_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="achievements-") as name:
        folder = Path(name).resolve()
        folder.chmod(0o755)  # root's server runs as another user
        yield folder


@dataclass(frozen=True)
class _Process:
    pid: int
    parent: int
    user: str
    command: str

    def kill(self) -> None:
        with suppress(ProcessLookupError):  # it went with another one
            os.kill(self.pid, signal.SIGKILL)


def _all_processes() -> list[_Process]:
    listed = subprocess.run(
        ["ps", "-A", "-ww", "-o", "stat=,pid=,ppid=,user=,args="], check=True, capture_output=True, text=True
    ).stdout
    rows = [line.split(maxsplit=4) for line in listed.splitlines()]
    return [
        _Process(int(pid), int(parent), user, command[0] if command else "")
        for state, pid, parent, user, *command in rows
        if not state.startswith("Z")
    ]


def _processes(folder: Path) -> list[_Process]:
    """Every process with the folder in its command: users, guard, postmaster; and the postmaster's children."""
    everybody = _all_processes()
    named = [process for process in everybody if str(folder) in process.command]
    pids = {process.pid for process in named}
    return named + [process for process in everybody if process.parent in pids and process.pid not in pids]


def _postmaster(home: Path) -> _Process:
    return next(process for process in _processes(home) if f"-D {home}/data " in process.command)


def _guard(home: Path) -> _Process:
    return next(process for process in _processes(home) if "embedded.guard" in process.command)


def _is_served(home: Path) -> bool:
    return any(f"-D {home}/data " in process.command for process in _processes(home))


def _wait_until(condition: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)


@contextmanager
def _connected(url: str) -> Iterator["psycopg2.extensions.cursor"]:
    connection = psycopg2.connect(url.replace("+psycopg2", ""))
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


def _answers(url: str) -> bool:
    with _connected(url) as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone() == (1,)


@contextmanager
def _running(script: str, *arguments: object) -> Iterator["subprocess.Popen[str]"]:
    """Run a script that holds a lease until its input ends, and kill it if it does not end by itself."""
    command = [sys.executable, "-c", script, *map(str, arguments)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=_SOURCES) as process:
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
        assert _answers(server.url())
        assert _is_served(server.home)
    assert not _is_served(server.home)


def test_what_was_stored_is_there_the_next_time(home: Path) -> None:
    with EmbeddedPostgres(home) as server, _connected(server.url()) as cursor:
        cursor.execute("INSERT INTO rows VALUES ('kept', 7)")
    with EmbeddedPostgres(home) as server, _connected(server.url()) as cursor:
        cursor.execute("SELECT number FROM rows WHERE writer = 'kept'")
        assert cursor.fetchall() == [(7,)]


def test_eight_processes_start_at_once_on_an_empty_folder(empty_folder: Path) -> None:
    command = [sys.executable, "-c", _USER, str(empty_folder / "home")]
    starters = [
        subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, cwd=_SOURCES) for _ in range(8)
    ]
    urls = {starter.communicate()[0] for starter in starters}
    assert [starter.returncode for starter in starters] == [0] * 8
    assert len(urls) == 1
    assert not _is_served(empty_folder / "home")


def test_the_server_stays_for_the_others_when_a_user_is_killed(home: Path) -> None:
    with EmbeddedPostgres(home) as server, _running(_USER, home) as other:
        _first_line(other)
        other.kill()
        other.wait()
        time.sleep(1.5)  # more than the guard's period
        assert _answers(server.url())


def test_the_server_ends_when_its_last_user_is_killed(home: Path) -> None:
    with _running(_USER, home) as user:
        _first_line(user)
        assert _is_served(home)
        user.kill()
        _wait_until(lambda: not _processes(home))


def test_a_child_keeps_the_lease_that_it_inherits(home: Path) -> None:
    with _running(_PARENT, home) as parent:
        child = int(_first_line(parent))
        parent.kill()
        parent.wait()
        with EmbeddedPostgres(home) as server:
            assert _answers(server.url())
        assert _is_served(home)
        os.kill(child, signal.SIGKILL)
        _wait_until(lambda: not _is_served(home))


@pytest.mark.parametrize("victim", ["user", "backend", "postmaster", "everybody"])
def test_no_acknowledged_row_is_lost_when_somebody_is_killed(home: Path, tmp_path: Path, victim: str) -> None:
    names = [f"{victim}-{number}" for number in range(3)]

    def noted(name: str) -> list[int]:
        file = tmp_path / name
        # a writer that was killed may have noted half a line
        return [int(line) for line in file.read_text().rpartition("\n")[0].splitlines()] if file.exists() else []

    with ExitStack() as stack:
        writers = {name: stack.enter_context(_running(_WRITER, home, tmp_path, name)) for name in names}
        _wait_until(lambda: all(len(noted(name)) > 20 for name in names))
        if victim == "user":
            writers.pop(names[0]).kill()
        elif victim == "backend":
            next(process for process in _processes(home) if "[local]" in process.command).kill()
        elif victim == "postmaster":
            _postmaster(home).kill()
        else:
            for process in _processes(home):
                process.kill()
            writers.clear()
        before = {name: len(noted(name)) for name in writers}
        # whoever lives goes on writing, on new connections where the old ones are gone
        _wait_until(lambda: all(len(noted(name)) > count + 20 for name, count in before.items()))
        (tmp_path / "enough").touch()
    with EmbeddedPostgres(home) as server, _connected(server.url()) as cursor:
        cursor.execute("SELECT writer, number FROM rows")
        stored = set(cursor.fetchall())
    assert {(name, number) for name in names for number in noted(name)} <= stored


def test_a_server_that_was_killed_with_its_guard_can_be_brought_back(home: Path) -> None:
    with EmbeddedPostgres(home) as server:
        _guard(home).kill()
        _postmaster(home).kill()
        _wait_until(lambda: not _is_served(home))
        server.ensure_running()
        assert _answers(server.url())


def test_a_server_waits_for_the_last_processes_of_the_one_that_was_killed(home: Path) -> None:
    with EmbeddedPostgres(home) as server, _connected(server.url()):
        backend = next(process for process in _processes(home) if "[local]" in process.command)
        os.kill(backend.pid, signal.SIGSTOP)  # too busy to notice
        _guard(home).kill()
        _postmaster(home).kill()
        _wait_until(lambda: not _is_served(home))
        Timer(1, backend.kill).start()
        server.ensure_running()
        assert _answers(server.url())


def test_an_unfinished_database_of_a_killed_process_is_created_again(empty_folder: Path) -> None:
    home = empty_folder / "home"
    with _running(_USER, home) as user:
        _wait_until(lambda: any(home.glob("unfinished-*/base")))
        user.kill()
    for _ in range(2):
        with EmbeddedPostgres(home) as server:
            assert _answers(server.url())
    assert not any(home.glob("unfinished-*"))


@pytest.mark.parametrize("state", ["zombie", "recycled"])
def test_the_id_of_a_dead_server_may_be_that_of_another_process(home: Path, state: str) -> None:
    place = choose_location(home)
    with EmbeddedPostgres(home):
        for process in (_guard(home), _postmaster(home)):
            process.kill()
        _wait_until(lambda: not _processes(home))
    # of the server's own user: PostgreSQL knows by itself that no other user's process is a server of its
    with subprocess.Popen(["sleep", "60"], user=place.account.uid if place.account else None) as other:
        for file in (home / "data" / "postmaster.pid", home / "socket" / ".s.PGSQL.5432.lock"):
            _, _, rest = file.read_text().partition("\n")
            file.write_text(f"{other.pid}\n{rest}")
        if state == "zombie":
            other.kill()
            os.waitid(os.P_PID, other.pid, os.WEXITED | os.WNOWAIT)
        with EmbeddedPostgres(home) as server:
            assert _answers(server.url())
        other.kill()


def test_the_socket_lies_where_only_the_servers_user_may_enter(home: Path) -> None:
    with EmbeddedPostgres(home):
        folder, data = (home / "socket").stat(), (home / "data").stat()
    assert stat.S_IMODE(folder.st_mode) == 0o700
    assert folder.st_uid == data.st_uid


def test_a_socket_folder_that_somebody_else_made_is_refused(spare_home: Path) -> None:
    long = spare_home.rename(spare_home.with_name("long" * 30))
    folder = choose_location(long).socket_folder
    assert folder.parent == Path("/tmp")
    folder.mkdir()
    try:
        with pytest.raises(StoreError, match=f"{folder} is not a folder that only"):
            EmbeddedPostgres(long).acquire()
    finally:
        folder.rmdir()


@needs_root
def test_root_runs_the_server_as_another_user(home: Path) -> None:
    with EmbeddedPostgres(home):
        assert _postmaster(home).user in {"postgres", "nobody"}


@needs_root
def test_root_never_opens_a_folder_to_others(empty_folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    closed = empty_folder / "closed"
    closed.mkdir(mode=0o700)
    with caplog.at_level(logging.WARNING), EmbeddedPostgres(closed / "home") as server:
        assert _answers(server.url())
    with EmbeddedPostgres(closed / "home") as again:
        assert again.home == server.home
    try:
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
        assert server.home.parent == Path("/var/lib/achievement-pipeline")
        assert [record.message for record in caplog.records] == [
            f"The user who runs the database can't enter {closed}/home: it is in {server.home}."
        ]
        assert (server.home, f"{closed}/home") not in find_abandoned()
        shutil.rmtree(closed / "home")
        assert (server.home, f"{closed}/home") in find_abandoned()
    finally:
        _wait_until(lambda: not _processes(closed))
        subprocess.run(["rm", "-rf", server.home], check=True)


@needs_root
def test_root_copies_programs_that_others_cannot_reach(empty_folder: Path) -> None:
    closed, home = empty_folder / "closed", empty_folder / "home"
    closed.mkdir(mode=0o700)
    package = find_binaries(None).folder.parents[1]
    for part in (package, package.with_name(f"{package.name}.libs")):
        if part.exists():
            subprocess.run(["cp", "-a", part, closed], check=True)
    command = [sys.executable, "-c", _USER, str(home)]
    path = os.pathsep.join(map(str, (closed, _SOURCES)))
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": path})
    assert len(list((home / "binaries").glob(f"{package.name}-*"))) == 1
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    assert not _is_served(home)


@needs_root
def test_an_ordinary_user_runs_the_server_as_itself(empty_folder: Path) -> None:
    nobody = Account(65534, 65534)
    python = "/usr/bin/python3"  # the virtual environment's may lie below /root
    modern = [python, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]
    if not Path(python).exists() or subprocess.run(modern, check=False).returncode != 0:
        pytest.skip("no Python that every user may run")
    if not nobody.may_enter(_SOURCES):
        pytest.skip("the sources lie where no other user may enter")
    home = empty_folder / "home"
    home.mkdir()
    os.chown(home, nobody.uid, nobody.gid)
    path = os.pathsep.join([str(_SOURCES), *(entry for entry in sys.path if entry.endswith("site-packages"))])
    used = subprocess.run(
        [python, "-c", _USER, str(home)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        user=nobody.uid,
        group=nobody.gid,
        extra_groups=[],
        env={**os.environ, "PYTHONPATH": path},
    )
    assert used.returncode == 0, used.stderr
    assert (home / "data").stat().st_uid == nobody.uid


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


def test_data_is_served_by_the_version_that_made_it(empty_folder: Path) -> None:
    home = empty_folder / "home"
    place = choose_location(home)
    older = next((found for version in (17, 16, 15) if (found := _installed(version))), None)
    if older is None or older == find_binaries(None):
        pytest.skip("only one version of PostgreSQL is installed")
    home.mkdir()
    (home / "data").mkdir(mode=0o700)
    if place.account:
        os.chown(home / "data", place.account.uid, place.account.gid)
    options = ("--pgdata", str(home / "data"), "--username", "pipeline", "--auth=trust", "--locale=C", "--no-sync")
    assert older.run("initdb", *options, account=place.account, seconds=60).code == 0
    with EmbeddedPostgres(home) as server, _connected(server.url()) as cursor:
        cursor.execute("SHOW server_version")
        assert cursor.fetchall()[0][0].startswith(f"{older.major}.")


def _installed(version: int) -> Binaries | None:
    try:
        return find_binaries(version)
    except StoreError:
        return None


def test_data_of_a_version_that_is_not_installed_is_refused(spare_home: Path) -> None:
    (spare_home / "data" / "PG_VERSION").write_text("12\n")
    with pytest.raises(
        StoreError, match=r"created by PostgreSQL 12, but only [\d, ]+ is installed. Install PostgreSQL 12"
    ):
        EmbeddedPostgres(spare_home).acquire()


def test_data_without_a_version_is_an_error_with_a_remedy(spare_home: Path) -> None:
    (spare_home / "data" / "PG_VERSION").write_text("")
    with pytest.raises(StoreError, match=r"is damaged: .*PG_VERSION does not contain.*achievements restore FILE"):
        EmbeddedPostgres(spare_home).acquire()


def test_an_error_about_a_failed_start_contains_the_log(spare_home: Path) -> None:
    with (spare_home / "data" / "postgresql.conf").open("a") as file:
        file.write("work_mem = nonsense\n")
    with pytest.raises(StoreError, match=r"(?s)does not start.*nonsense.*set DATABASE_URL"):
        EmbeddedPostgres(spare_home).acquire()


@needs_root
def test_a_full_disk_is_named(empty_folder: Path) -> None:
    small = empty_folder / "small"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=10m,mode=755", "tmpfs", small], check=False)
    if mounted.returncode != 0:
        pytest.skip("root may not mount here")
    try:
        with pytest.raises(StoreError, match=r"(?s)can't be created.*No space left on device.*Free some space"):
            EmbeddedPostgres(small / "home").acquire()
        assert not (small / "home" / "data").exists()
        _wait_until(lambda: not _processes(small))
    finally:
        subprocess.run(["umount", small], check=True)


def test_a_home_that_cannot_be_made_is_an_error_for_people(empty_folder: Path) -> None:
    (empty_folder / "file").touch()
    with pytest.raises(StoreError, match=r"Not a directory .*ACHIEVEMENTS_HOME"):
        EmbeddedPostgres(empty_folder / "file" / "home").acquire()


def test_a_child_that_was_forked_meanwhile_keeps_no_lock(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _FORKER, str(tmp_path / "lock")]
    assert subprocess.run(command, check=True, capture_output=True, text=True, cwd=_SOURCES).stdout == "True\n"


def test_a_lease_may_be_taken_and_given_back_twice(home: Path) -> None:
    server = EmbeddedPostgres(home)
    with pytest.raises(StoreError, match="acquire it first"):
        _ = server.lease_fd
    server.acquire()
    server.acquire()
    assert os.fstat(server.lease_fd)
    server.release()
    server.release()
    assert not _is_served(home)


def test_an_error_on_windows_names_the_alternative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    with pytest.raises(StoreError, match="DATABASE_URL"):
        EmbeddedPostgres(tmp_path)


def test_its_import_brings_no_heavy_library() -> None:
    script = "import sys, achievement_pipeline.store.embedded; print(*sys.modules)"
    printed = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True, cwd=_SOURCES)
    assert not {"sqlalchemy", "alembic", "pandas", "psycopg2"} & set(printed.stdout.split())
