"""A PostgreSQL server for the whole run, and a database of its own for every test that asks for one.

``database_url`` and ``engine`` give a test the tables, empty; ``empty_database_url`` gives it nothing at all. ``home``
is an environment without settings.
"""

import datetime as dt
import os
import platform
import shutil
import signal
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from itertools import chain, groupby, islice
from operator import attrgetter
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings

from achievement_pipeline.settings import APP_NAME, Environment
from achievement_pipeline.store.embedded import EmbeddedPostgres
from achievement_pipeline.store.postgres.database import create_engine, ensure_database, migrate
from achievement_pipeline.system import locks
from achievement_pipeline.system.memory import spare_memory_work

# a law holds on a busy machine too: there no example is wrong for having taken long
_unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("dev", _unhurried, max_examples=10)
# the same examples each time, as in hypothesis' own profile for CI; "dev" and "fuzz" look for new ones
settings.register_profile("full", _unhurried, max_examples=30, derandomize=True)
settings.register_profile("fuzz", _unhurried, max_examples=2_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))

_QUICK = "not e2e"
"""The marks of the quick tests."""
_SOAK_HEAD = """\
# The last soak

Written by `make soak`: a service and a `collect` are killed in every way, lose their database, their disk and their
clock; afterwards the result equals that of an undisturbed run. {at}, {machine}.
"""
_SOAK_COLUMNS = "| test | outcome | time | figures |\n| --- | --- | --- | --- |"


def make_config_home(folder: Path) -> Path:
    """Return a folder for XDG_CONFIG_HOME in which this program's own is `folder`."""
    config_home = folder / "config"
    config_home.mkdir(exist_ok=True)
    (config_home / APP_NAME).symlink_to(folder)
    return config_home


_PATIENCE_SECONDS = 900
_ROOM_FOR_DATABASES = 4 * 2**30
_SHARED = pytest.StashKey[Path]()
_soaked: list[str] = []
_compiled: dict[Any, tuple[sa.Dialect, Any]] = {}
"""A dialect that was connected and its compiled statements, by type and isolation level of the engine."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let `make soak` keep a log of its last run, with figures."""
    parser.addoption("--soak-log", type=Path, help="Markdown file that the log of the soak tests replaces")


@pytest.hookimpl(tryfirst=True)  # before pytest chooses the folder of `tmp_path`
def pytest_configure(config: pytest.Config) -> None:
    """Look for reference cycles as rarely as the program; choose the folder of what all workers of this run share."""
    spare_memory_work()
    # a shell without job control lets its background ignore Ctrl-C; Dagster then ignores SIGTERM too, and all children
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if (worker := getattr(config, "workerinput", None)) is not None:
        config.stash[_SHARED] = Path(worker["shared"])
        return
    memory = _in_memory()
    # pytest's own folders have long names, and a socket's must be short
    folder = Path(tempfile.mkdtemp(prefix="achievements-", dir=memory))
    folder.chmod(0o755)  # where root runs the tests, the server is another user's
    if memory and config.option.basetemp is None:
        # of `tmp_path`: a run makes and removes some fifty thousand files and folders
        config.option.basetemp = folder / "files"
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))  # a worker may be about to stop in it
    config.stash[_SHARED] = folder


def _in_memory() -> str | None:
    """Return a folder in memory with room for the databases and files of a run; None where there is none."""
    memory = Path("/dev/shm")
    has_room = memory.is_dir() and shutil.disk_usage(memory).free > _ROOM_FOR_DATABASES
    return str(memory) if has_room and os.access(memory, os.W_OK | os.X_OK) else None


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Run the quick tests, where all of them are wanted, on all processors."""
    all_wanted = config.args_source is not pytest.Config.ArgsSource.ARGS and config.option.markexpr == _QUICK
    is_worker = hasattr(config, "workerinput")
    if all_wanted and not is_worker and not config.option.usepdb and getattr(config.option, "numprocesses", 0) is None:
        config.option.numprocesses, config.option.dist = "auto", "worksteal"


@pytest.hookimpl(optionalhook=True)  # of pytest-xdist
def pytest_xdist_auto_num_workers() -> int:
    """One worker more than processors: tests of services and processes wait a good part of their time."""
    return (os.cpu_count() or 1) + 1


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Import no module for the quick tests that has none: it takes a fifth of the time to collect."""
    if config.option.markexpr == _QUICK and collection_path.match("test_*.py"):
        text = collection_path.read_text(encoding="utf-8")
        return any(f"\npytestmark = {marks}" in text for marks in ("pytest.mark.e2e", "[pytest.mark.e2e,")) or None
    return None


