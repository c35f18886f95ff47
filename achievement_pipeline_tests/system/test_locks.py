"""Locks: they end with their holder, and a wait for one says what for, ends in time and can be interrupted."""

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from achievement_pipeline.system import locks

_SOURCES = Path(__file__).parents[2]
_HOLD = """
import sys, time
from pathlib import Path
from achievement_pipeline.system import locks

with locks.exclusive(Path(sys.argv[1]), "nothing", seconds=9):
    print("held", flush=True)
    time.sleep(600)
"""
_WAIT = """
import sys
from pathlib import Path
from achievement_pipeline.system import locks

print("waits", flush=True)
with locks.exclusive(Path(sys.argv[1]), "nothing", seconds=600): ...
"""


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    (tmp_path / "lock").touch()
    return tmp_path / "lock"


def _started(program: str, lock: Path) -> "subprocess.Popen[bytes]":
    process = subprocess.Popen([sys.executable, "-c", program, str(lock)], stdout=subprocess.PIPE, cwd=_SOURCES)
    assert process.stdout
    process.stdout.readline()
    return process


def test_a_lock_ends_with_its_holder_and_not_before(
    lock: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "_SILENT_SECONDS", 0.1)
    with _started(_HOLD, lock) as holder:
        with (
            caplog.at_level(logging.WARNING),
            pytest.raises(locks.BusyError, match=f"Waited 1 seconds for the clone: process {holder.pid} holds"),
            locks.exclusive(lock, "the clone", seconds=1),
        ):
            pass
        assert f"Waiting for the clone: process {holder.pid} holds" in caplog.text
        holder.kill()
        holder.wait()
        with locks.exclusive(lock, "the clone", seconds=1):
            assert lock.read_text() == f"{os.getpid()}\n"


def test_a_wait_can_be_interrupted(lock: Path) -> None:
    with locks.exclusive(lock, "nothing", seconds=1), _started(_WAIT, lock) as waiting:
        waiting.terminate()
        assert waiting.wait(30) != 0
