"""Waits of a run for a source: for its limits, and for other runs that read it."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import dagster as dg

from achievement_pipeline.defs.instance.retries import retried_while_unavailable
from achievement_pipeline.defs.resources.shared import Database
from achievement_pipeline.defs.ui.progress import ReportsProgress
from achievement_pipeline.http import RequestOptions
from achievement_pipeline.lanes import Lane
from achievement_pipeline.store.postgres.turns import Turn, hold_turn

SERVER_IS_DOWN = "server_is_down"
"""Name of the failure's metadata if the server did not respond at all."""


def request_options(context: dg.AssetExecutionContext, progress: ReportsProgress) -> RequestOptions:
    """Return the default request options, with waits reported to the run."""
    return RequestOptions(progress=lambda text: progress.report_wait(context, text))


@contextmanager
def one_run_at_a_time(
    context: dg.AssetExecutionContext, database: Database, progress: ReportsProgress, lane: Lane
) -> Iterator[None]:
    """Let one run read a source at a time, so that its limits are counted once; the others wait and report it."""
    report_wait = partial(progress.report_wait, context)
    with retried_while_unavailable(context), hold_turn(database.engine, Turn.for_source(lane.label), report_wait):
        yield