@pytest.hookimpl(trylast=True)  # after what is deselected is gone
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let every worker begin with its share of the modules that need services: what is left for the end is quick.

    pytest-xdist gives each worker as many tests, in this order. Workers that are done take over tests from the end of
    others, but never the last two: were those slow, one worker would run them while the others have nothing to do.
    """
    if (worker := getattr(config, "workerinput", None)) is None:
        return
    workers: int = worker["workercount"]
    slow = [item for item in items if item.get_closest_marker("e2e")]
    quick = iter([item for item in items if not item.get_closest_marker("e2e")])
    modules = [list(module) for _, module in groupby(slow, attrgetter("path"))]
    ordered: list[pytest.Item] = []
    for number in range(workers):
        ordered += chain.from_iterable(modules[number::workers])
        ordered += islice(quick, max(0, len(items) * (number + 1) // workers - len(ordered)))
    items[:] = [*ordered, *quick]


@pytest.hookimpl(optionalhook=True)  # of pytest-xdist
def pytest_configure_node(node: Any) -> None:
    """Name the shared folder to a worker."""
    node.workerinput["shared"] = str(node.config.stash[_SHARED])


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note how each soak test ended, how long it took, and what it measured."""
    if "soak" in report.keywords and (report.when == "call" or report.outcome != "passed"):
        name = report.nodeid.partition("/")[2].replace("|", " ")
        figures = "; ".join(str(value) for key, value in report.user_properties if key == "figures")
        _soaked.append(f"| `{name}` | {report.outcome} | {report.duration:.0f} s | {figures} |")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the log where one is wanted."""
    log: Path | None = session.config.getoption("--soak-log")
    if log and _soaked and not hasattr(session.config, "workerinput"):
        machine = f"{os.cpu_count()} processors, load {os.getloadavg()[2]:.1f} at the end, {platform.platform()}"
        head = (_SOAK_HEAD.format(at=f"{dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M} UTC", machine=machine), _SOAK_COLUMNS)
        log.parent.mkdir(exist_ok=True)
        log.write_text("\n".join([*head, *_soaked]) + "\n")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's data folder, empty; no setting of the machine is seen. The user is Ada, as `builders` has her.

    The test stands in the user's configuration folder: an ``achievements.toml`` that it writes there is the user's own.
    """
    return use_home(tmp_path, monkeypatch)


