"""Posting: from what the gate cleared, through the outbox, to LinkedIn; and what users do about it afterwards."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TypeVar
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from achievement_pipeline.errors import PublishingError, StoreError
from achievement_pipeline.publishing.documents import facts
from achievement_pipeline.publishing.documents.period import Period
from achievement_pipeline.publishing.gate.clearing import clear_for, known_for
from achievement_pipeline.publishing.gate.finished import Finished, Reader, finish
from achievement_pipeline.publishing.gate.policy import Channel, Privacy
from achievement_pipeline.publishing.gate.privacy import Held
from achievement_pipeline.publishing.linkedin.client import LinkedIn
from achievement_pipeline.publishing.linkedin.commentary import write_posts
from achievement_pipeline.publishing.linkedin.settings import LinkedInSettings
from achievement_pipeline.publishing.outbox.slots import next_slot
from achievement_pipeline.publishing.outbox.states import Event, advance
from achievement_pipeline.store.publications import (
    Publication,
    find_publications,
    keys_said,
    only_sender,
    plan,
    record,
)
from achievement_pipeline.store.tables import PublicationState as State

_CHANNEL = Channel.LINKEDIN
_URN = re.compile(r"urn:li:(?:share|ugcPost|activity):\d+")
_Content = TypeVar("_Content")
Clock = Callable[[], dt.datetime]


def utc_now() -> dt.datetime:
    """Return the moment."""
    return dt.datetime.now(dt.UTC)


@dataclass(frozen=True)
class Ready:
    """A post that may go out."""

    key: str
    title: str
    text: str


@dataclass(frozen=True)
class Prepared:
    """What may go out, in the order in which it does, and what may not."""

    ready: tuple[Ready, ...]
    refused: tuple[Finished[Ready], ...]
    """What the gate let pass and the reading of the finished text did not."""
    held: tuple[Held, ...]
    slot: dt.datetime
    """When the first of them may go out, by the user's times and LinkedIn's limits."""


@dataclass(frozen=True)
class Sent:
    """What one run did."""

    tried: tuple[Publication, ...]
    """As they are now."""
    prepared: Prepared
    """What is left."""


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """Who posts, and by which settings."""

    engine: sa.Engine
    settings: LinkedInSettings
    privacy: Privacy
    author: str | None
    """Whose achievements, by canonical address; everybody's where there is none."""
    zone: ZoneInfo
    clock: Clock = utc_now

    def prepare(self, keys: Sequence[str] = (), *, at_once: bool = False) -> Prepared:
        """Return what may go out now: approved, through the gate, and not said before.

        Args:
            keys: Of these achievements only, in this order; also where sending one failed before.
            at_once: Whatever the user's times say; LinkedIn's limits hold all the same.
        """
        with self.engine.connect() as connection:
            cleared = clear_for(connection, _CHANNEL, self.privacy, Period(), self.author)
            publications = find_publications(connection, _CHANNEL)
            said = keys_said(connection, _CHANNEL)
            reader = self._reader(connection)
        failed = {each.achievement_key for each in publications if each.state is State.FAILED}
        planned = [each.achievement_key for each in publications if each.state is State.PLANNED]
        shown = {cleared.keys[each.id]: each for each in facts.best_first(cleared.public)}
        wanted = keys or [*planned, *(key for key in shown if key not in failed)]
        order = [key for key in dict.fromkeys(wanted) if key in shown and key not in said]
        posts = write_posts([shown[key] for key in order], self.settings)
        written = [Ready(key, shown[key].title, post.text) for key, post in zip(order, posts, strict=True)]
        finished = [_finish(ready, ready.text, ready.key, reader) for ready in written]
        return Prepared(
            ready=tuple(each.release() for each in finished if each.is_fit),
            refused=tuple(each for each in finished if not each.is_fit),
            held=cleared.held,
            slot=self._slot(publications, at_once=at_once),
        )

    def send(self, linkedin: LinkedIn, keys: Sequence[str] = (), *, at_once: bool = False) -> Sent:
        """Post what is due.

        What a process left behind that ended while it sent is in doubt from here on. After anything but success no
        more is sent.

        Raises:
            StoreError: Another process is posting.
        """
        with only_sender(self.engine, _CHANNEL):
            now, in_doubt = self.clock(), self.take_up()
            again = [each for each in in_doubt if self.settings.resend and (each.not_before or now) <= now]
            tried = [self._send(linkedin, each) for each in self._still_fit(again)]
            prepared = self.prepare(keys, at_once=at_once)
            for _ in keys or (None,):
                if not prepared.ready or prepared.slot > self.clock() or not _went_well(tried):
                    break
                tried.append(self._send(linkedin, self._plan(prepared.ready[0])))
                prepared = self.prepare(keys, at_once=at_once)
            for ready in prepared.ready if keys else ():
                self._plan(ready)
        return Sent(tuple(tried), prepared)

    def take_up(self) -> list[Publication]:
        """Doubt what a process left behind that ended while it sent, and return all that is in doubt."""
        with self.engine.begin() as connection:
            for each in find_publications(connection, _CHANNEL):
                if each.state is State.SENDING:
                    detail = "the process ended while it was sending: the post may be there"
                    record(connection, each, advance(each, Event.UNCLEAR, self.clock(), detail=detail))
            return [each for each in find_publications(connection, _CHANNEL) if each.state is State.UNKNOWN]

    def take_stock(self, state: State) -> list[Publication]:
        """Return what is in a state."""
        with self.engine.connect() as connection:
            return [each for each in find_publications(connection, _CHANNEL) if each.state is state]

    def check_left_behind(self) -> None:
        """Doubt what a process left behind, unless one is sending right now."""
        with suppress(StoreError), only_sender(self.engine, _CHANNEL):
            self.take_up()

    def settle(self, key: str, *, found: bool, address: str | None = None) -> Publication:
        """Write down what the user saw: whether a post that is in doubt is there.

        Args:
            key: The achievement.
            found: Whether it is there.
            address: Of the post, or its name: with it, it can be deleted later.
        """
        named = _URN.search(address or "")
        if address and not named:
            raise PublishingError(f"{address} names no post: copy its link, which has urn:li:share:... in it.")
        with only_sender(self.engine, _CHANNEL):
            self.take_up()
            event = Event.FOUND if found else Event.MISSING
            detail = f"the user looked: it is {'there' if found else 'not there'}"
            return self._change(key, event, detail, named[0] if named else None)

    def delete(self, linkedin: LinkedIn, key: str) -> Publication:
        """Take down what was posted of an achievement.

        Raises:
            PublishingError: It is not known what to delete, or LinkedIn does not do it.
        """
        with only_sender(self.engine, _CHANNEL):
            publication = self._find(key)
            if publication.state is not State.PUBLISHED or not publication.remote_id:
                raise PublishingError(
                    f"{key} is {publication.state} and its post has {publication.remote_id or 'no known name'}: "
                    "delete it at LinkedIn by hand."
                )
            linkedin.delete(publication.remote_id)
            return self._change(key, Event.DELETED, "deleted by the user")

    def _send(self, linkedin: LinkedIn, publication: Publication) -> Publication:
        """Send one: the intent is kept before the first byte leaves, the outcome after the answer."""
        sending = advance(publication, Event.SEND, self.clock())
        with self.engine.begin() as connection:
            record(connection, publication, sending)
        reply = linkedin.post(sending.text, sending.visibility, self.clock())
        after = advance(sending, reply.event, self.clock(), detail=reply.detail, remote_id=reply.remote_id)
        after = replace(after, not_before=reply.not_before)
        with self.engine.begin() as connection:
            record(connection, sending, after)
        return after

    def _still_fit(self, publications: Sequence[Publication]) -> list[Publication]:
        """Return those whose text may still go out: since it was planned, the settings may have changed."""
        with self.engine.connect() as connection:
            reader = self._reader(connection)
        return [each for each in publications if _finish(each, each.text, each.achievement_key, reader).is_fit]

    def _reader(self, connection: sa.Connection) -> Reader:
        return Reader(policy=self.privacy.policy, known=known_for(connection, _CHANNEL, self.privacy, []))

    def _plan(self, ready: Ready) -> Publication:
        with self.engine.begin() as connection:
            return plan(connection, _CHANNEL, ready.key, ready.text, self.settings.visibility.value)

    def _change(self, key: str, event: Event, detail: str, remote_id: str | None = None) -> Publication:
        before = self._find(key)
        after = advance(before, event, self.clock(), detail=detail, remote_id=remote_id)
        with self.engine.begin() as connection:
            record(connection, before, after)
        return after

    def _find(self, key: str) -> Publication:
        with self.engine.connect() as connection:
            found = [each for each in find_publications(connection, _CHANNEL) if each.achievement_key == key]
        if not found:
            raise PublishingError(f"Nothing was posted of {key}: see `achievements publish status`.")
        return found[0]

    def _slot(self, publications: Sequence[Publication], *, at_once: bool) -> dt.datetime:
        now = self.clock()
        said = (State.SENDING, State.UNKNOWN, State.PUBLISHED, State.DELETED)
        sent = [each.sent_at for each in publications if each.sent_at and each.state in said]
        slot = now if at_once else next_slot(now, sent, self.settings.times, self.zone)
        return max(slot, *(each.not_before or slot for each in publications), slot)


def _finish(content: _Content, text: str, key: str, reader: Reader) -> Finished[_Content]:
    return finish(content, text, name=f"The post of {key}", channel=_CHANNEL, reader=reader)


def _went_well(tried: Sequence[Publication]) -> bool:
    return all(each.state is State.PUBLISHED for each in tried)
