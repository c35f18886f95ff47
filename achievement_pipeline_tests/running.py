"""A service that really runs, for tests and benchmarks: `achievements start` in a process, on a free port."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_SOURCES = Path(__file__).parents[1]


@contextmanager
def running_service(log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Run the service of the settings in this process's environment; asked to stop at the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    command = [sys.executable, "-c", "from achievement_pipeline.cli import main; main()", "start", "--port", port]
    with log.open("wb") as output, subprocess.Popen(command, cwd=_SOURCES, stdout=output, stderr=output) as process:
        try:
            yield process
        finally:
            process.terminate()
