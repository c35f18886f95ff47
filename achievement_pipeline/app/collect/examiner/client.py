"""The client of the examiner process."""

from __future__ import annotations

import atexit
import contextlib
import os
import select
import signal
import subprocess
import sys
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Any, cast

from achievement_pipeline.app.collect.examiner.limits import (
    LARGEST,
    MEMORY,
    OUT_OF_MEMORY,
    SECONDS,
    Request,
    encode_request,
    take_answer,
)
from achievement_pipeline.judging.noise.examine import ContentVerdict
from achievement_pipeline.judging.noise.reasons import Noise
from achievement_pipeline.judging.skills.ecosystems import Ecosystem
from achievement_pipeline.judging.skills.manifests import DependencyChange
from achievement_pipeline.system.child_processes import resize_pipe

_COMMAND = (sys.executable, "-P", "-B", "-m", "achievement_pipeline.app.collect.examiner.process")
_KEPT = ("PATH", "PYTHONHOME", "LD_LIBRARY_PATH", "LANG", "LC_ALL")
"""Environment variables that are passed on: no tokens, nothing that changes which code runs."""
_WAIT = 300
"""Seconds before a process that does not answer is killed, in case the kernel's limits did not. Generous for slow
machines."""
_ATTEMPTS = 2
"""Number of versions of one path that may reach a limit before the path is skipped."""
_AHEAD = 1 << 20
"""Number of bytes of files that are sent before the answer to the first of them is awaited."""
_CHUNK = 1 << 16
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
        return next(self.examine_all([Request(path, before, after)]))

    def examine_all(self, files: Iterable[Request]) -> Iterator[ContentVerdict]:
        """Analyse changed files as `examine` does, and yield the results in their order.

        While the process analyses one file, the next ones are sent to it.
        """
        waiting: deque[tuple[Request, bool]] = deque()
        size = 0
        for file in files:
            waiting.append((file, self._send(file)))
            size += file.size
            while size > _AHEAD:
                size -= waiting[0][0].size
                yield self._next_result(waiting)
        while waiting:
            yield self._next_result(waiting)

    def _send(self, file: Request) -> bool:
        """Send a file unless it will not be analysed; return whether it was sent."""
        if self._failed[file.path] >= _ATTEMPTS or self._failed.total() >= _ALL_ATTEMPTS:
            return False
        if max(len(file.before or b""), len(file.after or b"")) > LARGEST:
            self._refuse(file.path, f"it is larger than {LARGEST >> 20} MB")
            return False
        self._process.send(file)
        return True

    def _next_result(self, waiting: deque[tuple[Request, bool]]) -> ContentVerdict:
        """Return the result of the first of the waiting files, each with whether it was sent, and drop it."""
        file, was_sent = waiting.popleft()
        if not was_sent:
            return ContentVerdict()
        try:
            return _verdict(self._process.receive())
        except EOFError:
            refused = self._refuse(file.path, self._process.restart())
        # it ended at this file, before it came to the others
        again = [(other, sent and self._send(other)) for other, sent in waiting]
        waiting.clear()
        waiting.extend(again)
        return refused

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

    def send(self, request: Request) -> None:
        """Send a file. If the process has ended, `receive` reports it."""
        left = memoryview(encode_request(request))
        while left:
            ready = dict(self._either.poll(_WAIT * 1000))
            if not ready:
                self._child.kill()
                return
            # a process whose answers are not taken does not read
            if self._output in ready and not self._take():
                return
            if self._input in ready:
                try:
                    left = left[os.write(self._input, left) :]
                except BrokenPipeError:
                    return

    def receive(self) -> Any:  # noqa: ANN401 - what `examine` returned, as JSON has it
        """Return the next answer.

        Raises:
            EOFError: The process ended.
        """
        while (answer := take_answer(self._received)) is None:
            if not self._answering.poll(_WAIT * 1000) or not self._take():
                raise EOFError
        return answer

    def _take(self) -> bool:
        """Take what the process has written; return whether it still can write."""
        chunk = os.read(self._output, _CHUNK)
        self._received += chunk
        return bool(chunk)

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
        for stream in (self._child.stdin, self._child.stdout):
            if stream:
                stream.close()
        return self._child.wait()

    def _start(self) -> None:
        environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
        self._child = subprocess.Popen(
            (*_COMMAND, str(self._seconds)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            cwd="/",
            env=environment | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if Path(path).is_absolute())},
        )
        self._input, self._output = (
            cast("IO[bytes]", pipe).fileno() for pipe in (self._child.stdin, self._child.stdout)
        )
        os.set_blocking(self._input, False)
        resize_pipe(self._input, _AHEAD)
        self._received = bytearray()
        self._answering, self._either = select.poll(), select.poll()
        for poll in (self._answering, self._either):
            poll.register(self._output, select.POLLIN)
        self._either.register(self._input, select.POLLOUT)


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
