"""The client of the examiner process."""

from __future__ import annotations

import atexit
import contextlib
import os
import selectors
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

from achievement_pipeline.app.collect.examiner.limits import (
    LARGEST,
    MEMORY,
    OUT_OF_MEMORY,
    SECONDS,
    Request,
    read_answer,
    write_request,
)
from achievement_pipeline.judging.noise.examine import ContentVerdict
from achievement_pipeline.judging.noise.reasons import Noise
from achievement_pipeline.judging.skills.ecosystems import Ecosystem
from achievement_pipeline.judging.skills.manifests import DependencyChange

_COMMAND = (sys.executable, "-P", "-B", "-m", "achievement_pipeline.app.collect.examiner.process")
_KEPT = ("PATH", "PYTHONHOME", "LD_LIBRARY_PATH", "LANG", "LC_ALL")
"""Environment variables that are passed on: no tokens, nothing that changes which code runs."""
_WAIT = 300
"""Seconds before a process that does not answer is killed, in case the kernel's limits did not. Generous for slow
machines."""
_ATTEMPTS = 2
"""Number of versions of one path that may reach a limit before the path is skipped."""
_ALL_ATTEMPTS = 20
"""Number of files of one repository that may reach a limit before the rest is skipped."""


class Examiner:
    """Analyses the changed files of one repository."""

    def __init__(self, process: _Process, warn: Callable[[str], object]) -> None:
        self._process = process
        self._warn = warn
        self._failed: Counter[str] = Counter()

    def examine(self, path: str, before: bytes | None, after: bytes | None) -> ContentVerdict:
        """Analyse one changed file, as `achievement_pipeline.judging.noise.examine.examine` does.

        Returns:
            The result. If a limit is reached, there is a warning and an empty result.
        """
        if self._failed[path] >= _ATTEMPTS or self._failed.total() >= _ALL_ATTEMPTS:
            return ContentVerdict()
        if max(len(before or b""), len(after or b"")) > LARGEST:
            return self._refuse(path, f"it is larger than {LARGEST >> 20} MB")
        try:
            return _verdict(self._process.ask(Request(path, before, after)))
        except EOFError:
            return self._refuse(path, self._process.restart())

    def _refuse(self, path: str, why: str) -> ContentVerdict:
        self._failed[path] += 1
        if self._failed[path] == 1:
            self._warn(f"{path!r} was not analysed and shows no dependencies: {why}")
        return ContentVerdict()


@contextlib.contextmanager
def examiner(warn: Callable[[str], object]) -> Iterator[Examiner]:
    """Borrow an idle examiner process, or start one.

    Args:
        warn: Called with the path and reason when a limit is reached.
    """
    process = _idle.pop() if _idle else _Process()
    try:
        yield Examiner(process, warn)
    except BaseException:
        process.close()  # a late answer would be taken for that of the next request
        raise
    _idle.append(process)


class _Process:
    """One examiner process with a limit of CPU seconds per file."""

    def __init__(self, seconds: int = SECONDS) -> None:
        self._seconds = seconds
        self._start()

    def ask(self, request: Request) -> Any:  # noqa: ANN401 - what `examine` returned, as JSON has it
        """Send a file and return the answer.

        Raises:
            EOFError: The process ended.
        """
        try:
            write_request(self._input, request)
        except OSError as error:
            raise EOFError from error
        with selectors.DefaultSelector() as selector:
            selector.register(self._output, selectors.EVENT_READ)
            if not selector.select(_WAIT):
                raise EOFError
        return read_answer(self._output)

    def restart(self) -> str:
        """Start a new process, and return why the old one ended."""
        self._child.kill()
        code = self.close()
        self._start()
        if code == -signal.SIGXCPU:
            return f"it took more than {self._seconds} seconds of CPU time"
        if code == OUT_OF_MEMORY:
            return f"it took more than {MEMORY >> 30} GB of memory"
        return f"the examiner process exited with code {code}"

    def close(self) -> int:
        """Close the process's input, and return its exit code."""
        for stream in (self._input, self._output):
            with contextlib.suppress(OSError):
                stream.close()
        return self._child.wait()

    def _start(self) -> None:
        environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
        self._child = subprocess.Popen(
            (*_COMMAND, str(self._seconds)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env=environment | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if Path(path).is_absolute())},
        )
        self._input = cast("BinaryIO", self._child.stdin)
        self._output = cast("BinaryIO", self._child.stdout)


_idle: list[_Process] = []
"""Processes not in use. They end with this one."""


@atexit.register
def _close_idle() -> None:
    while _idle:
        _idle.pop().close()


def _verdict(answer: Any) -> ContentVerdict:  # noqa: ANN401 - see `_Process.ask`
    noise, insertions, deletions, lines_noise, changes, holder = answer
    return ContentVerdict(
        None if noise is None else Noise(noise),
        insertions,
        deletions,
        None if lines_noise is None else Noise(lines_noise),
        tuple(DependencyChange(Ecosystem(ecosystem), package, change) for ecosystem, package, change in changes),
        holder,
    )
