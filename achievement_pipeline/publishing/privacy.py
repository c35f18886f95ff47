"""The privacy gate: the one way from what is stored to what is shown.

A renderer takes `PublicAchievement`, which only `clear` can make, and says its channel by `way_out`; so what was
cleared for one channel can't be shown on another one, and what was not cleared can't be shown at all.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import InitVar, dataclass, field
from enum import StrEnum
from typing import Concatenate, ParamSpec, TypeVar
from urllib.parse import urlsplit

from achievement_pipeline.errors import AchievementPipelineError
from achievement_pipeline.publishing.policy import Channel, PrivacyPolicy, Treatment, Visibility
from achievement_pipeline.store.reading import AchievementView, SkillView

_Parameters = ParamSpec("_Parameters")
_Rendered = TypeVar("_Rendered")


class PrivacyError(AchievementPipelineError):
    """Something was about to leave that the gate has not cleared; nothing left."""


@dataclass(frozen=True)
class PublicSkill:
    """A skill that an achievement shows."""

    name: str
    kind: str
    """``language``, ``technology`` or ``practice``; empty where it is not known."""
    weight: float
    """Share or strength of the evidence, 0 to 1."""
    evidence: str
    """What shows it, for people; may be empty."""


@dataclass(frozen=True)
class PublicEvidence:
    """An activity that an achievement is made of."""

    kind: str
    title: str
    """Empty where it is private and redacted."""
    url: str | None
    at: dt.datetime | None


@dataclass(frozen=True)
class PublicLedgerLine:
    """A line of a score."""

    score: str
    rule: str
    points: float
    evidence: str
    """May be empty."""


_GATE = object()
"""Known to this module only: who does not have it can't make a `PublicAchievement`."""


@dataclass(frozen=True)
class PublicAchievement:
    """An achievement that may be shown on one channel, as it may be shown there. Only `clear` makes one."""

    gate: InitVar[object]
    channel: Channel
    id: str
    """Stable. The key of the achievement, or where it was redacted a name made of nothing but what is shown."""
    visibility: Visibility
    """Of the work itself, not of this text."""
    redacted: bool
    withheld: tuple[str, ...]
    """Fields that are empty because they are not surely safe."""
    title: str
    category: str
    description: str
    kind: str
    """The source type: ``github_pull_request``."""
    url: str | None
    repository: str | None
    coauthors: tuple[str, ...]
    """Addresses; ``[person]`` for those that are not shown."""
    started_at: dt.datetime | None
    completed_at: dt.datetime | None
    impact_score: float
    complexity_score: float
    ledger: tuple[PublicLedgerLine, ...]
    score_version: str
    skills: tuple[PublicSkill, ...]
    """The strongest first."""
    tags: tuple[str, ...]
    evidence: tuple[PublicEvidence, ...]
    """The root first."""
    portfolio_ready: bool

    def __post_init__(self, gate: object) -> None:
        """Refuse to exist without the gate."""
        if gate is not _GATE:
            raise PrivacyError("Only the privacy gate makes a PublicAchievement: use privacy.clear.")


class Reason(StrEnum):
    """Why an achievement does not go out."""

    RETRACTED = "retracted"
    HIDDEN = "hidden"
    LEFT_OUT = "left_out"
    """It is private, and the policy leaves private work out of this channel."""
    NOT_APPROVED = "not_approved"
    UNSURE = "unsure"
    """It may still tell what it should not: somebody has to read it."""


@dataclass(frozen=True)
class Held:
    """An achievement that does not go out, and why."""

    achievement: AchievementView
    reason: Reason
    detail: str
    """The reason in words."""
    fingerprint: str | None = None
    """Names the text that somebody has to read, where the reason is `Reason.UNSURE`; see `Known.reviewed`."""


@dataclass(frozen=True)
class Cleared:
    """What may be shown on a channel and what not, in the order in which the achievements were given."""

    public: tuple[PublicAchievement, ...]
    held: tuple[Held, ...]
    keys: Mapping[str, str]
    """The key of each public achievement by its `id`: to record what was published. No renderer gets to see it."""


@dataclass(frozen=True, kw_only=True)
class Known:
    """What the gate has to know beside the achievements."""

    visibility_of: Mapping[str, Visibility] = field(default_factory=dict)
    """By origin: the key of a repository, ``linear``, ``mlflow:<server>``, ``manual``."""
    approved: Set[str] = frozenset()
    """Keys of the achievements that the user approved for the channel."""
    reviewed: Set[str] = frozenset()
    """Fingerprints of unsure texts that the user has read and let pass."""
    skills: Mapping[str, Sequence[SkillView]] = field(default_factory=dict)
    """By key of the achievement, the strongest first."""
    me: Set[str] = frozenset()
    """The user's own names and addresses: they may be shown."""
    people: Set[str] = frozenset()
    """Names and addresses of everybody else who is known."""
    vocabulary: Set[str] = frozenset()
    """Names of skills, as users and the world write them: they tell nothing."""


def clear(achievements: Iterable[AchievementView], channel: Channel, policy: PrivacyPolicy, known: Known) -> Cleared:
    """Decide for each achievement whether it may be shown on a channel, and make it fit to be shown there."""
    public: list[PublicAchievement] = []
    held: list[Held] = []
    keys: dict[str, str] = {}
    for achievement in achievements:
        outcome = _hold(achievement, channel, policy, known) or _publish(achievement, channel, policy, known)
        if isinstance(outcome, Held):
            held.append(outcome)
        else:
            public.append(outcome)
            keys[outcome.id] = achievement.key
    return Cleared(tuple(public), tuple(held), keys)


