"""Read a repository in a thread, before the run that will want it: git is at work while Dagster is imported."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Generic, TypeVar

from achievement_pipeline.app.collect.readings.progress import Progress, Reporting
from achievement_pipeline.errors import AchievementPipelineError

Read = TypeVar("Read")


class _UnwantedError(Exception):
    """Nobody wants what is being read any more."""


class ReadAhead(Generic[Read]):
    """A reading that has begun.

    Attributes:
        wanted: What is read. Whoever wants something else reads that.
    """

    def __init__(self, wanted: object, start: Callable[[str], Progress]) -> None:
        self.wanted = wanted
        self.reporting = Reporting(lambda _: None, self._keep_warning, self._start)
        """Where the reading reports to."""
        self.result: Future[Read] | None = None
        self._start_showing = start
        self._warnings: list[str] = []
        self._is_unwanted = False

    def take(self, wanted: object, warn: Callable[[str], object]) -> Read | None:
        """Wait for what was read, pass its warnings on, and return it.

        Returns:
            None if something else was read, if it was taken before, or if it could not be read: read it then, which
            shows why.
        """
        result, self.result = self.result, None
        if result is None or wanted != self.wanted:
            self.drop()
            return None
        try:
            read = result.result()
        except (AchievementPipelineError, OSError):
            return None
        for warning in self._warnings:
            warn(warning)
        return read

    def drop(self) -> None:
        """End the reading the next time that it reports progress."""
        self._is_unwanted = True

    def _keep_warning(self, warning: str) -> None:
        self._warnings.append(warning)

    def _start(self, work: str) -> Progress:
        show = self._start_showing(work)

        def report(done: int, total: int) -> None:
            if self._is_unwanted:
                raise _UnwantedError
            show(done, total)

        return report


@contextmanager
def reading_ahead(
    wanted: object, read: Callable[[Reporting], Read], start: Callable[[str], Progress]
) -> Iterator[ReadAhead[Read]]:
    """Begin to read in a thread, which ends with the block: soon, where nobody has taken what it reads.

    Args:
        wanted: What is read.
        read: Reads it.
        start: Shows the progress of a piece of work, which it names.
    """
    ahead = ReadAhead[Read](wanted, start)
    with ThreadPoolExecutor(1, "read ahead") as thread:
        ahead.result = thread.submit(read, ahead.reporting)
        try:
            yield ahead
        finally:
            ahead.drop()
