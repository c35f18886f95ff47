"""The documents that are files: what each is called, how it is written, and from which achievements."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from achievement_pipeline.publishing.brag import write_brag_document
from achievement_pipeline.publishing.clearing import clear_views
from achievement_pipeline.publishing.digest import write_digest
from achievement_pipeline.publishing.feed import write_feed
from achievement_pipeline.publishing.period import Period, since, week_before
from achievement_pipeline.publishing.policy import Channel, Privacy
from achievement_pipeline.publishing.portfolio import write_portfolio
from achievement_pipeline.publishing.privacy import Cleared, PublicAchievement
from achievement_pipeline.publishing.profile import Profile
from achievement_pipeline.publishing.records import write_csv, write_json
from achievement_pipeline.publishing.resume import write_resume
from achievement_pipeline.store.reading import AchievementFilter, find_achievements
from achievement_pipeline.store.tables import JsonObject


@dataclass(frozen=True, kw_only=True)
class About:
    """What the documents are about, beside achievements."""

    profile: Profile
    period: Period
    resume: JsonObject
    """A resume of the user's own, in the form of JSON Resume."""


@dataclass(frozen=True)
class Document:
    """A document that is one file."""

    file_name: str
    write: Callable[[Sequence[PublicAchievement], About], str]
    """Takes achievements that were cleared for its channel; the same ones in any order give the same text."""


DOCUMENTS = {
    Channel.BRAG: Document("brag.md", lambda shown, about: write_brag_document(shown, about.profile, about.period)),
    Channel.RESUME: Document("resume.json", lambda shown, about: write_resume(shown, about.profile, about.resume)),
    Channel.PORTFOLIO: Document("portfolio.html", lambda shown, about: write_portfolio(shown, about.profile)),
    Channel.CSV: Document("achievements.csv", lambda shown, about: write_csv(shown)),  # noqa: ARG005
    Channel.JSON: Document("achievements.json", lambda shown, about: write_json(shown)),  # noqa: ARG005
    Channel.FEED: Document("feed.xml", lambda shown, about: write_feed(shown, about.profile)),
    Channel.DIGEST: Document("digest.txt", lambda shown, about: write_digest(shown, about.period)),
}
"""By channel."""


def usual_period(channel: Channel, last_review: dt.date | None, today: dt.date) -> Period:
    """Return the period that a document is of when nobody says so."""
    if channel is Channel.BRAG and last_review:
        return since(last_review)
    return week_before(today) if channel is Channel.DIGEST else Period()


def clear_for(
    connection: sa.Connection, channel: Channel, privacy: Privacy, period: Period, author: str | None
) -> Cleared:
    """Return the stored achievements of a period that may be shown on a channel; and what is held, and why.

    Args:
        connection: The database.
        channel: The way out.
        privacy: What the settings say.
        period: When they were done.
        author: Whose, by canonical address; everybody's where there is none.
    """
    found = find_achievements(connection, AchievementFilter(author=author))
    return clear_views(connection, channel, privacy, [each for each in found if each.completed_at in period])


def save(text: str, path: Path) -> None:
    """Write a document to a file, the same bytes everywhere; a reader sees the old one or the new one, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.{os.getpid()}.new")
    new.write_bytes(text.encode())
    new.replace(path)
