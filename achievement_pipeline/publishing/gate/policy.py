"""What may leave, and how: the settings of the privacy gate, with defaults under which nothing private leaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from achievement_pipeline.lanes import origins

Phrase = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2)]


class Channel(StrEnum):
    """A way out."""

    BRAG = "brag"
    RESUME = "resume"
    PORTFOLIO = "portfolio"
    CSV = "csv"
    JSON = "json"
    FEED = "feed"
    DIGEST = "digest"
    GITHUB_PROFILE = "github_profile"
    LINKEDIN = "linkedin"

    @property
    def outward(self) -> bool:
        """Whether strangers read it. The others are files for the user's own eyes, who hands them on by hand."""
        return self not in _OWN

    @property
    def one_person(self) -> bool:
        """Whether it is one person's by its nature: of everybody's work there is none."""
        return self in _ONE_PERSON

    @property
    def label(self) -> str:
        """What it is called, for people."""
        return _LABELS.get(self, self.capitalize())


_LABELS = {
    Channel.BRAG: "Brag document",
    Channel.CSV: "CSV",
    Channel.JSON: "JSON",
    Channel.GITHUB_PROFILE: "GitHub profile",
    Channel.LINKEDIN: "LinkedIn",
}
_ONE_PERSON = frozenset({Channel.RESUME, Channel.PORTFOLIO, Channel.GITHUB_PROFILE, Channel.LINKEDIN})
_OWN = frozenset({Channel.BRAG, Channel.CSV, Channel.JSON, Channel.DIGEST})


class Visibility(StrEnum):
    """Who can see a repository, or another origin of work. What is not known to be public is private."""

    PUBLIC = "public"
    PRIVATE = "private"


class Treatment(StrEnum):
    """What becomes of private work on a channel."""

    SHOW = "show"
    """As it is; secrets are taken out all the same, and on outward channels what the lists of the policy name."""
    REDACT = "redact"
    """Without what tells where it was done, for whom and with whom; held where that is not sure."""
    LEAVE_OUT = "leave_out"


_PRIVATE_WORK = {channel: Treatment.LEAVE_OUT if channel.outward else Treatment.SHOW for channel in Channel} | {
    Channel.RESUME: Treatment.REDACT
}


class AutoApproval(BaseModel):
    """Which achievements go out on a channel without being approved one by one: those for which all of this holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    portfolio_ready: bool = Field(default=True, description="Only what is ready for the portfolio")
    min_impact: float = Field(default=0, ge=0, le=100, description="Only from this impact on")
    public_only: bool = Field(default=True, description="Only work in public repositories")


class ChannelPolicy(BaseModel):
    """What holds for one channel."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    private: Treatment | None = Field(default=None, description="What becomes of private work; unset: see the defaults")
    auto_approve: AutoApproval | None = Field(
        default=None, description="Unset: on an outward channel each achievement is approved by the user"
    )


class PrivacyPolicy(BaseModel):
    """What may leave on which channel, and what never does."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    channels: dict[Channel, ChannelPolicy] = Field(default={}, description="Where a channel differs from its default")
    code_names: tuple[Phrase, ...] = Field(
        default=(), description="Projects, customers, products that no outward channel names; case doesn't matter"
    )
    people: tuple[Phrase, ...] = Field(
        default=(), description="More people, by name or address, that no outward channel names"
    )
    public: tuple[Phrase, ...] = Field(
        default=(),
        description="Origins of work, other than repositories, that everybody can see: " + ", ".join(origins()),
    )
    safe_words: tuple[Phrase, ...] = Field(
        default=(), description="Words of private work that tell nothing, though the gate doesn't know them"
    )

    def treatment(self, channel: Channel) -> Treatment:
        """What becomes of private work on a channel."""
        return self.channels.get(channel, ChannelPolicy()).private or _PRIVATE_WORK[channel]

    def auto_approval(self, channel: Channel) -> AutoApproval | None:
        """What goes out on a channel without being approved one by one."""
        return self.channels.get(channel, ChannelPolicy()).auto_approve


@dataclass(frozen=True, kw_only=True)
class Privacy:
    """All that settings say about what may leave."""

    policy: PrivacyPolicy = field(default_factory=PrivacyPolicy)
    me: frozenset[str] = frozenset()
    """Names and addresses of the person whose documents these are."""
    people: frozenset[str] = frozenset()
    """Those of others."""
    technologies: frozenset[str] = frozenset()
    """Names of languages and technologies, which tell nothing of who uses them."""
    visibility: Mapping[str, Visibility] = field(default_factory=dict)
    """Who can see a repository, by its key or its location; wins over what its host says."""
    everybody: bool = False
    """Whether the documents hold everybody's work, and name the author of each item."""
