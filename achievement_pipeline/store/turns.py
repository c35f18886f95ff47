"""Turns: what one process at a time may do, on every machine that uses the database.

A turn is an advisory lock of a transaction. PostgreSQL drops it when the transaction ends or its client is gone, so no
process that was killed can keep others waiting.
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

Say = Callable[[str], None]
"""Tells people what is waited for."""

_log = logging.getLogger(__name__)

_POLL_SECONDS = 0.2
_SILENT_SECONDS = 5.0
"""Most turns come sooner, and nobody wants to read about those."""

# a machine that lost its power says nothing: with this its server asks after two minutes, and not after two hours
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
    """One thing that is done by one process at a time."""

    lock: int
    """Any number that no other program takes for an advisory lock."""
    purpose: str
    """What the others do meanwhile, in words that follow "Waiting for"."""
    seconds: float
    """The longest wait."""

    @classmethod
    def to_ask(cls, source: str) -> Self:
        """Return the turn of asking a source, whose limits are those of all runs together."""
        lock = int.from_bytes(blake2b(source.encode(), digest_size=8, person=b"achievements").digest(), signed=True)
        return cls(lock, f"another run to finish with {source}", seconds=6 * 3600)


@contextmanager
def take_turn(engine: sa.Engine, turn: Turn, say: Say = _log.warning) -> Iterator[sa.Connection]:
    """Wait for a turn, and give the connection of the transaction that has it. The wait can be interrupted.

    Raises:
        StoreError: The turn did not come in time, or the database can't be used.
    """
    with engine.begin() as connection:
        wait_for(connection, turn, say)
        yield connection


@contextmanager
def hold_turn(engine: sa.Engine, turn: Turn, say: Say = _log.warning) -> Iterator[None]:
    """Wait for a turn, and keep it for work that is not in the database, and that goes on if the database goes away.

    Raises:
        StoreError: The turn did not come in time, or the database can't be used.
    """
    with engine.connect() as connection:
        wait_for(connection, turn, say)
        try:
            yield
        finally:
            connection.invalidate()


def wait_for(connection: sa.Connection, turn: Turn, say: Say = _log.warning) -> None:
    """Wait until the transaction of a connection has a turn.

    Raises:
        StoreError: It did not come in time.
    """
    begin = time.monotonic()
    is_silent = True
    while not connection.scalar(_TRY, {"lock": turn.lock}):
        waited = time.monotonic() - begin
        if waited > turn.seconds:
            raise StoreError(
                f"Waited {turn.seconds / 60:.0f} minutes for {turn.purpose}{_holder(connection, turn)}. "
                "Let it finish, or end it if it hangs; then run this again: nothing is lost."
            )
        if is_silent and waited > _SILENT_SECONDS:
            say(f"Waiting for {turn.purpose}{_holder(connection, turn)}.")
            is_silent = False
        time.sleep(_POLL_SECONDS)


def _holder(connection: sa.Connection, turn: Turn) -> str:
    row = connection.execute(_HOLDER, {"lock": turn.lock}).first()
    return f" ({row.application_name}, since {row.xact_start:%H:%M} UTC)" if row and row.xact_start else ""
