"""The page costs nothing until somebody looks at it."""

import os
import socket
import sys
from pathlib import Path

from achievement_pipeline.cli.service.page_process import PageProcess


def test_the_page_is_started_by_the_first_connection(tmp_path: Path) -> None:
    started = tmp_path / "started"
    command = [sys.executable, "-S", "-c", f"open({str(started)!r}, 'w')"]
    with socket.create_server(("127.0.0.1", 0)) as listening:
        page = PageProcess(command, listening)
        page.keep_up(os.getpgrp(), 0.01)
        page.reap()
        assert not started.exists()
        with socket.create_connection(listening.getsockname()):
            page.keep_up(os.getpgrp(), 60)
        page.reap()
    assert started.exists()
