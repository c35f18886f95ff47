"""The page costs nothing until somebody looks at it."""

import socket
import sys
from pathlib import Path

from achievement_pipeline.cli.service.page_process import PageProcess
from achievement_pipeline_tests.running import wait_until


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
