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
from typing import IO, Any, NamedTuple, cast

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
_MUCH = 1 << 18
"""Number of bytes that wait for one process when another one is started."""
_MOST_PROCESSES = min(2, os.cpu_count() or 1)
"""More would wait for the contents, which are read in half the time that one process takes to analyse them."""
_CHUNK = 1 << 16
_ALL_ATTEMPTS = 20
"""Number of files of one repository that may reach a limit before the rest is skipped."""


class Examiner:
    """Analyses the changed files of one repository, by two processes where there is much to do.

    Args:
        processes: Those that are borrowed, to which another one may be added.
        warn: Called with the path and reason when a limit is reached.
    """

    def __init__(self, processes: list[_Process], warn: Callable[[str], object]) -> None:
        self._processes = processes
        self._warn = warn
        self._failed: Counter[str] = Counter()
        self._unanswered: Counter[_Process] = Counter()
        """Bytes of the files that each process has not answered yet."""

    def examine(self, path: str, before: bytes | None, after: bytes | None) -> ContentVerdict:
        """Analyse one changed file, as `achievement_pipeline.judging.noise.examine.examine` does.

        Returns:
            The result. If a limit is reached, there is a warning and an empty result.
        """
        return next(self.examine_all([Request(path, before, after)]))

    def examine_all(self, files: Iterable[Request]) -> Iterator[ContentVerdict]:
        """Analyse changed files as `examine` does, and yield the results in their order.

        While the processes analyse files, the next ones are sent to them.
        """
        waiting: deque[_Waiting] = deque()
        for file in files:
            waiting.append(_Waiting(file, self._send(file)))
            while self._unanswered.total() > _AHEAD:
                yield self._next_result(waiting)
        while waiting:
            yield self._next_result(waiting)

    def _send(self, file: Request, process: _Process | None = None) -> _Process | None:
        """Send a file, by default to the process with the least to do; return that process.

        Returns:
            None if the file will not be analysed.
        """
        if self._failed[file.path] >= _ATTEMPTS or self._failed.total() >= _ALL_ATTEMPTS:
            return None
        if max(len(file.before or b""), len(file.after or b"")) > LARGEST:
            self._refuse(file.path, f"it is larger than {LARGEST >> 20} MB")
            return None
        process = process or self._choose()
        self._unanswered[process] += file.size
        process.send(file)
        return process

    def _choose(self) -> _Process:
        least = min(self._processes, key=self._unanswered.__getitem__)
        if self._unanswered[least] > _MUCH and len(self._processes) < _MOST_PROCESSES:
            least = _borrow()
            self._processes.append(least)
        return least

    def _next_result(self, waiting: deque[_Waiting]) -> ContentVerdict:
        """Return the result of the first of the waiting files, and drop it."""
        file, process = waiting.popleft()
        if process is None:
            return ContentVerdict()
        self._unanswered[process] -= file.size
        try:
            return _verdict(process.receive())
        except EOFError:
            refused = self._refuse(file.path, process.restart())
        # it ended at this file, before it came to its other ones
        del self._unanswered[process]
        again = [_Waiting(other, self._send(other, by) if by is process else by) for other, by in waiting]
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
    """Borrow idle examiner processes, or start them.

    Args:
        warn: Called with the path and reason when a limit is reached.
    """
    processes = [_borrow()]
    try:
        yield Examiner(processes, warn)
    except BaseException:
        for process in processes:
            process.close()  # a late answer would be taken for that of the next request
        raise
    _idle.extend(processes)


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


class _Waiting(NamedTuple):
    """A file whose result is awaited."""

    file: Request
    process: _Process | None
    """The process that it was sent to; None if it was not."""


_idle: list[_Process] = []
"""Processes not in use. They end with this one."""


def _borrow() -> _Process:
    return _idle.pop() if _idle else _Process()


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
