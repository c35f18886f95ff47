"""The outbox: posts approved achievements, each at most once, on whatever network a `Publisher` provides.

The intent is recorded before the first byte is sent and the outcome after the answer, one process at a time; the states
are in `publishing.outbox.states`. Nothing here knows any network.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from achievement_pipeline.errors import PublishingError, SettingsError, StoreError
from achievement_pipeline.parsing.patterns import compile_pattern
from achievement_pipeline.publishing.channel import Channel
from achievement_pipeline.publishing.documents.parts import facts
from achievement_pipeline.publishing.documents.period import Period
from achievement_pipeline.publishing.gate.clearing import clear_for, known_for, why_held
from achievement_pipeline.publishing.gate.finished import Finished, Reader, finish
from achievement_pipeline.publishing.gate.policy import Privacy
from achievement_pipeline.publishing.gate.privacy import Held, PublicAchievement, check_cleared
from achievement_pipeline.publishing.outbox.publisher import Publisher, Ready, Session
from achievement_pipeline.publishing.outbox.slots import next_slot
from achievement_pipeline.publishing.outbox.states import Event, advance
from achievement_pipeline.store.publications import (
    Publication,
    current_keys,
    find_publications,
    find_publications_of,
    only_sender,
    plan,
    published_keys,
    record,
)
from achievement_pipeline.store.reading import AchievementFilter
from achievement_pipeline.store.tables import PublicationState as State

_ADDRESS = compile_pattern(r"https?://\S+")
_SEEN = (State.SENDING, State.UNKNOWN, State.PUBLISHED, State.DELETED)
"""In these states a post exists, may exist, or did exist."""
Clock = Callable[[], dt.datetime]


def utc_now() -> dt.datetime:
    """Return the current time."""
    return dt.datetime.now(dt.UTC)


@dataclass(frozen=True)
class Prepared:
    """What can be posted, in that order, and what can't."""

    ready: tuple[Ready, ...]
    again: tuple[Ready, ...]
    """Posts in doubt that are sent again with the same text, before anything else."""
    refused: tuple[Finished[Ready], ...]
    """Posts that passed the gate and failed the final checks."""
    held: tuple[Held, ...]
    not_sent: Mapping[str, str]
    """By key, why an achievement that was named, or whose post repeats another one, is not posted."""
    slot: dt.datetime
    """When the first can be posted, by the user's times and the network's limits."""


@dataclass(frozen=True)
class Sent:
    """The result of a run."""

    tried: tuple[Publication, ...]
    """In their state after the run."""
    prepared: Prepared
    """What is left to post."""


@dataclass(frozen=True, kw_only=True)
class _Snapshot:
    """What the gate clears now, and what was published before."""

    channel: Channel
    publisher: Publisher
    shown: Mapping[str, PublicAchievement]
    """By key, the best first."""
    held: tuple[Held, ...]
    publications: Mapping[str, Publication]
    """By key of the achievement that has the work now."""
    published: frozenset[str]
    """Keys of achievements that were published, or may have been."""
    reader: Reader

    def write(self, key: str) -> Finished[Ready]:
        """Write and check the post of an achievement that is shown.

        Raises:
            SettingsError: The user's template fails for it.
        """
        achievement = self.shown[key]
        check_cleared(self.channel, [achievement])
        ready = Ready(key, achievement.title, self.publisher.render(achievement))
        return finish(ready, ready.text, name=f"The post of {key}", channel=self.channel, reader=self.reader)

    def write_all(self, keys: Sequence[str]) -> tuple[list[Finished[Ready]], dict[str, str]]:
        """Write the posts of unpublished achievements; also return by key why some of them are not posted."""
        finished: list[Finished[Ready]] = []
        not_sent: dict[str, str] = {}
        written: dict[str, str] = {}
        for key in keys:
            if key in self.published:
                continue
            try:
                post = self.write(key)
            except SettingsError as error:
                not_sent[key] = str(error)
                continue
            finished.append(post)
            if not post.is_fit:
                continue
            ready = post.release()
            words = self.words(ready.text)
            if other := self._repeated(ready) or written.get(words, ""):
                not_sent[key] = f"its post differs from that of {other} in nothing but its link"
            written.setdefault(words, key)
        return finished, not_sent

    def words(self, text: str) -> str:
        """Return a post as it is compared with others: as it is read, without links."""
        return " ".join(_ADDRESS.sub("", self.channel.as_read(text)).split()).casefold()

    def _repeated(self, ready: Ready) -> str:
        """Return the key of published work whose post differs in nothing but its link, or an empty string."""
        words = self.words(ready.text)
        alike = (
            each.achievement_key
            for key, each in self.publications.items()
            if key != ready.key and each.state in _SEEN and self.words(each.text) == words
        )
        return next(alike, "")