def use_home(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Set the environment of `home` for as long as the patch lasts."""
    folder.chmod(0o711)  # as in `open_files`
    for name in (*Environment.model_fields, "DAGSTER_HOME", "COLUMNS"):
        monkeypatch.delenv(name.upper(), raising=False)
    # whatever the code sets is taken back after the test
    monkeypatch.setenv("DAGSTER_HOME", "")
    monkeypatch.setenv("ACHIEVEMENTS_HOME", str(folder / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(make_config_home(folder)))
    git_config = folder / "config/gitconfig"
    git_config.write_text("[user]\n\tname = Ada Lovelace\n\temail = ada@example.org\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(git_config))
    monkeypatch.chdir(folder)
    return folder / "home"


@pytest.fixture(scope="session")
def shared(request: pytest.FixtureRequest) -> Path:
    """The folder of what is made once for all workers of this run."""
    return request.config.stash[_SHARED]


@pytest.fixture(scope="session", autouse=True)
def open_files(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Let root's database server, another user's, enter the folder of `tmp_path`, where that is a shared one.

    A data folder that it can't enter it replaces by one of the system, which stays there after the test.
    """
    base = tmp_path_factory.getbasetemp()
    for folder in (base, *base.parents):
        if folder.is_relative_to(shared):
            folder.chmod(0o711)


@pytest.fixture(scope="session")
def server(shared: Path) -> Iterator[EmbeddedPostgres]:
    """One embedded server for all tests. It may lose its data with the power, and is faster for it."""
    with EmbeddedPostgres(shared / "postgres") as running:
        with _administrator(running) as connection:
            for setting in ("fsync", "full_page_writes", "synchronous_commit"):
                connection.execute(sa.text(f"ALTER SYSTEM SET {setting} = off"))
            connection.execute(sa.text("SELECT pg_reload_conf()"))
        yield running
        _administrators(running.url()).dispose()


@pytest.fixture(scope="session")
def migrated_template(shared: Path, server: EmbeddedPostgres) -> str:
    """The name of a database with empty tables, to be copied."""
    with only_once(shared / "migrated") as is_first:
        if is_first:
            engine = create_engine(ensure_database(server.url(), "migrated"))
            migrate(engine)
            engine.dispose()
    return "migrated"


@pytest.fixture
def database_url(server: EmbeddedPostgres, migrated_template: str) -> Iterator[str]:
    """The address of a database with empty tables, this test's own."""
    with copy_database(server, migrated_template) as url:
        yield url


@pytest.fixture
def spare_database_url(server: EmbeddedPostgres, migrated_template: str) -> Iterator[str]:
    """The address of another database with empty tables, to compare with."""
    with copy_database(server, migrated_template) as url:
        yield url


@pytest.fixture
def empty_database_url(server: EmbeddedPostgres) -> Iterator[str]:
    """The address of a database without tables, this test's own."""
    with copy_database(server, "template0") as url:
        yield url


@pytest.fixture
def engine(database_url: str) -> Iterator[sa.Engine]:
    """An engine on `database_url`."""
    engine = create_engine(database_url)
    yield engine
    engine.dispose()


@sa.event.listens_for(sa.Engine, "engine_connect")
def share_compiled_statements(connection: sa.Connection) -> None:
    """Let all engines of this process use what the first of their kind has compiled.

    Every test and every command has an engine of its own, and to compile statements takes longer than to execute them.
    """
    engine = connection.engine
    kind = (type(engine.dialect), engine.dialect._on_connect_isolation_level)
    engine.dialect, engine._compiled_cache = _compiled.setdefault(kind, (engine.dialect, engine._compiled_cache))
    connection.dialect = engine.dialect


@contextmanager
def only_once(done: Path) -> Iterator[bool]:
    """Give whether this worker is the first here, while all others wait; it is done once the file is there."""
    lock = done.with_suffix(".lock")
    lock.touch()
    with locks.exclusive(lock, "another worker of this run", seconds=_PATIENCE_SECONDS):
        yield not done.exists()
        done.touch()


@contextmanager
def copy_database(server: EmbeddedPostgres, template: str) -> Iterator[str]:
    """Give the address of a copy of a database, for as long as it is needed."""
    name = f"test_{uuid.uuid4().hex}"
    with _administrator(server) as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY"))
    yield server.url(name)
    with _administrator(server) as connection:
        connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))


def fill_once(server: EmbeddedPostgres, template: str, filled: Path, fill: Callable[[sa.Engine], object]) -> str:
    """Copy a database and fill the copy, once for all workers; return its name, that of the file which notes it."""
    with only_once(filled) as is_first:
        if is_first:
            with _administrator(server) as connection:
                connection.execute(sa.text(f"CREATE DATABASE {filled.name} TEMPLATE {template} STRATEGY FILE_COPY"))
            engine = create_engine(server.url(filled.name))
            fill(engine)
            engine.dispose()
    return filled.name


def _administrator(server: EmbeddedPostgres) -> sa.Connection:
    return _administrators(server.url()).connect()


@cache
def _administrators(url: str) -> sa.Engine:
    """Return an engine whose connection all tests use in turn."""
    return create_engine(url).execution_options(isolation_level="AUTOCOMMIT")
