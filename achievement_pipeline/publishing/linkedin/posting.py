"""Posting: from what the gate cleared, through the outbox, to LinkedIn; and what users do about it afterwards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from achievement_pipeline.errors import PublishingError, SettingsError, StoreError
from achievement_pipeline.patterns import compile_pattern
from achievement_pipeline.publishing.documents import facts
from achievement_pipeline.publishing.documents.period import Period
from achievement_pipeline.publishing.gate.clearing import clear_for, known_for, why_held
from achievement_pipeline.publishing.gate.finished import Finished, Reader, finish
from achievement_pipeline.publishing.gate.policy import Channel, Privacy
from achievement_pipeline.publishing.gate.privacy import Held, PublicAchievement
from achievement_pipeline.publishing.linkedin.client import LinkedIn
from achievement_pipeline.publishing.linkedin.commentary import Ready, as_read, write_posts
from achievement_pipeline.publishing.linkedin.settings import LinkedInSettings
from achievement_pipeline.publishing.outbox.slots import next_slot
from achievement_pipeline.publishing.outbox.states import Event, advance
from achievement_pipeline.store.publications import (
    Publication,
    current_keys,
    find_publications,
    find_publications_of,
    keys_said,
    only_sender,
    plan,
    record,
)
from achievement_pipeline.store.tables import PublicationState as State

_CHANNEL = Channel.LINKEDIN
_URN = compile_pattern(r"(?:\burn:li:|[-/_])(?P<kind>share|ugcPost|activity)[:-](?P<number>\d+)")
"""``urn:li:share:7``, as its pages have it; ``.../posts/ann_some-words-activity-7-x1Yz``, as "Copy link" gives it."""
_ADDRESS = compile_pattern(r"https?://\S+")
_SEEN = (State.SENDING, State.UNKNOWN, State.PUBLISHED, State.DELETED)
"""In these states it is there, may be, or was."""
Clock = Callable[[], dt.datetime]


def utc_now() -> dt.datetime:
    """Return the moment."""
    return dt.datetime.now(dt.UTC)


@dataclass(frozen=True)
class Prepared:
    """What may go out, in the order in which it does, and what may not."""

    ready: tuple[Ready, ...]
    again: tuple[Ready, ...]
    """What is in doubt, may still go out with the same text, and is sent again before anything else."""
    refused: tuple[Finished[Ready], ...]
    """What the gate let pass and the reading of the finished text did not."""
    held: tuple[Held, ...]
    not_sent: Mapping[str, str]
    """Why what was named, or was approved and repeats another post, does not go out; by key."""
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
class _Moment:
    """What the gate lets out at one moment, and what was published before."""

    shown: Mapping[str, PublicAchievement]
    """By key, the best first."""
    held: tuple[Held, ...]
    publications: Mapping[str, Publication]
    """By key of the achievement that their work is now."""
    said: frozenset[str]
    """Keys of what was published, or may have been."""
    settings: LinkedInSettings
    reader: Reader

    def write(self, key: str) -> Finished[Ready]:
        """Write the post of an achievement that is shown, and read it once more.

        Raises:
            SettingsError: The user's template fails for it.
        """
        achievement = self.shown[key]
        (post,) = write_posts([achievement], self.settings)
        ready = Ready(key, achievement.title, post.text)
        return finish(ready, ready.text, name=f"The post of {key}", channel=_CHANNEL, reader=self.reader)

    def repeated(self, ready: Ready) -> str:
        """Return the key of the published work that a post differs from by its link only; empty where there is none."""
        words = _without_links(ready.text)
        alike = (
            each.achievement_key
            for key, each in self.publications.items()
            if key != ready.key and each.state in _SEEN and _without_links(each.text) == words
        )
        return next(alike, "")


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """Who posts, and by which settings."""

    engine: sa.Engine
    settings: LinkedInSettings
    privacy: Privacy
    authors: Sequence[str]
    """Canonical addresses of the person who posts: only their work goes out."""
    zone: ZoneInfo
    clock: Clock = utc_now

    def prepare(self, keys: Sequence[str] = (), *, at_once: bool = False) -> Prepared:
        """Return what may go out now: approved, through the gate, and not published before.

        Args:
            keys: Of these achievements only, in this order; also where sending one failed before.
            at_once: Whatever the user's times say; LinkedIn's limits hold all the same.
        """
        with self.engine.connect() as connection:
            moment = self._look(connection)
            wanted = dict.fromkeys(keys or self._in_turn(moment))
            again = [each for each in self._again(moment) if not keys or each.key in wanted]
            finished, not_sent = _write_all(moment, [key for key in wanted if key in moment.shown])
            ready = [each.release() for each in finished if each.is_fit and each.release().key not in not_sent]
            going = {each.key for each in (*ready, *again)}
            not_sent |= {
                key: self._why_not(connection, moment, key) for key in keys if key not in (going | not_sent.keys())
            }
        return Prepared(
            ready=tuple(ready),
            again=tuple(again),
            refused=tuple(each for each in finished if not each.is_fit),
            held=moment.held,
            not_sent=not_sent,
            slot=self._slot(moment.publications.values(), at_once=at_once),
        )

    def send(self, linkedin: LinkedIn, keys: Sequence[str] = (), *, at_once: bool = False) -> Sent:
        """Post what is due.

        What a process left behind that ended while it sent is in doubt from here on. After anything but success no
        more is sent. Before each post the gate is asked again.

        Raises:
            StoreError: Another process is posting.
        """
        with only_sender(self.engine, _CHANNEL):
            self._tidy()
            tried: list[Publication] = []
            for each in self.prepare(keys, at_once=at_once).again:
                tried += self._send(linkedin, each.key)
            for _ in keys or (None,):
                prepared = self.prepare(keys, at_once=at_once)
                if not prepared.ready or prepared.slot > self.clock() or not _went_well(tried):
                    break
                tried += self._send(linkedin, prepared.ready[0].key)
            prepared = self.prepare(keys, at_once=at_once)
            for ready in prepared.ready if keys else ():
                self._plan(ready)
        return Sent(tuple(tried), prepared)

    def take_stock(self, state: State) -> list[Publication]:
        """Return what is in a state."""
        with self.engine.connect() as connection:
            return [each for each in find_publications(connection, _CHANNEL) if each.state is state]

    def check_left_behind(self) -> None:
        """Doubt what a process left behind, and withdraw what may not go out any more, unless one is sending now."""
        with suppress(StoreError), only_sender(self.engine, _CHANNEL):
            self._tidy()

    def settle(self, key: str, *, found: bool, address: str | None = None) -> Publication:
        """Write down what the user saw: whether a post that is in doubt is there, or where a published one is.

        Args:
            key: The achievement.
            found: Whether it is there.
            address: Of the post, or its name: with it, it can be deleted later.
        """
        named = urn_in(address) if address else None
        if address and not named:
            raise PublishingError(f"{address} names no post: copy its link at LinkedIn (Copy link to post).")
        with only_sender(self.engine, _CHANNEL):
            self._tidy()
            if found and named and self._find(key).state is State.PUBLISHED:
                return self._change(key, Event.NAMED, "the user gave its address", named)
            event = Event.FOUND if found else Event.MISSING
            return self._change(key, event, f"the user looked: it is {'there' if found else 'not there'}", named)

    def delete(self, linkedin: LinkedIn, key: str) -> Publication:
        """Take down what was posted of an achievement.

        Raises:
            PublishingError: It is not known what to delete, or LinkedIn does not do it.
        """
        with only_sender(self.engine, _CHANNEL):
            publication = self._find(key)
            if publication.state is not State.PUBLISHED or not publication.remote_id:
                raise PublishingError(
                    f"{key} is {publication.state} and its post has {publication.remote_id or 'no known address'}. "
                    f"Give its address (`publish settle {key} --published --url URL`), or delete it at LinkedIn and "
                    f"say so: `publish delete {key} --by-hand`."
                )
            linkedin.delete(publication.remote_id)
            return self._change(key, Event.DELETED, "deleted by the user")

    def mark_deleted(self, key: str) -> Publication:
        """Write down that the user took a post down at LinkedIn."""
        with only_sender(self.engine, _CHANNEL):
            return self._change(key, Event.DELETED, "deleted by the user, by hand")

    def _send(self, linkedin: LinkedIn, key: str) -> list[Publication]:
        """Send the post of an achievement as the gate lets it out at this moment; nothing where it does not.

        The intent is recorded before the first byte leaves, the outcome after the answer.
        """
        with self.engine.begin() as connection:
            moment = self._look(connection)
            if key not in moment.shown:
                return []
            finished = moment.write(key)
            publication = moment.publications.get(key)
            if not finished.is_fit:
                return []
            if publication is None or publication.state is not State.UNKNOWN:
                text = finished.release().text
                publication = plan(connection, _CHANNEL, key, text, self.settings.visibility.value)
            elif publication.text != finished.release().text:
                return []
            sending = advance(publication, Event.SEND, self.clock())
            record(connection, publication, sending)
        reply = linkedin.post(finished, sending.visibility, self.clock())
        after = advance(sending, reply.event, self.clock(), detail=reply.detail, remote_id=reply.remote_id)
        after = replace(after, not_before=reply.not_before)
        with self.engine.begin() as connection:
            record(connection, sending, after)
        return [after]

    def _look(self, connection: sa.Connection) -> _Moment:
        """Ask the gate what may go out now."""
        cleared = clear_for(connection, _CHANNEL, self.privacy, Period(), self.authors)
        publications = find_publications(connection, _CHANNEL)
        now = current_keys(connection, [each.achievement_key for each in publications])
        return _Moment(
            shown={cleared.keys[each.id]: each for each in facts.best_first(cleared.public)},
            held=cleared.held,
            publications={now[each.achievement_key]: each for each in publications},
            said=frozenset(keys_said(connection, _CHANNEL)),
            settings=self.settings,
            reader=Reader(policy=self.privacy.policy, known=known_for(connection, _CHANNEL, self.privacy, [])),
        )

    @staticmethod
    def _in_turn(moment: _Moment) -> list[str]:
        """Return the keys of all that may go out: first what is planned, without what failed."""
        states = {key: each.state for key, each in moment.publications.items()}
        planned = [key for key, state in states.items() if state is State.PLANNED]
        return [*planned, *(key for key in moment.shown if states.get(key) is not State.FAILED)]

    def _again(self, moment: _Moment) -> Iterator[Ready]:
        """Yield what is in doubt and is sent again: where the user set it, and the gate still lets this text out."""
        if not self.settings.resend:
            return
        now = self.clock()
        for key, each in moment.publications.items():
            in_doubt = each.state in (State.UNKNOWN, State.SENDING) and (each.not_before or now) <= now
            if in_doubt and key in moment.shown and (finished := moment.write(key)).is_fit:
                ready = finished.release()
                if ready.text == each.text:
                    yield ready

    def _why_not(self, connection: sa.Connection, moment: _Moment, key: str) -> str:
        """Return why nothing is posted of an achievement that was named, and what to do."""
        publication = moment.publications.get(key)
        if publication and publication.state in (State.UNKNOWN, State.SENDING):
            return f"in doubt ({publication.detail}): look at LinkedIn, then `publish settle {key}`"
        if publication and key in moment.said:
            return f"already {publication.state}{f' as {publication.remote_id}' if publication.remote_id else ''}"
        if key in moment.said:
            return "already published, as a part of other work or with it"
        if key in moment.shown:
            return "\n".join(moment.write(key).said())
        return why_held(connection, _CHANNEL, self.privacy, key, self.authors)

    def _tidy(self) -> None:
        """Doubt what a process left behind that ended while it sent; withdraw what was planned and is held now."""
        with self.engine.begin() as connection:
            found = find_publications(connection, _CHANNEL)
            for each in found:
                if each.state is State.SENDING:
                    detail = "the process ended while it was sending: the post may be there"
                    record(connection, each, advance(each, Event.UNCLEAR, self.clock(), detail=detail))
            planned = [each for each in found if each.state is State.PLANNED]
            shown = self._look(connection).shown if planned else {}
            for each in planned:
                if each.achievement_key not in shown:
                    why = why_held(connection, _CHANNEL, self.privacy, each.achievement_key, self.authors)
                    record(connection, each, advance(each, Event.WITHDRAWN, self.clock(), detail=why))

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
            found = [each for each in find_publications_of(connection, key) if each.channel == _CHANNEL]
        if not found:
            raise PublishingError(f"Nothing was posted of {key}: see `achievements publish status`.")
        return next((each for each in found if each.state in _SEEN), found[-1])

    def _slot(self, publications: Collection[Publication], *, at_once: bool) -> dt.datetime:
        now = self.clock()
        sent = [each.sent_at for each in publications if each.sent_at and each.state in _SEEN]
        slot = now if at_once else next_slot(now, sent, self.settings.times, self.zone)
        return max(slot, *(each.not_before or slot for each in publications), slot)


def urn_in(address: str) -> str | None:
    """Return the name of the post that an address leads to: LinkedIn has it in several forms, or none."""
    found = _URN.search(unquote(address))
    return f"urn:li:{found['kind']}:{found['number']}" if found else None


def _write_all(moment: _Moment, keys: Sequence[str]) -> tuple[list[Finished[Ready]], dict[str, str]]:
    """Write the posts of what was not published yet; also why some of them do not go out, by key."""
    finished: list[Finished[Ready]] = []
    not_sent: dict[str, str] = {}
    written: dict[str, str] = {}
    for key in keys:
        if key in moment.said:
            continue
        try:
            post = moment.write(key)
        except SettingsError as error:
            not_sent[key] = str(error)
            continue
        finished.append(post)
        if not post.is_fit:
            continue
        ready = post.release()
        words = _without_links(ready.text)
        if other := moment.repeated(ready) or written.get(words, ""):
            not_sent[key] = f"its post differs by its link only from that of {other}"
        written.setdefault(words, key)
    return finished, not_sent


def _without_links(text: str) -> str:
    return " ".join(_ADDRESS.sub("", as_read(text)).split()).casefold()


def _went_well(tried: Sequence[Publication]) -> bool:
    return all(each.state is State.PUBLISHED for each in tried)
