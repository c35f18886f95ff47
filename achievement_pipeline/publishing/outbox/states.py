"""The state machine of a publication: nothing is posted twice.

A network may have no idempotency key and no way to read posts back (LinkedIn has neither). So the intent is recorded
before anything is sent, and an answer that leaves it open whether the post exists makes the publication `UNKNOWN`. The
user resolves that; or, where the user enabled it, the identical text is sent again, which the server refuses as a
duplicate if the first one arrived. Nothing here does any I/O.
"""

import datetime as dt
from dataclasses import replace
from enum import StrEnum

from achievement_pipeline.errors import AchievementPipelineError
from achievement_pipeline.store.publications import Publication
from achievement_pipeline.store.tables import PublicationState as State


class OutboxError(AchievementPipelineError):
    """The event is not possible in the state of the publication."""


class Event(StrEnum):
    """An event in the life of a publication."""

    SEND = "send"
    """It is about to be sent; recorded before the first byte is sent."""
    ACCEPTED = "accepted"
    """The server confirms the post."""
    REFUSED = "refused"
    """The server rejects the text: the post does not exist, and never will."""
    NOT_SENT = "not_sent"
    """It certainly does not exist, for another reason than its text: no connection, a limit, an expired token."""
    UNCLEAR = "unclear"
    """It may exist or not: no answer, a server error, a process that ended while sending."""
    DUPLICATE = "duplicate"
    """The server reports this very text as already posted."""
    FOUND = "found"
    """The user looked: it exists."""
    NAMED = "named"
    """The user gave its address."""
    WITHDRAWN = "withdrawn"
    """The gate no longer clears it."""
    MISSING = "missing"
    """The user looked: it does not exist."""
    DELETED = "deleted"
    """It was deleted."""


_NEXT = {
    (State.PLANNED, Event.SEND): State.SENDING,
    (State.UNKNOWN, Event.SEND): State.SENDING,
    (State.SENDING, Event.ACCEPTED): State.PUBLISHED,
    (State.SENDING, Event.REFUSED): State.FAILED,
    (State.SENDING, Event.NOT_SENT): State.PLANNED,
    (State.SENDING, Event.UNCLEAR): State.UNKNOWN,
    (State.SENDING, Event.DUPLICATE): State.UNKNOWN,
    (State.UNKNOWN, Event.FOUND): State.PUBLISHED,
    (State.UNKNOWN, Event.MISSING): State.FAILED,
    (State.UNKNOWN, Event.DELETED): State.DELETED,
    (State.PUBLISHED, Event.NAMED): State.PUBLISHED,
    (State.PUBLISHED, Event.DELETED): State.DELETED,
    (State.PLANNED, Event.WITHDRAWN): State.WITHDRAWN,
}
_AFTER_DOUBT = {Event.REFUSED: State.UNKNOWN, Event.NOT_SENT: State.UNKNOWN, Event.DUPLICATE: State.PUBLISHED}
"""The next state where an earlier attempt may have arrived: refusing the second proves nothing about the first."""


def advance(
    publication: Publication, event: Event, at: dt.datetime, *, detail: str = "", remote_id: str | None = None
) -> Publication:
    """Return the publication after an event.

    Args:
        publication: As it is.
        event: What happens.
        at: When.
        detail: The reason for the new state, for people.
        remote_id: Its id on the server, once known.

    Raises:
        OutboxError: The event is not possible in its state.
    """
    state = _NEXT.get((publication.state, event))
    if state is None:
        raise OutboxError(f"{publication.achievement_key} on {publication.channel} is {publication.state}: no {event}.")
    if publication.in_doubt:
        state = _AFTER_DOUBT.get(event, state)
    return replace(
        publication,
        state=state,
        detail=detail,
        remote_id=remote_id or publication.remote_id,
        attempts=publication.attempts + (event is Event.SEND),
        # while it is sent again the doubt stays: the process may end there
        in_doubt=state is State.UNKNOWN or (state is State.SENDING and publication.in_doubt),
        not_before=None,
        sent_at=at if event is Event.SEND and not publication.in_doubt else publication.sent_at,
        changed_at=at,
    )
