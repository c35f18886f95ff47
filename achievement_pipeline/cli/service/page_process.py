"""The process of the page, beside those of Dagster: started again when it ends, without disturbing them."""

import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress

import click

from achievement_pipeline.system.child_processes import child_environment

_ATTEMPTS = 6
_SETTLED_SECONDS = 300
"""An end after this time is not related to earlier ones."""


class PageProcess:
    """The page, in the process group of Dagster's processes, so that it ends with them."""

    def __init__(self, command: Sequence[str], descriptors: Sequence[int] = ()) -> None:
        """Run a command.

        Args:
            command: Serves the page.
            descriptors: Files that it inherits.
        """
        self._command = command
        self._descriptors = descriptors
        self._process: subprocess.Popen[bytes] | None = None
        self._began = 0.0
        self._ends = 0

    def keep_up(self, group: int) -> None:
        """Start it in a process group, unless it runs; after `_ATTEMPTS` ends in a row it is left alone."""
        if self._process is not None:
            if self._process.poll() is None or self._ends == _ATTEMPTS:
                return
            self._ends = 1 if time.monotonic() - self._began > _SETTLED_SECONDS else self._ends + 1
            if self._ends == _ATTEMPTS:
                click.echo(f"❌ The page ended by itself {_ATTEMPTS} times. Its last messages are above.", err=True)
                return
            click.echo("❌ The page ended by itself. It starts again.", err=True)
        self._began = time.monotonic()
        with suppress(OSError):  # the group has ended, which is noticed by those who wait for it
            self._process = subprocess.Popen(
                self._command, env=child_environment(), process_group=group, pass_fds=self._descriptors
            )

    def stop(self) -> None:
        """Signal it to stop."""
        if self._process is not None:
            self._process.terminate()

    def reap(self) -> None:
        """Wait until it has ended, and be ready for another group."""
        if self._process is not None:
            self._process.wait()
        self._process = None
