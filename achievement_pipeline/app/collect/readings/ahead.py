"""Read a repository in a process of its own, before the run that will want it: Dagster is imported meanwhile.

What follows from what was read is computed there too, while the run stores what was read.
"""

import itertools
import multiprocessing
import pickle
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import IO, Final, Generic, TypeVar, cast

from achievement_pipeline.app.collect.readings.progress import Progress, Reporting

Read = TypeVar("Read")

_CONTEXT: Final = (
    multiprocessing.get_context("fork") if sys.platform == "linux" else multiprocessing.get_context("spawn")
)
"""A copy of this process has imported everything. Where it is not safe to make one, a new process imports it again."""
_START, _PROGRESS, _WARNING, _READ = "start", "progress", "warning", "read"
"""The kinds of messages that the process sends. After `_READ` comes what was read, then what follows from it."""
_PERIOD: Final = 0.05
"""Seconds between two reports of progress."""


class ReadAhead(Generic[Read]):
    """A reading that has begun.

    Args:
        wanted: What is read. Whoever wants something else reads that.
        process: Reads it.
        messages: What the process sends.
        thread: Not started yet.
    """

    def __init__(self, wanted: object, process: BaseProcess, messages: IO[bytes], thread: ThreadPoolExecutor) -> None:
        self._wanted = wanted
        self._process = process
        self._messages = messages
        self._thread = thread
        self._warnings: Future[list[str] | None] | None = None
        self._is_taken = False

    def show(self, start: Callable[[str], Progress]) -> None:
        """Show the progress in a thread from now on. It must be shown to be taken.

        Args:
            start: Shows the progress of a piece of work, which it names.
        """
        self._warnings = self._thread.submit(_follow, self._messages, start)

    def take(self, wanted: object, warn: Callable[[str], object]) -> Read | None:
        """Wait for what was read, pass its warnings on, and return it.

        Returns:
            None if something else was read, if it was taken before, or if it could not be read: read it then, which
            shows why.
        """
        followed, self._warnings, self._is_taken = self._warnings, None, False
        if followed is None or wanted != self._wanted:
            self._process.kill()
            return None
        warnings = followed.result()
        if warnings is None:
            return None
        read = self._load()
        for warning in warnings if read is not None else ():
            warn(warning)
        self._is_taken = read is not None
        return cast("Read | None", read)

    def take_next(self, name: str) -> object | None:
        """Wait for what follows from what was taken, and return it. It comes in the order in which it is computed.

        Args:
            name: Its name.

        Returns:
            None if nothing was taken, if another name is next, or if it could not be computed: compute it then, which
            shows why.
        """
        following = self._load() if self._is_taken else None
        self._is_taken = isinstance(following, tuple) and following[0] == name
        return following[1] if isinstance(following, tuple) and self._is_taken else None

    def _load(self) -> object | None:
        try:
            loaded: object = pickle.load(self._messages)  # noqa: S301 - by our own process
        except (EOFError, pickle.UnpicklingError):
            return None
        return loaded


@contextmanager
def reading_ahead(
    wanted: object, read: Callable[[Reporting], Read], follow: Callable[[Read], Iterable[tuple[str, object]]]
) -> Iterator[ReadAhead[Read]]:
    """Begin to read in a process that ends with the block. Begin before any thread does: a copy has none of them.

    Args:
        wanted: What is read.
        read: Reads it; a function that can be pickled, as can what it returns.
        follow: Computes what follows from it, each by name; the same holds for it.
    """
    messages, sender = _CONTEXT.Pipe(duplex=False)
    process = _CONTEXT.Process(target=_read, args=(read, follow, sender, messages), daemon=True)
    process.start()
    sender.close()
    with (
        messages,
        open(messages.fileno(), "rb", closefd=False) as stream,
        ThreadPoolExecutor(1, "read ahead") as thread,
    ):
        try:
            yield ReadAhead(wanted, process, stream, thread)
        finally:
            process.kill()
            process.join()


def _follow(messages: IO[bytes], start: Callable[[str], Progress]) -> list[str] | None:
    """Show the progress until something was read; return the warnings, or None if the process ended before."""
    shown: dict[str, Progress] = {}
    warnings: list[str] = []
    while True:
        try:
            kind, *values = pickle.load(messages)  # noqa: S301 - by our own process
        except (EOFError, pickle.UnpicklingError):
            return None
        if kind == _READ:
            return warnings
        if kind == _WARNING:
            warnings += values
        elif kind == _START:
            shown[values[0]] = start(values[0])
        else:
            work, done, total = values
            shown[work](done, total)


def _read(
    read: Callable[[Reporting], Read],
    follow: Callable[[Read], Iterable[tuple[str, object]]],
    sender: Connection,
    messages: Connection,
) -> None:
    """Read in the process, and send it; nothing where it can't be read, or nobody waits for it any more."""
    messages.close()  # else writing would not fail once nobody reads
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    with suppress(Exception), open(sender.fileno(), "wb", closefd=False) as stream:
        result = read(_reporting(stream))
        _send(stream, _READ)
        for sent in itertools.chain[object]([result], follow(result)):
            pickle.dump(sent, stream, pickle.HIGHEST_PROTOCOL)
            stream.flush()


def _reporting(stream: IO[bytes]) -> Reporting:
    def start(work: str) -> Progress:
        _send(stream, _START, work)
        next_report = 0.0

        def report(done: int, total: int) -> None:
            nonlocal next_report
            if done == total or time.monotonic() >= next_report:
                next_report = time.monotonic() + _PERIOD
                _send(stream, _PROGRESS, work, done, total)

        return report

    return Reporting(lambda _: None, lambda warning: _send(stream, _WARNING, warning), start)


def _send(stream: IO[bytes], *message: object) -> None:
    pickle.dump(message, stream)
    stream.flush()