Renderer = Callable[Concatenate[Sequence[PublicAchievement], _Parameters], _Rendered]

WAYS_OUT: defaultdict[Channel, list[Callable[..., object]]] = defaultdict(list)
"""Every renderer there is, by channel, once its module is imported."""


def way_out(channel: Channel) -> Callable[[Renderer[_Parameters, _Rendered]], Renderer[_Parameters, _Rendered]]:
    """Mark a function as a renderer of a channel: it gets nothing but what was cleared for that channel.

    Its first argument is the achievements; the marked function raises `PrivacyError` for any others.
    """

    def guard(render: Renderer[_Parameters, _Rendered]) -> Renderer[_Parameters, _Rendered]:
        @functools.wraps(render)
        def guarded(
            achievements: Sequence[PublicAchievement], /, *args: _Parameters.args, **kwargs: _Parameters.kwargs
        ) -> _Rendered:
            for achievement in achievements:
                if not isinstance(achievement, PublicAchievement):
                    raise PrivacyError(f"{channel}: an achievement has not been through the gate. Use privacy.clear.")
                if achievement.channel is not channel:
                    raise PrivacyError(f"{channel}: {achievement.id} was cleared for {achievement.channel} only.")
            return render(achievements, *args, **kwargs)

        WAYS_OUT[channel].append(guarded)
        return guarded

    return guard


def origin_of(key: str, url: str | None = None) -> str:
    """Return where an activity is from, as it stands in `Known.visibility_of`.

    Args:
        key: Its key.
        url: Where it can be seen, which tells the server of a pull request.
    """
    source, _, rest = key.partition(":")
    match source:
        case "git":
            return rest.rpartition("@")[0]
        case "github":
            return f"{urlsplit(url or '').hostname or 'github.com'}/{rest.rpartition('#')[0]}"
        case "mlflow":
            return f"mlflow:{rest.rpartition('/')[0]}"
        case "linear":
            return "linear"
        case _:
            return "manual"


def _hold(achievement: AchievementView, channel: Channel, policy: PrivacyPolicy, known: Known) -> Held | None:
    """Return why an achievement can't go out whatever its text is."""
    visibility = _visibility(achievement, known)
    if achievement.retracted_at:
        return Held(achievement, Reason.RETRACTED, f"retracted: {achievement.retracted_reason}")
    if achievement.hidden:
        return Held(achievement, Reason.HIDDEN, "hidden by the user")
    if visibility is Visibility.PRIVATE and policy.treatment(channel) is Treatment.LEAVE_OUT:
        return Held(achievement, Reason.LEFT_OUT, f"private work is left out of {channel}")
    if not _approved(achievement, visibility, channel, policy, known):
        return Held(achievement, Reason.NOT_APPROVED, f"not approved for {channel}")
    return None


def _approved(
    achievement: AchievementView, visibility: Visibility, channel: Channel, policy: PrivacyPolicy, known: Known
) -> bool:
    if not channel.outward or achievement.key in known.approved:
        return True
    rule = policy.auto_approval(channel)
    return (
        rule is not None
        and achievement.impact_score >= rule.min_impact
        and (achievement.portfolio_ready or not rule.portfolio_ready)
        and (visibility is Visibility.PUBLIC or not rule.public_only)
    )


def _visibility(achievement: AchievementView, known: Known) -> Visibility:
    """Return public where all is that it comes from; words of the user's own are as public as what they are about."""
    origins = {origin_of(achievement.key, achievement.source_url)}
    if achievement.repository:
        origins = (origins - {"manual"}) | {achievement.repository}
    public = all(known.visibility_of.get(origin) is Visibility.PUBLIC for origin in origins)
    return Visibility.PUBLIC if public else Visibility.PRIVATE


def _publish(
    achievement: AchievementView, channel: Channel, policy: PrivacyPolicy, known: Known
) -> PublicAchievement | Held:
    visibility = _visibility(achievement, known)
    if visibility is Visibility.PRIVATE and policy.treatment(channel) is Treatment.REDACT:
        return Held(achievement, Reason.UNSURE, "private work that was not redacted yet")
    return PublicAchievement(
        gate=_GATE,
        channel=channel,
        id=achievement.key,
        visibility=visibility,
        redacted=False,
        withheld=(),
        title=achievement.title,
        category=achievement.category,
        description=achievement.description,
        kind=achievement.source_type,
        url=achievement.source_url,
        repository=achievement.repository,
        coauthors=tuple(achievement.coauthors),
        started_at=achievement.started_at,
        completed_at=achievement.completed_at,
        impact_score=achievement.impact_score,
        complexity_score=achievement.complexity_score,
        ledger=tuple(
            PublicLedgerLine(line["score"], line["rule"], line["points"], line["evidence"])
            for line in achievement.score_ledger
        ),
        score_version=achievement.score_version,
        skills=tuple(
            PublicSkill(skill.skill, skill.kind, skill.weight, skill.evidence)
            for skill in known.skills.get(achievement.key, ())
        ),
        tags=tuple(achievement.tags),
        evidence=tuple(
            PublicEvidence(
                each["kind"], each["title"], each["url"], each["at"] and dt.datetime.fromisoformat(each["at"])
            )
            for each in achievement.evidence
        ),
        portfolio_ready=achievement.portfolio_ready,
    )
