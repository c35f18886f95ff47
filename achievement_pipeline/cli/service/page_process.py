"""The process of the page, beside those of Dagster: started by the first request, and again when it ends."""

import select
import socket
import subprocess
import time
from collections.abc import Sequence

import click

from achievement_pipeline.system.child_processes import child_environment

_ATTEMPTS = 6
_SETTLED_SECONDS = 300
"""An end after this time is not related to earlier ones."""

_SECONDS_TO_STOP = 10
"""Requests get five to end."""


class PageProcess:
    """The page, in a process group of its own: it outlives those of Dagster, and ends with this process.

    Nobody looks at it most of the time, and it takes 80 MB: it is started when a browser connects, which waits.
    """

    def __init__(self, command: Sequence[str], listening: socket.socket) -> None:
        """Run a command.

        Args:
            command: Serves the page.
            listening: The socket that it serves, and inherits.
        """
        self._command = command
        self._listening = listening
        self._process: subprocess.Popen[bytes] | None = None
        self._began = 0.0
        self._ends = 0

    def keep_up(self, seconds: float) -> None:
        """Wait some seconds. If a browser connects meanwhile and it does not run, start it.

        After `_ATTEMPTS` ends in a row it is left alone.
        """
        if (self._process is not None and self._process.poll() is None) or self._ends == _ATTEMPTS:
            time.sleep(seconds)
            return
        if not select.select([self._listening], [], [], seconds)[0]:
            return
        if self._process is not None:
            self._ends = 1 if time.monotonic() - self._began > _SETTLED_SECONDS else self._ends + 1
            if self._ends == _ATTEMPTS:
                click.echo(f"❌ The page ended by itself {_ATTEMPTS} times. Its last messages are above.", err=True)
                return
            click.echo("❌ The page ended by itself. It starts again.", err=True)
        self._began = time.monotonic()
        self._process = subprocess.Popen(
            self._command, env=child_environment(), process_group=0, pass_fds=[self._listening.fileno()]
        )

    def stop(self) -> None:
        """Signal it to stop, and kill it if it does not."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(_SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
