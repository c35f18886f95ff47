"""What may become of a publication: a state machine that never lets one thing be said twice.

LinkedIn knows no idempotency key, and what was posted can't be read back. So the intent is written before anything is
sent, and an answer that leaves open whether the post is there makes the publication `UNKNOWN`: that is left only by the
user, or, where the user set it, by sending the identical text again, which the server refuses as a duplicate if the
first one did arrive. Nothing here does any I/O.
"""

import datetime as dt
from dataclasses import replace
from enum import StrEnum

from achievement_pipeline.errors import AchievementPipelineError
from achievement_pipeline.store.publications import Publication
from achievement_pipeline.store.tables import PublicationState as State


class OutboxError(AchievementPipelineError):
    """What was asked for can't happen to this publication in the state it is in."""


class Event(StrEnum):
    """What happens to a publication."""

    SEND = "send"
    """It is about to be sent; this is recorded before the first byte leaves."""
    ACCEPTED = "accepted"
    """The server says that it is there."""
    REFUSED = "refused"
    """The server says that it is not there, and will not be: the text is at fault."""
    NOT_SENT = "not_sent"
    """It is surely not there, by no fault of its own: no connection, a limit, a token that has expired."""
    UNCLEAR = "unclear"
    """It may be there or not: no answer, a server's failure, a process that ended in the middle."""
    DUPLICATE = "duplicate"
    """The server says that this very text was posted before."""
    FOUND = "found"
    """The user looked: it is there."""
    NAMED = "named"
    """The user said where it is."""
    WITHDRAWN = "withdrawn"
    """The gate does not let it out any more."""
    MISSING = "missing"
    """The user looked: it is not there."""
    DELETED = "deleted"
    """It was taken down."""


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
"""What an answer means where an earlier attempt may have arrived: a refusal of the second says nothing of the first."""


def advance(
    publication: Publication, event: Event, at: dt.datetime, *, detail: str = "", remote_id: str | None = None
) -> Publication:
    """Return the publication after an event.

    Args:
        publication: As it is.
        event: What happens.
        at: When.
        detail: Why it is now as it is, for people.
        remote_id: Its name on the server, where that became known.

    Raises:
        OutboxError: This can't happen in its state.
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
