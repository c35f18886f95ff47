"""What may leave, and how: the settings of the privacy gate, with defaults under which nothing private leaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from achievement_pipeline.lanes import origins
from achievement_pipeline.parsing.strict_model import StrictModel
from achievement_pipeline.publishing.channel import Channel, Treatment

Phrase = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2)]


class Visibility(StrEnum):
    """Who can see a repository, or another origin of work. What is not known to be public is private."""

    PUBLIC = "public"
    PRIVATE = "private"


class AutoApproval(StrictModel):
    """Which achievements go out on a channel without being approved one by one: those for which all of this holds."""

    portfolio_ready: bool = Field(default=True, description="Only what is ready for the portfolio")
    min_impact: float = Field(default=0, ge=0, le=100, description="Only from this impact on")
    public_only: bool = Field(default=True, description="Only work in public repositories")


class ChannelPolicy(StrictModel):
    """What holds for one channel."""

    private: Treatment | None = Field(default=None, description="What becomes of private work; unset: see the defaults")
    auto_approve: AutoApproval | None = Field(
        default=None, description="Unset: on an outward channel each achievement is approved by the user"
    )


class PrivacyPolicy(StrictModel):
    """What may leave on which channel, and what never does."""

    channels: dict[str, ChannelPolicy] = Field(
        default={}, description="By name, where a channel differs from its default"
    )
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
        default=(), description="Words of private work that reveal nothing, though the gate doesn't know them"
    )

    def treatment(self, channel: Channel) -> Treatment:
        """Return what happens to private work on a channel."""
        return self.channels.get(channel.name, ChannelPolicy()).private or channel.private_work

    def auto_approval(self, channel: Channel) -> AutoApproval | None:
        """Return the rule by which achievements are published on a channel without individual approval, if any."""
        return self.channels.get(channel.name, ChannelPolicy()).auto_approve


@dataclass(frozen=True, kw_only=True)
class Privacy:
    """All settings about what may leave."""

    policy: PrivacyPolicy = field(default_factory=PrivacyPolicy)
    me: frozenset[str] = frozenset()
    """Names and addresses of the person whose documents these are."""
    people: frozenset[str] = frozenset()
    """Those of others."""
    technologies: frozenset[str] = frozenset()
    """Names of languages and technologies, which reveal nothing about who uses them."""
    visibility: Mapping[str, Visibility] = field(default_factory=dict)
    """Who can see a repository, by its key or its location; overrides its host."""
    everybody: bool = False
    """Whether the documents hold everybody's work, and name the author of each item."""
