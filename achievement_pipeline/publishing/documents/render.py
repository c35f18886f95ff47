"""The documents that are files: what each is called, and how it is written."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from achievement_pipeline.publishing.documents.brag import write_brag_document
from achievement_pipeline.publishing.documents.digest import write_digest
from achievement_pipeline.publishing.documents.feed import write_feed
from achievement_pipeline.publishing.documents.period import Period, since, week_before
from achievement_pipeline.publishing.documents.profile import Profile
from achievement_pipeline.publishing.documents.records import write_csv, write_json
from achievement_pipeline.publishing.documents.resume import write_resume
from achievement_pipeline.publishing.gate.finished import Finished
from achievement_pipeline.publishing.gate.policy import Channel
from achievement_pipeline.publishing.gate.privacy import PublicAchievement
from achievement_pipeline.publishing.portfolio import write_portfolio
from achievement_pipeline.store.tables import JsonObject


@dataclass(frozen=True, kw_only=True)
class About:
    """What the documents are about, beside achievements."""

    profile: Profile
    period: Period
    resume: JsonObject
    """A resume of the person's own, in the form of JSON Resume."""
    everybody: bool = False
    """Whether it is everybody's work: then each item names its author."""


@dataclass(frozen=True)
class Document:
    """A document that is one file."""

    file_name: str
    write: Callable[[Sequence[PublicAchievement], About], str]
    """Takes achievements that were cleared for its channel; the same ones in any order give the same text."""


DOCUMENTS = {
    Channel.BRAG: Document(
        "brag.md",
        lambda shown, about: write_brag_document(shown, about.profile, about.period, everybody=about.everybody),
    ),
    Channel.RESUME: Document("resume.json", lambda shown, about: write_resume(shown, about.profile, about.resume)),
    Channel.PORTFOLIO: Document("portfolio.html", lambda shown, about: write_portfolio(shown, about.profile)),
    Channel.CSV: Document("achievements.csv", lambda shown, about: write_csv(shown)),  # noqa: ARG005
    Channel.JSON: Document("achievements.json", lambda shown, about: write_json(shown)),  # noqa: ARG005
    Channel.FEED: Document(
        "feed.xml", lambda shown, about: write_feed(shown, about.profile, everybody=about.everybody)
    ),
    Channel.DIGEST: Document(
        "digest.txt",
        lambda shown, about: write_digest(shown, about.profile, about.period, everybody=about.everybody),
    ),
}
"""By channel."""


def usual_period(channel: Channel, last_review: dt.date | None, today: dt.date) -> Period:
    """Return the period that a document is of when nobody says so."""
    if channel is Channel.BRAG and last_review:
        return since(last_review)
    return week_before(today) if channel is Channel.DIGEST else Period()


def save(document: Finished[str], path: Path) -> None:
    """Write a document to a file, the same bytes everywhere; a reader sees the old one or the new one, never a part.

    Raises:
        PublishingError: It may not go out; the file is as it was.
    """
    text = document.release()
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.{os.getpid()}.new")
    new.write_bytes(text.encode())
    new.replace(path)
