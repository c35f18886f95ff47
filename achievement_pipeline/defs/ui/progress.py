"""Report the progress of a run."""

import time
from functools import partial
from typing import Protocol

import dagster as dg

from achievement_pipeline.app.collect.readings.progress import Progress, Reporting

_SECONDS_BETWEEN_LINES = 5.0


class ReportsProgress(Protocol):
    """A resource that reports progress: in the log by default, as bars on the command line."""

    def report_wait(self, context: dg.AssetExecutionContext, text: str) -> None:
        """Report a wait."""

    def start(self, context: dg.AssetExecutionContext, work: str) -> Progress:
        """Start to report a task."""


class LoggedProgress:
    """Logs progress every few seconds."""

    def report_wait(self, context: dg.AssetExecutionContext, text: str) -> None:
        """Report a wait."""
        context.log.info(text)

    def start(self, context: dg.AssetExecutionContext, work: str) -> Progress:
        """Start to report a task."""
        last = time.monotonic()

        def report(done: int, total: int) -> None:
            nonlocal last
            if time.monotonic() - last >= _SECONDS_BETWEEN_LINES:
                last = time.monotonic()
                context.log.info(f"{work}: {done:,} of {total:,}")

        return report


def reporting(context: dg.AssetExecutionContext, progress: ReportsProgress) -> Reporting:
    """Return where a reading within a run reports to."""
    return Reporting(context.log.info, context.log.warning, partial(progress.start, context))