@dataclass(frozen=True, kw_only=True)
class Outbox:
    """Posts one person's approved achievements on one channel."""

    engine: sa.Engine
    channel: Channel
    publisher: Publisher
    privacy: Privacy
    authors: Sequence[str]
    """Canonical addresses of the person who posts; only their work is posted."""
    zone: ZoneInfo
    clock: Clock = utc_now

    def prepare(self, keys: Sequence[str] = (), *, at_once: bool = False) -> Prepared:
        """Return what can be posted now: approved, cleared by the gate, and not published before.

        Args:
            keys: Only these achievements, in this order, including those that failed before.
            at_once: Ignore the user's posting times; the network's limits still apply.
        """
        with self.engine.connect() as connection:
            snapshot = self._look(connection)
            wanted = dict.fromkeys(keys or self._in_turn(snapshot))
            again = [each for each in self._again(snapshot) if not keys or each.key in wanted]
            finished, not_sent = snapshot.write_all([key for key in wanted if key in snapshot.shown])
            ready = [each.release() for each in finished if each.is_fit and each.release().key not in not_sent]
            going = {each.key for each in (*ready, *again)}
            not_sent |= {
                key: self._why_not(connection, snapshot, key) for key in keys if key not in (going | not_sent.keys())
            }
        return Prepared(
            ready=tuple(ready),
            again=tuple(again),
            refused=tuple(each for each in finished if not each.is_fit),
            held=snapshot.held,
            not_sent=not_sent,
            slot=self._slot(snapshot.publications.values(), at_once=at_once),
        )

    def send(self, keys: Sequence[str] = (), *, at_once: bool = False) -> Sent:
        """Post what is due.

        Posts that a killed process was sending are in doubt from here on. After anything but success nothing more is
        sent. The gate decides again before each post.

        Raises:
            PublishingError: The user is not logged in; nothing was sent.
            StoreError: Another process is posting.
        """
        session = self.publisher.log_in()
        with only_sender(self.engine, self.channel.name):
            self._tidy()
            tried: list[Publication] = []
            for each in self.prepare(keys, at_once=at_once).again:
                tried += self._send(session, each.key)
            for _ in keys or (None,):
                prepared = self.prepare(keys, at_once=at_once)
                if not prepared.ready or prepared.slot > self.clock() or not _went_well(tried):
                    break
                tried += self._send(session, prepared.ready[0].key)
            prepared = self.prepare(keys, at_once=at_once)
            for ready in prepared.ready if keys else ():
                self._plan(ready)
        return Sent(tuple(tried), prepared)

    def find(self, state: State) -> list[Publication]:
        """Return the publications in a state."""
        with self.engine.connect() as connection:
            found = find_publications(connection, self.channel.name)
        return [each for each in found if each.state is state]

    def tidy(self) -> None:
        """Doubt what a killed process was sending, and withdraw what is held now, unless a process is sending."""
        with suppress(StoreError), only_sender(self.engine, self.channel.name):
            self._tidy()

    def settle(self, key: str, *, found: bool, address: str | None = None) -> Publication:
        """Record what the user saw: whether a post in doubt exists, or the address of a published one.

        Args:
            key: The achievement.
            found: Whether the post exists.
            address: Of the post, or its id; with it, the post can be deleted later.
        """
        remote_id = self.publisher.settle(address) if address else None
        if address and not remote_id:
            raise PublishingError(
                f"{address} is not the address of a post. Copy the link of the post on {self.channel.label}."
            )
        with only_sender(self.engine, self.channel.name):
            self._tidy()
            if found and remote_id and self._find(key).state is State.PUBLISHED:
                return self._change(key, Event.NAMED, "the user gave its address", remote_id)
            event = Event.FOUND if found else Event.MISSING
            return self._change(key, event, f"the user looked: it is {'there' if found else 'not there'}", remote_id)

    def delete(self, key: str) -> Publication:
        """Delete the post of an achievement.

        Raises:
            PublishingError: Its id is unknown, or the network refuses.
        """
        with only_sender(self.engine, self.channel.name):
            publication = self._find(key)
            if publication.state is not State.PUBLISHED or not publication.remote_id:
                raise PublishingError(
                    f"{key} is {publication.state} and its post has {publication.remote_id or 'no known address'}. "
                    f"Give its address (`publish settle {key} --published --url URL`), or delete it on "
                    f"{self.channel.label} and record that: `publish delete {key} --by-hand`."
                )
            self.publisher.log_in().delete(publication.remote_id)
            return self._change(key, Event.DELETED, "deleted by the user")

    def mark_deleted(self, key: str) -> Publication:
        """Record that the user deleted a post on the network."""
        with only_sender(self.engine, self.channel.name):
            return self._change(key, Event.DELETED, "deleted by the user, by hand")

    def _send(self, session: Session, key: str) -> list[Publication]:
        """Send the post of an achievement if the gate still clears it.

        The intent is recorded before the first byte is sent, the outcome after the answer.
        """
        with self.engine.begin() as connection:
            snapshot = self._look(connection)
            if key not in snapshot.shown:
                return []
            finished = snapshot.write(key)
            publication = snapshot.publications.get(key)
            if not finished.is_fit:
                return []
            if publication is None or publication.state is not State.UNKNOWN:
                text = finished.release().text
                publication = plan(connection, self.channel.name, key, text, self.publisher.visibility)
            elif publication.text != finished.release().text:
                return []
            sending = advance(publication, Event.SEND, self.clock())
            record(connection, publication, sending)
        reply = session.send(finished, sending.visibility, self.clock())
        after = advance(sending, reply.event, self.clock(), detail=reply.detail, remote_id=reply.remote_id)
        after = replace(after, not_before=reply.not_before)
        with self.engine.begin() as connection:
            record(connection, sending, after)
        return [after]

    def _look(self, connection: sa.Connection) -> _Snapshot:
        """Return what the gate clears now, and what was published before."""
        wanted = AchievementFilter(authors=self.authors)
        cleared = clear_for(connection, self.channel, self.privacy, Period(), wanted)
        publications = find_publications(connection, self.channel.name)
        now = current_keys(connection, [each.achievement_key for each in publications])
        return _Snapshot(
            channel=self.channel,
            publisher=self.publisher,
            shown={cleared.keys[each.id]: each for each in facts.best_first(cleared.public)},
            held=cleared.held,
            publications={now[each.achievement_key]: each for each in publications},
            published=frozenset(published_keys(connection, self.channel.name)),
            reader=Reader(policy=self.privacy.policy, known=known_for(connection, self.privacy)),
        )

    @staticmethod
    def _in_turn(snapshot: _Snapshot) -> list[str]:
        """Return the keys of everything that can be posted: what is planned first, without what failed."""
        states = {key: each.state for key, each in snapshot.publications.items()}
        planned = [key for key, state in states.items() if state is State.PLANNED]
        return [*planned, *(key for key in snapshot.shown if states.get(key) is not State.FAILED)]

    def _again(self, snapshot: _Snapshot) -> Iterator[Ready]:
        """Yield posts in doubt to be sent again: the user wants it, and the gate still clears this very text."""
        if not self.publisher.resend:
            return
        now = self.clock()
        for key, each in snapshot.publications.items():
            in_doubt = each.state in (State.UNKNOWN, State.SENDING) and (each.not_before or now) <= now
            if in_doubt and key in snapshot.shown and (finished := snapshot.write(key)).is_fit:
                ready = finished.release()
                if ready.text == each.text:
                    yield ready

    def _why_not(self, connection: sa.Connection, snapshot: _Snapshot, key: str) -> str:
        """Explain why an achievement that was named is not posted, and what to do."""
        publication = snapshot.publications.get(key)
        if publication and publication.state in (State.UNKNOWN, State.SENDING):
            return f"in doubt ({publication.detail}): look at {self.channel.label}, then `publish settle {key}`"
        if publication and key in snapshot.published:
            return f"already {publication.state}{f' as {publication.remote_id}' if publication.remote_id else ''}"
        if key in snapshot.published:
            return "already published, as a part of other work or with it"
        if key in snapshot.shown:
            return "\n".join(snapshot.write(key).explain())
        return why_held(connection, self.channel, self.privacy, key, self.authors)

    def _tidy(self) -> None:
        """Doubt what a killed process was sending; withdraw what was planned and is held now."""
        with self.engine.begin() as connection:
            found = find_publications(connection, self.channel.name)
            for each in found:
                if each.state is State.SENDING:
                    detail = "the process ended while it was sending: the post may be there"
                    record(connection, each, advance(each, Event.UNCLEAR, self.clock(), detail=detail))
            planned = [each for each in found if each.state is State.PLANNED]
            shown = self._look(connection).shown if planned else {}
            for each in planned:
                if each.achievement_key not in shown:
                    why = why_held(connection, self.channel, self.privacy, each.achievement_key, self.authors)
                    record(connection, each, advance(each, Event.WITHDRAWN, self.clock(), detail=why))

    def _plan(self, ready: Ready) -> Publication:
        with self.engine.begin() as connection:
            return plan(connection, self.channel.name, ready.key, ready.text, self.publisher.visibility)

    def _change(self, key: str, event: Event, detail: str, remote_id: str | None = None) -> Publication:
        before = self._find(key)
        after = advance(before, event, self.clock(), detail=detail, remote_id=remote_id)
        with self.engine.begin() as connection:
            record(connection, before, after)
        return after

    def _find(self, key: str) -> Publication:
        with self.engine.connect() as connection:
            found = [each for each in find_publications_of(connection, key) if each.channel == self.channel.name]
        if not found:
            raise PublishingError(f"There is no post of {key}: see `achievements publish status`.")
        return next((each for each in found if each.state in _SEEN), found[-1])

    def _slot(self, publications: Collection[Publication], *, at_once: bool) -> dt.datetime:
        now = self.clock()
        sent = [each.sent_at for each in publications if each.sent_at and each.state in _SEEN]
        slot = now if at_once else next_slot(now, sent, self.publisher.times, self.zone)
        return max(slot, *(each.not_before or slot for each in publications), slot)


def _went_well(tried: Sequence[Publication]) -> bool:
    return all(each.state is State.PUBLISHED for each in tried)
