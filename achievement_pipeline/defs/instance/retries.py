"""Retries where a retry can help: the database comes back, a wrong row does not become right.

Sources need none here: their clients wait for what is worth waiting for, and their sensors come back later.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from achievement_pipeline.store.database import UnavailableError

_TIMES = 5
_SECONDS = 2.0
"""Two, four, ... seconds, a minute in all: the embedded server is back sooner."""


@contextmanager
def retried_while_unavailable(context: dg.AssetExecutionContext) -> Iterator[None]:
    """Let Dagster repeat an asset, after waits that grow, when the database can't be reached."""
    try:
        yield
    except UnavailableError as error:
        wait = _SECONDS * 2.0**context.retry_number * random.uniform(0.8, 1.2)  # noqa: S311 - so that not all come at once
        raise dg.RetryRequested(_TIMES, wait) from error
