"""Who runs as the service of a home: one at a time, and none that was killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from achievement_pipeline.cli.service.presence import (
    ServiceError,
    commands_of,
    end_leftovers,
    find_service,
    note_group,
    run_as_service,
    stop_service,
)

pytestmark = pytest.mark.e2e

_SOURCES = Path(__file__).parents[3]
_PATIENCE = 400.0
"""Seconds; a kernel short of memory may take ten and more over the end of a process."""

# stands for `achievements start`: it starts a process in a group of its own, and waits to be stopped
_SERVICE = """
import signal, subprocess, sys, time
from pathlib import Path
from achievement_pipeline.cli.service.presence import note_group, run_as_service

home = Path(sys.argv[1])
with run_as_service(home, "http://127.0.0.1:1") as service:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", sys.argv[2]], process_group=0)
    note_group(home, service, child.pid)
    if sys.argv[2] == "deaf":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print(child.pid, flush=True)
    time.sleep(600)
"""


@contextmanager
def _service(home: Path, child: str = "dagster") -> Iterator[tuple["subprocess.Popen[str]", int]]:
    """Run a service in another process; give it, and its child."""
    command = [sys.executable, "-c", _SERVICE, str(home), child]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=_SOURCES) as process:
        assert process.stdout
        group = int(process.stdout.readline())
        try:
            yield process, group
        finally:
            process.kill()
            if _lives(group):
                os.killpg(group, signal.SIGKILL)


def _lives(pid: int) -> bool:
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(state.strip()) and not state.startswith("Z")


def test_where_nothing_ever_ran_nothing_is_found_and_nothing_is_made(tmp_path: Path) -> None:
    assert find_service(tmp_path / "home") is None
    assert not end_leftovers(tmp_path / "home")
    assert not (tmp_path / "home").exists()


def test_a_service_is_found_while_it_runs(tmp_path: Path) -> None:
    with run_as_service(tmp_path, "http://127.0.0.1:3000"):
        found = find_service(tmp_path)
        assert found
        assert (found.pid, found.url) == (os.getpid(), "http://127.0.0.1:3000")
    assert find_service(tmp_path) is None


def test_a_second_service_is_refused_and_leaves_the_first_alone(tmp_path: Path) -> None:
    with _service(tmp_path) as (process, group):
        message = rf"runs already: http://127.0.0.1:1, process {process.pid},"
        with pytest.raises(ServiceError, match=message), run_as_service(tmp_path, "http://127.0.0.1:2"):
            pass
        assert _lives(group)


def test_a_service_that_was_killed_is_not_found_and_what_it_left_ends_with_the_next_one(tmp_path: Path) -> None:
    with _service(tmp_path) as (process, group):
        process.kill()
        process.wait()
        assert find_service(tmp_path) is None
        assert _lives(group)
        with run_as_service(tmp_path, "http://127.0.0.1:2"):
            assert not _lives(group)


def test_a_number_that_is_another_programs_by_now_is_left_alone(tmp_path: Path) -> None:
    with _service(tmp_path, child="an editor") as (process, group):
        process.kill()
        process.wait()
        assert not end_leftovers(tmp_path)
        assert _lives(group)


def test_a_service_stops_when_it_is_asked_to(tmp_path: Path) -> None:
    with _service(tmp_path):
        service = find_service(tmp_path)
        assert service
        assert stop_service(service, tmp_path, seconds=_PATIENCE)
    assert find_service(tmp_path) is None


def test_a_service_that_does_not_stop_is_told_of(tmp_path: Path) -> None:
    with _service(tmp_path, child="deaf"):
        service = find_service(tmp_path)
        assert service
        assert not stop_service(service, tmp_path, seconds=0.5)


def test_a_record_that_is_broken_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "service.json").write_text('{"pid": 1')
    with run_as_service(tmp_path, "http://127.0.0.1:3000") as service:
        note_group(tmp_path, service, 4711)
        found = find_service(tmp_path)
    assert found
    assert found.group == 4711


@pytest.mark.skipif(sys.platform != "linux", reason="there is no /proc")
def test_commands_are_found_where_there_is_no_ps(monkeypatch: pytest.MonkeyPatch) -> None:
    command = [sys.executable, "-c", "import time; time.sleep(600)", "a (b) c"]
    with subprocess.Popen(command, process_group=0) as child:
        monkeypatch.setenv("PATH", "")
        try:
            while not (found := commands_of(child.pid))[0].endswith("a (b) c"):  # not yet executed
                time.sleep(0.05)
        finally:
            child.kill()
    assert found == [" ".join(command)]
    assert commands_of(child.pid) == []
