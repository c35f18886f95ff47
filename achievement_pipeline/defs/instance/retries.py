"""Retry database outages. Other database errors would fail again.

Sources need no retries here: their clients wait, and their sensors run again later.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from achievement_pipeline.store.postgres.database import UnavailableError

_TIMES = 5
_SECONDS = 2.0
"""Delays of 2, 4, 8, ... seconds: about a minute in total. The embedded server restarts faster."""


@contextmanager
def retried_while_unavailable(context: dg.AssetExecutionContext) -> Iterator[None]:
    """Let Dagster retry an asset with increasing delays while the database is unreachable."""
    try:
        yield
    except UnavailableError as error:
        wait = _SECONDS * 2.0**context.retry_number * random.uniform(0.8, 1.2)  # noqa: S311 - jitter
        raise dg.RetryRequested(_TIMES, wait) from error
