"""LinkedIn as the outbox sees it: how a post is written, sent and found again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote

from achievement_pipeline.parsing.patterns import compile_pattern
from achievement_pipeline.publishing.gate.privacy import PublicAchievement
from achievement_pipeline.publishing.linkedin.client import LinkedIn
from achievement_pipeline.publishing.linkedin.commentary import write_post
from achievement_pipeline.publishing.linkedin.settings import LinkedInSettings
from achievement_pipeline.publishing.outbox.slots import PostingTimes

_URN = compile_pattern(r"(?:\burn:li:|[-/_])(?P<kind>share|ugcPost|activity)[:-](?P<number>\d+)")
"""``urn:li:share:7``, as pages have it; ``.../posts/ann_some-words-activity-7-x1Yz``, as "Copy link" gives it."""


@dataclass(frozen=True, kw_only=True)
class LinkedInPublisher:
    """Posts on LinkedIn."""

    settings: LinkedInSettings
    connect: Callable[[], LinkedIn]
    """Logs in; raises `PublishingError` where the user is not logged in."""

    @property
    def times(self) -> PostingTimes:
        """When and how often to post."""
        return self.settings.times

    @property
    def visibility(self) -> str:
        """``PUBLIC`` or ``CONNECTIONS``."""
        return self.settings.visibility.value

    @property
    def resend(self) -> bool:
        """Whether to send the identical text again after an unclear answer: LinkedIn refuses duplicates."""
        return self.settings.resend

    def render(self, achievement: PublicAchievement) -> str:
        """Return the text of a post in little text.

        Raises:
            SettingsError: The user's template fails, or gives no text.
        """
        return write_post(achievement, self.settings)

    def log_in(self) -> LinkedIn:
        """Return LinkedIn for the user.

        Raises:
            PublishingError: The user is not logged in.
        """
        return self.connect()

    def settle(self, address: str) -> str | None:
        """Return the URN of the post that an address leads to: LinkedIn has it in several forms, or none."""
        found = _URN.search(unquote(address))
        return f"urn:li:{found['kind']}:{found['number']}" if found else None
