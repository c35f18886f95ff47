"""What a network has to provide so that the outbox can post to it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Protocol

from achievement_pipeline.publishing.gate.finished import Finished
from achievement_pipeline.publishing.gate.privacy import PublicAchievement
from achievement_pipeline.publishing.outbox.slots import PostingTimes
from achievement_pipeline.publishing.outbox.states import Event


@dataclass(frozen=True)
class Ready:
    """A post that is ready to be sent once it is finished."""

    key: str
    title: str
    text: str
    """As the network expects it, escapes included."""


@dataclass(frozen=True)
class Reply:
    """What the answer to a post means."""

    event: Event
    detail: str = ""
    remote_id: str | None = None
    not_before: dt.datetime | None = None
    """When it can be tried again, if the network gives a time."""


class Session(Protocol):
    """A network, logged in."""

    def send(self, finished: Finished[Ready], visibility: str, now: dt.datetime) -> Reply:
        """Send a post once, without retries, and return the result.

        Raises:
            PublishingError: It may not leave; nothing was sent.
        """

    def delete(self, remote_id: str) -> None:
        """Delete a post; one that is already gone is no error.

        Raises:
            PublishingError: The network refuses.
        """


class Publisher(Protocol):
    """One network. The outbox guarantees that each achievement is posted at most once."""

    @property
    def times(self) -> PostingTimes:
        """When and how often to post."""

    @property
    def visibility(self) -> str:
        """The audience, in the network's own terms."""

    @property
    def resend(self) -> bool:
        """Whether to send the identical text again after an unclear answer.

        Only for a network that refuses duplicates.
        """

    def render(self, achievement: PublicAchievement) -> str:
        """Return the text of a post.

        Raises:
            SettingsError: The user's template fails.
        """

    def log_in(self) -> Session:
        """Return a session.

        Raises:
            PublishingError: The user is not logged in.
        """

    def settle(self, address: str) -> str | None:
        """Return the network's id of the post that an address leads to, or None if it leads to no post."""


@dataclass(frozen=True, kw_only=True)
class Networks:
    """The networks as the settings configure them; the record of a channel that posts chooses its own."""

    linkedin: Publisher
