"""The page costs nothing until somebody looks at it."""

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from achievement_pipeline.cli.service import page_process
from achievement_pipeline.cli.service.page_process import PageProcess
from achievement_pipeline_tests.running import wait_until

pytestmark = pytest.mark.e2e


def test_the_page_is_started_by_the_first_connection(tmp_path: Path) -> None:
    started = tmp_path / "started"
    command = [sys.executable, "-S", "-c", f"open({str(started)!r}, 'w')"]
    with socket.create_server(("127.0.0.1", 0)) as listening:
        page = PageProcess(command, listening)
        page.keep_up(0.01)
        page.stop()
        assert not started.exists()
        with socket.create_connection(listening.getsockname()):
            page.keep_up(60)
            wait_until(started.exists)
        page.stop()


def test_a_page_that_does_not_stop_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_process, "_SECONDS_TO_STOP", 0.1)
    started = tmp_path / "started"
    deaf = f"import signal, time; signal.signal(15, signal.SIG_IGN); open({str(started)!r}, 'w'); time.sleep(600)"
    with socket.create_server(("127.0.0.1", 0)) as listening:
        page = PageProcess([sys.executable, "-S", "-c", deaf], listening)
        with socket.create_connection(listening.getsockname()):
            page.keep_up(60)
            wait_until(started.exists)
        page.stop()


def test_the_page_ends_once_its_service_is_gone() -> None:
    code = "import sys; from achievement_pipeline.cli.service.page import _end_with; _end_with(int(sys.argv[1]))"
    ended = subprocess.run([sys.executable, "-c", code, str(2**30)], check=False, timeout=400)
    assert ended.returncode == -signal.SIGTERM
