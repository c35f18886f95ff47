"""What a channel is: one record with everything that the pipeline needs to know about it.

The type lives here, below the gate, because the gate decides by its facts. The records live in
`achievement_pipeline.channels`, above the renderers that they name.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from achievement_pipeline.publishing.documents.period import Period
from achievement_pipeline.publishing.documents.profile import Profile
from achievement_pipeline.publishing.linkedin.settings import LinkedInSettings

if TYPE_CHECKING:  # the gate itself reads the type
    from achievement_pipeline.publishing.gate.privacy import PublicAchievement
    from achievement_pipeline.publishing.outbox.publisher import Networks, Publisher
    from achievement_pipeline.store.tables import JsonObject


class Treatment(StrEnum):
    """What happens to private work on a channel."""

    SHOW = "show"
    """Shown as it is; secrets are removed all the same, and on outward channels the names that the policy lists."""
    REDACT = "redact"
    """Shown without where, for whom and with whom it was done; held where that is not certain."""
    LEAVE_OUT = "leave_out"


class Format(StrEnum):
    """The format of a rendered text, which decides how it is previewed."""

    MARKDOWN = "markdown"
    JSON = "json"
    HTML = "html"
    TEXT = "text"


class Job(StrEnum):
    """The job that a publishing asset joins."""

    PUBLISH = "publish"
    WRITE_DIGEST = "write_digest"


@dataclass(frozen=True)
class Asset:
    """The Dagster asset of a channel."""

    name: str
    kind: str
    """As the Dagster UI tags it: ``markdown``."""
    job: Job


@dataclass(frozen=True, kw_only=True)
class About:
    """What renderers need besides the achievements."""

    profile: Profile
    period: Period
    resume: JsonObject
    """The user's own resume in JSON Resume format; may be empty."""
    everybody: bool = False
    """Whether the document covers everybody's work; each item then names its author."""
    linkedin: LinkedInSettings = field(default_factory=LinkedInSettings)
    earlier: Sequence[PublicAchievement] = ()
    """The person's work before the period, for channels that look back."""
    projects: Sequence[Sequence[str]] = ()
    """Keys of the achievements of each project of the person, the strongest first, for channels that look back."""
    templates: Mapping[str, str] = field(default_factory=dict)
    """The user's own templates, by file name."""


@dataclass(frozen=True)
class Rendered:
    """The output of a renderer."""

    text: str
    pictures: Mapping[str, str] = field(default_factory=dict)
    """SVG by path, for channels that link pictures from their text."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Channel:
    """One channel. Every field is required: a channel that lacks one does not pass the type checker."""

    name: str
    """In commands, settings, the database and the addresses of the web pages."""
    label: str
    """For people."""
    summary: str
    """One line of help."""
    is_outward: bool
    """Whether strangers read it."""
    needs_approval: bool
    """Whether it shows an achievement only after the user, or a rule of theirs, approved it."""
    is_one_person: bool
    """Whether it always covers exactly one person."""
    names_people: bool
    """Whether people other than the author appear under their names."""
    includes_own_resume: bool
    """Whether it contains the user's own resume, in which they may name anybody."""
    shows_notes: bool
    """Whether goals, learning and feedback that the user wrote down are part of it."""
    looks_back: bool
    """Whether it gets earlier work and the person's projects: `About.earlier`, `About.projects`."""
    private_work: Treatment
    """What happens to private work by default."""
    file_name: str | None
    """The file that `achievements export` and the asset write; None for a channel that is not a file."""
    format: Format
    render: Callable[[Sequence[PublicAchievement], About], Rendered]
    """Takes achievements cleared for this channel; the order in which they come does not matter. Call `write`."""
    as_read: Callable[[str], str]
    """The text as its readers see it, without the channel's own escapes."""
    find_faults: Callable[[str], Sequence[str]]
    """Violations of the format that its readers expect."""
    find_links: Callable[[str], Iterable[str]]
    """All links in the text."""
    largest: int | None
    """Size limit in bytes; None where there is none."""
    usual_period: Callable[[dt.date | None, dt.date], Period]
    """The period where none is given; takes the day of the last review, if any, and today."""
    warns_of_login: bool
    """Whether it reminds the user of a login that is about to expire."""
    asset: Asset | None
    """The Dagster asset that publishes it; None where there is none."""
    publisher: Callable[[Networks], Publisher] | None
    """Posts one achievement at a time through the outbox; None for a channel that does not post."""

    def __str__(self) -> str:
        """Return the name."""
        return self.name

    def __repr__(self) -> str:
        """Name it without the addresses of its functions."""
        return f"<Channel {self.name}>"

    @property
    def is_file(self) -> bool:
        """Whether it is exported as a file."""
        return self.file_name is not None

    @property
    def posts(self) -> bool:
        """Whether it posts achievements one by one."""
        return self.publisher is not None
