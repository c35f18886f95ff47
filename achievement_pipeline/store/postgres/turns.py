"""Locks between all processes, on all machines, that use the database.

A turn is an advisory lock of a transaction. PostgreSQL releases it when the transaction ends or the client is gone, so
a killed process can't block others.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from typing import Self

import sqlalchemy as sa

from achievement_pipeline.errors import StoreError

ReportWait = Callable[[str], None]
"""Called with a message for people when a wait begins."""

_log = logging.getLogger(__name__)

_POLL_SECONDS = 0.2
_SILENT_SECONDS = 5.0
"""Wait this long before reporting. Most waits are shorter."""

# a machine that lost power never closes its connection: keepalives detect that after two minutes instead of two hours
_TRY = sa.text(
    "SELECT pg_try_advisory_xact_lock(:lock) FROM set_config('tcp_keepalives_idle', '60', true) AS idle,"
    " set_config('tcp_keepalives_interval', '10', true) AS period"
)
_HOLDER = sa.text(
    "SELECT application_name, xact_start FROM pg_locks JOIN pg_stat_activity USING (pid)"
    " WHERE locktype = 'advisory' AND granted AND objsubid = 1"
    " AND ((classid::bigint << 32) | objid::bigint) = :lock"
)


@dataclass(frozen=True)
class Turn:
    """Something that one process at a time may do."""

    lock: int
    """The key of the advisory lock, unique among all programs that use the database."""
    purpose: str
    """The reason for a wait, for messages: "Waiting for PURPOSE"."""
    seconds: float
    """The maximum wait."""

    @classmethod
    def for_source(cls, source: str) -> Self:
        """Return the turn for reading from a source, whose rate limit all runs share."""
        lock = int.from_bytes(blake2b(source.encode(), digest_size=8, person=b"achievements").digest(), signed=True)
        return cls(lock, f"another run to finish with {source}", seconds=6 * 3600)


@contextmanager
def take_turn(engine: sa.Engine, turn: Turn, report_wait: ReportWait = _log.warning) -> Iterator[sa.Connection]:
    """Wait for a turn, and yield the connection of the transaction that holds it. The wait can be interrupted.

    Raises:
        StoreError: The wait timed out, or the database can't be used.
    """
    with engine.begin() as connection:
        wait_for(connection, turn, report_wait)
        yield connection


@contextmanager
def hold_turn(engine: sa.Engine, turn: Turn, report_wait: ReportWait = _log.warning) -> Iterator[None]:
    """Wait for a turn, and hold it for work outside the database, which continues if the connection is lost.

    Raises:
        StoreError: The wait timed out, or the database can't be used.
    """
    with engine.connect() as connection:
        wait_for(connection, turn, report_wait)
        try:
            yield
        finally:
            connection.invalidate()


def wait_for(connection: sa.Connection, turn: Turn, report_wait: ReportWait = _log.warning) -> None:
    """Wait until the transaction of a connection holds a turn.

    Raises:
        StoreError: The wait timed out.
    """
    begin = time.monotonic()
    is_silent = True
    while not connection.scalar(_TRY, {"lock": turn.lock}):
        waited = time.monotonic() - begin
        if waited > turn.seconds:
            raise StoreError(
                f"Waited {turn.seconds / 60:.0f} minutes for {turn.purpose}{_holder(connection, turn)}. "
                "Wait for it, or kill it if it hangs; then run this again: nothing is lost."
            )
        if is_silent and waited > _SILENT_SECONDS:
            report_wait(f"Waiting for {turn.purpose}{_holder(connection, turn)}.")
            is_silent = False
        time.sleep(_POLL_SECONDS)


def _holder(connection: sa.Connection, turn: Turn) -> str:
    row = connection.execute(_HOLDER, {"lock": turn.lock}).first()
    return f" ({row.application_name}, since {row.xact_start:%H:%M} UTC)" if row and row.xact_start else ""
