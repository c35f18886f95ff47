"""How a run tells people how far it is."""

import time
from typing import Protocol

import dagster as dg

_SECONDS_BETWEEN_LINES = 5.0


class Progress(Protocol):
    """Takes how many steps are done, and of how many."""

    def __call__(self, done: int, total: int, /) -> None:
        """Tell it."""


class ReportsProgress(Protocol):
    """Gives each piece of work its own progress. A resource: a log by default, bars on the command line."""

    def say(self, context: dg.AssetExecutionContext, text: str) -> None:
        """Tell of a wait."""

    def start(self, context: dg.AssetExecutionContext, work: str) -> Progress:
        """Begin to tell of a piece of work."""


class LoggedProgress:
    """Tells of progress in the log of the run, a line every few seconds."""

    def say(self, context: dg.AssetExecutionContext, text: str) -> None:
        """Tell of a wait."""
        context.log.info(text)

    def start(self, context: dg.AssetExecutionContext, work: str) -> Progress:
        """Begin to tell of a piece of work."""
        last = time.monotonic()

        def tell(done: int, total: int) -> None:
            nonlocal last
            if time.monotonic() - last >= _SECONDS_BETWEEN_LINES:
                last = time.monotonic()
                context.log.info(f"{work}: {done:,} of {total:,}")

        return tell
