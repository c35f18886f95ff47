"""The state machine of what goes out, against a server that either has a post or has not."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from achievement_pipeline.publishing.outbox.states import Event, OutboxError, advance
from achievement_pipeline.store.publications import Publication
from achievement_pipeline.store.tables import PublicationState as State

NOON = dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC)
PLANNED = Publication(
    id=1,
    achievement_key="github:ann/loom#7",
    channel="linkedin",
    state=State.PLANNED,
    text="Added a cache",
    visibility="PUBLIC",
    remote_id=None,
    attempts=0,
    in_doubt=False,
    detail="",
    not_before=None,
    sent_at=None,
    changed_at=NOON,
)
OUTCOMES = ["accepted", "lost answer", "lost request", "refused", "not sent", "killed before", "killed after"]


def after(*events: Event) -> Publication:
    publication = PLANNED
    for event in events:
        publication = advance(publication, event, NOON)
    return publication


@given(st.lists(st.sampled_from(OUTCOMES), max_size=12), st.booleans())
def test_whatever_happens_it_is_posted_at_most_once_and_never_called_missing_when_it_is_there(
    outcomes: list[str], resend: bool
) -> None:
    """The server keeps its duplicate check; the user, asked at the end, says the truth."""
    posts = 0
    publication = PLANNED
    for outcome in outcomes:
        if publication.state is State.UNKNOWN and not resend:
            break
        if publication.state not in (State.PLANNED, State.UNKNOWN):
            break
        publication = advance(publication, Event.SEND, NOON)
        if outcome in ("accepted", "lost answer", "killed after"):
            duplicate = posts == 1
            posts = 1
            answer = Event.DUPLICATE if duplicate else Event.ACCEPTED
            publication = advance(publication, answer if outcome == "accepted" else Event.UNCLEAR, NOON)
        elif outcome in ("lost request", "killed before"):
            publication = advance(publication, Event.UNCLEAR, NOON)
        else:
            publication = advance(publication, Event.REFUSED if outcome == "refused" else Event.NOT_SENT, NOON)
        if posts:
            assert publication.state in (State.PUBLISHED, State.UNKNOWN)
        assert publication.in_doubt == (publication.state is State.UNKNOWN)
    if publication.state is State.UNKNOWN:
        publication = advance(publication, Event.FOUND if posts else Event.MISSING, NOON)
    assert (publication.state is State.PUBLISHED) == (posts == 1)


@given(st.lists(st.sampled_from(list(Event)), max_size=30))
def test_what_may_be_there_is_never_planned_again(events: list[Event]) -> None:
    publication, doubted = PLANNED, False
    for event in events:
        try:
            publication = advance(publication, event, NOON)
        except OutboxError:
            continue
        doubted = (doubted or event is Event.UNCLEAR) and event is not Event.MISSING
        if doubted:
            assert publication.state in (State.UNKNOWN, State.SENDING, State.PUBLISHED, State.DELETED)


@pytest.mark.parametrize("event", [Event.REFUSED, Event.NOT_SENT])
def test_a_refusal_of_the_second_attempt_says_nothing_of_the_first(event: Event) -> None:
    assert after(Event.SEND, event).state is not State.UNKNOWN
    assert after(Event.SEND, Event.UNCLEAR, Event.SEND, event).state is State.UNKNOWN


def test_a_duplicate_means_done_only_where_an_attempt_may_have_arrived() -> None:
    assert after(Event.SEND, Event.DUPLICATE).state is State.UNKNOWN
    assert after(Event.SEND, Event.UNCLEAR, Event.SEND, Event.DUPLICATE).state is State.PUBLISHED


def test_the_first_attempt_that_may_have_arrived_is_the_one_that_counts_for_the_schedule() -> None:
    later = NOON + dt.timedelta(hours=1)
    unknown = after(Event.SEND, Event.UNCLEAR)
    assert advance(unknown, Event.SEND, later).sent_at == NOON
    assert advance(after(Event.SEND, Event.NOT_SENT), Event.SEND, later).sent_at == later


def test_what_can_not_happen_is_named() -> None:
    with pytest.raises(OutboxError, match="is published: no send"):
        advance(replace(PLANNED, state=State.PUBLISHED), Event.SEND, NOON)
