"""The privacy gate: the one way from what is stored to what is shown.

A renderer takes `PublicAchievement`, which only `clear` can make, and is called by `write` alone; so an achievement
cleared for one channel can't be shown on another one, and one that was not cleared can't be shown at all.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import InitVar, dataclass, field, fields, is_dataclass, replace
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from achievement_pipeline.errors import AchievementPipelineError
from achievement_pipeline.keys import MANUAL
from achievement_pipeline.lanes import ActivityKind, is_public_by_default, kinds, parse_key, place_of
from achievement_pipeline.parsing.patterns import IGNORECASE, Pattern, compile_pattern, escape
from achievement_pipeline.publishing.channel import About, Channel, Rendered, Treatment
from achievement_pipeline.publishing.documents.parts.sections import is_note
from achievement_pipeline.publishing.gate.credits import without_credits
from achievement_pipeline.publishing.gate.policy import PrivacyPolicy, Visibility
from achievement_pipeline.publishing.gate.redaction import Mark, Names, Redactor, is_familiar
from achievement_pipeline.publishing.gate.secret_scan import find_secrets
from achievement_pipeline.publishing.gate.titles import is_weak, strong_title
from achievement_pipeline.store.reading import AchievementView, SkillView
from achievement_pipeline.store.tables import JsonObject


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

    visibility: Visibility
    kind: str
    title: str
    """Empty where it is private and redacted."""
    url: str | None
    at: dt.datetime | None


@dataclass(frozen=True)
class PublicAnnouncement:
    """Where the release notes of the project announced it."""

    version: str
    """Empty where it is announced for the next release."""
    date: str
    """Day of the release, ``2026-03-04``; may be empty."""
    section: str
    """Its heading; may be empty."""
    sentence: str
    """The words of the maintainers; empty on channels for strangers, where only what the user approved is shown."""


@dataclass(frozen=True)
class PublicLedgerLine:
    """A line of a score."""

    visibility: Visibility
    """Of the activity that gave it."""
    score: str
    rule: str
    points: float
    evidence: str
    """May be empty."""


_EVERY_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})
"""Names of servers that every machine has: they reveal nothing."""
_KINDS = frozenset({*kinds(), ActivityKind.MANUAL.value})
_WORDS_NAMED = 8
_BLANK_LINE = "\n\n"
_NO_ADDRESS = {"id": "", "url": None, "repository": None}
"""Fields that are an address: changed they are useless, so this replaces them."""
_UNSEEN = compile_pattern(
    # controls but tab and line feed; what is in no Unicode text; invisible and direction-changing format characters
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2028-\u202e"
    r"\u2060-\u206f\u3164\ufe00-\ufe0e\ufeff\uffa0\ud800-\udfff\ufff0-\ufffb\ufffe\uffff\U000e0000-\U000e0fff]"
    # joiners of emoji and of scripts that need them stay, those between Latin letters hide words
    r"|(?<=[0-9A-Za-z])[\u200c\u200d]++|(?<![\u200c\u200d])[\u200c\u200d]++(?=[0-9A-Za-z])"
)
_OWN_ID = "work-"
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
    outcome: str
    """What changed, for whom, in the user's own words; may be empty."""
    announced: PublicAnnouncement | None
    first_release: str
    """The first tag that contains it; may be empty."""
    kind: str
    """The source type: ``github_pull_request``."""
    url: str | None
    repository: str | None
    author: str
    """Address; ``[person]`` where it is not shown."""
    author_name: str
    """Name, else address, of the author; ``[person]`` where it is not shown."""
    coauthors: tuple[str, ...]
    """Others that it is shared with, the author too where that is not the person of the document: addresses, in the
    brag document names where they are known; ``[person]`` for those that are not shown."""
    is_led_by_another: bool
    """Whether most of it is somebody else's work, in the document of one person."""
    assisted_by: tuple[str, ...]
    """Coding agents that helped, by name. They are no authors."""
    started_at: dt.datetime | None
    completed_at: dt.datetime | None
    edited_at: dt.datetime | None
    """When the user last changed its title, description or outcome."""
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
    pinned: bool
    """The user wants it to come first."""

    def __post_init__(self, gate: object) -> None:
        """Refuse to exist without the gate."""
        if gate is not _GATE:
            raise PrivacyError("Only the privacy gate makes a PublicAchievement: use privacy.clear.")


class Reason(StrEnum):
    """Why an achievement does not go out."""

    RETRACTED = "retracted"
    HIDDEN = "hidden"
    NOTE = "note"
    """The user's own note, which is part of the brag document only."""
    LEFT_OUT = "left_out"
    """It is private, and the policy leaves private work out of this channel."""
    NOT_APPROVED = "not_approved"
    CHANGED = "changed"
    """It was approved with another text than it has now."""
    UNSURE = "unsure"
    """It may still reveal what it should not: somebody has to read it."""
    TELLS = "tells"
    """It is public, and names a private place: somebody has to edit it."""
    FAULTY = "faulty"
    """What the channel shows of it fails a check of finished texts: somebody has to edit it."""


@dataclass(frozen=True)
class Held:
    """An achievement that does not go out, and why."""

    achievement: AchievementView
    reason: Reason
    detail: str
    """The reason in words."""
    preview: str | None = None
    """Where the reason is `Reason.UNSURE`: the text that somebody has to read, as it would be shown."""
    fingerprint: str | None = None
    """The name of exactly that text: with it in `Known.reviewed` it passes."""


@dataclass(frozen=True)
class Cleared:
    """What may be shown on a channel and what not, in the order in which the achievements were given."""

    public: tuple[PublicAchievement, ...]
    held: tuple[Held, ...]
    keys: Mapping[str, str]
    """The key of each public achievement by its `id`: to record what was published. No renderer gets to see it."""
    views: Mapping[str, AchievementView] = field(default_factory=dict, repr=False)
    """What each public achievement was made of, by its `id`. No renderer gets to see it."""

    def without(self, faulty: Mapping[str, str]) -> Cleared:
        """Hold some public achievements.

        Args:
            faulty: Why, by `id`.
        """
        held = (Held(self.views[name], Reason.FAULTY, why) for name, why in faulty.items())
        return replace(
            self,
            public=tuple(each for each in self.public if each.id not in faulty),
            held=(*self.held, *held),
            keys={name: key for name, key in self.keys.items() if name not in faulty},
        )


@dataclass(frozen=True, kw_only=True)
class Known:
    """What the gate has to know beside the achievements."""

    visibility_of: Mapping[str, Visibility] = field(default_factory=dict)
    """By origin: the key of a repository, else as `achievement_pipeline.lanes.origins` names them."""
    approved: Set[str] = frozenset()
    """Keys of the achievements that the user approved for the channel."""
    refused: Set[str] = frozenset()
    """Keys of those that the user does not want on the channel, whatever is approved by a rule."""
    lapsed: Set[str] = frozenset()
    """Keys of those that were approved with another text than they have now."""
    reviewed: Set[str] = frozenset()
    """Fingerprints of unsure texts that the user has read and let pass."""
    skills: Mapping[str, Sequence[SkillView]] = field(default_factory=dict)
    """By key of the achievement, the strongest first."""
    me: Set[str] = frozenset()
    """The user's own names and addresses: they may be shown."""
    people: Set[str] = frozenset()
    """Names and addresses of everybody else who is known."""
    names_of: Mapping[str, str] = field(default_factory=dict)
    """What to call people, by their addresses."""
    everybody: bool = False
    """Whether the document holds everybody's work, and names the author of each item."""
    vocabulary: Set[str] = frozenset()
    """Names of the skills that the user's work shows: they reveal nothing."""


def clear(achievements: Iterable[AchievementView], channel: Channel, policy: PrivacyPolicy, known: Known) -> Cleared:
    """Decide for each achievement whether it may be shown on a channel, and make it fit to be shown there."""
    given = list(achievements)
    gate = _Gate(channel, policy, known, Redactor(_names(given, policy, known)))
    outcomes = [gate.let_pass(achievement) for achievement in given]
    public = _with_own_ids(outcome for outcome in outcomes if isinstance(outcome, PublicAchievement))
    passed = [each for each, outcome in zip(given, outcomes, strict=True) if isinstance(outcome, PublicAchievement)]
    views = {achievement.id: view for achievement, view in zip(public, passed, strict=True)}
    return Cleared(
        public=public,
        held=tuple(outcome for outcome in outcomes if isinstance(outcome, Held)),
        keys={name: view.key for name, view in views.items()},
        views=views,
    )


def write(channel: Channel, achievements: Sequence[PublicAchievement], about: About) -> Rendered:
    """Render achievements that were cleared for a channel. Nothing else calls a renderer.

    Raises:
        PrivacyError: One of them was not cleared for this channel.
    """
    check_cleared(channel, [*achievements, *about.earlier])
    return channel.render(achievements, about)


def check_cleared(channel: Channel, achievements: Sequence[PublicAchievement]) -> None:
    """Check that achievements were cleared for a channel.

    Raises:
        PrivacyError: One of them was not.
    """
    for achievement in achievements:
        if not isinstance(achievement, PublicAchievement):
            raise PrivacyError(f"{channel}: an achievement has not been through the gate. Use privacy.clear.")
        if achievement.channel is not channel:
            raise PrivacyError(f"{channel}: {achievement.id} was cleared for {achievement.channel} only.")


def private_places(known: Known) -> Iterator[str]:
    """Yield the names of what is not public: repositories with and without their host, servers."""
    for origin, visibility in known.visibility_of.items():
        name = place_of(origin)
        if visibility is Visibility.PUBLIC or name is None:
            continue
        if name.partition("/")[0].rsplit(":", 1)[0].strip("[]") in _EVERY_MACHINE:
            continue
        yield name
        host, slash, rest = name.partition("/")
        if "." in host and "/" in rest and slash:
            yield rest


@dataclass(frozen=True)
class _Gate:
    """What holds for all achievements of one call."""

    channel: Channel
    policy: PrivacyPolicy
    known: Known
    redactor: Redactor

    def let_pass(self, achievement: AchievementView) -> PublicAchievement | Held:
        """Return the achievement as it may be shown, or why it may not."""
        if unwanted := self._unwanted(achievement):
            return unwanted
        draft = self._without_credits(_draft(achievement, self.channel, self.known))
        if draft.visibility is Visibility.PRIVATE and self._treatment is not Treatment.SHOW:
            draft = self._public_part(draft) or draft
        if draft.visibility is Visibility.PRIVATE and self._treatment is Treatment.LEAVE_OUT:
            return Held(achievement, Reason.LEFT_OUT, f"private work is left out of {self.channel}")
        if not self._is_approved(achievement, draft.visibility):
            if achievement.key in self.known.lapsed:
                return Held(achievement, Reason.CHANGED, "changed since you approved it")
            return Held(achievement, Reason.NOT_APPROVED, f"not approved for {self.channel}")
        if self.channel.posts and not draft.edited_at and is_weak(draft.title):
            return Held(achievement, Reason.FAULTY, f"its title “{draft.title}” does not name what was done: edit it")
        return self._without_what_tells(achievement, draft)

    def _without_credits(self, draft: PublicAchievement) -> PublicAchievement:
        """Return work without credits in its title and announcement; who the title names shares in it."""
        if draft.announced:
            sentence = without_credits(draft.announced.sentence, self._is_person).text
            draft = replace(draft, gate=_GATE, announced=replace(draft.announced, sentence=sentence))
        title = without_credits(draft.title, self._is_person)
        if draft.edited_at or title.text == draft.title:
            return draft
        known = {*map(_folded, self.known.me), *map(_folded, draft.coauthors), _folded(draft.author_name)}
        named = title.names if self.channel.names_people or self.channel.is_outward else ()
        shared = (*draft.coauthors, *(name for name in named if _folded(name) not in known))
        return replace(draft, gate=_GATE, title=title.text, coauthors=shared)

    def _is_person(self, name: str) -> bool:
        """Whether somebody is known under a full name, or may have it: a given name, and no word that has a meaning."""
        given, *_, family = name.split()
        return _folded(name) in self._full_names or (given in self._given_names and not is_familiar(family))

    @functools.cached_property
    def _full_names(self) -> Set[str]:
        names = self.known.people | self.known.me | set(self.known.names_of.values())
        return {_folded(name) for name in names if " " in name.strip() and "@" not in name}

    @functools.cached_property
    def _given_names(self) -> Set[str]:
        return {name.split()[0].title() for name in self._full_names}

    def _unwanted(self, achievement: AchievementView) -> Held | None:
        if achievement.retracted_at:
            return Held(achievement, Reason.RETRACTED, f"retracted: {achievement.retracted_reason}")
        if achievement.hidden:
            return Held(achievement, Reason.HIDDEN, "hidden by the user")
        if is_note(achievement.category) and not self.channel.shows_notes:
            return Held(achievement, Reason.NOTE, "a note for the brag document")
        return None

    @property
    def _treatment(self) -> Treatment:
        return self.policy.treatment(self.channel)

    def _public_part(self, draft: PublicAchievement) -> PublicAchievement | None:
        """Return private work by its public evidence, where it has any: an issue that public pull requests solved."""
        evidence = tuple(each for each in draft.evidence if each.visibility is Visibility.PUBLIC)
        if not evidence:
            return None
        # of those that are equally good, the first
        face = min(evidence, key=lambda each: each.kind != ActivityKind.PULL_REQUEST)
        return replace(
            draft,
            gate=_GATE,
            id="",
            visibility=Visibility.PUBLIC,
            title=face.title,
            description="",
            outcome="",
            announced=None,
            first_release="",
            kind=face.kind,
            url=face.url,
            repository=draft.repository if draft.repository and _is_public(draft.repository, self.known) else None,
            ledger=tuple(replace(line, evidence="") for line in draft.ledger),
            skills=tuple(replace(skill, evidence="") for skill in draft.skills),
            tags=(),
            evidence=evidence,
        )

    def _is_approved(self, achievement: AchievementView, visibility: Visibility) -> bool:
        if achievement.key in self.known.refused:
            return False
        if not self.channel.needs_approval or achievement.key in self.known.approved:
            return True
        rule = self.policy.auto_approval(self.channel)
        return (
            rule is not None
            and achievement.impact_score >= rule.min_impact
            and (achievement.portfolio_ready or not rule.portfolio_ready)
            and (visibility is Visibility.PUBLIC or not rule.public_only)
        )

    def _without_what_tells(self, achievement: AchievementView, draft: PublicAchievement) -> PublicAchievement | Held:
        """Take out secrets and names, and hold back what may still reveal something, unless somebody has read it."""
        draft, secrets = _without_secrets(_everywhere(draft, _clean))
        doubts = [f"there was a secret in it ({kind})" for kind in secrets] if self.channel.is_outward else []
        if draft.visibility is Visibility.PRIVATE and self._treatment is Treatment.REDACT:
            draft = self._redacted(draft)
            doubts += self._doubts(draft, "title") + self._doubts(draft, "category")
        elif self.channel.is_outward:
            draft = self._fit_for_strangers(draft)
            if names := self._places_named(draft):
                named = ", ".join(sorted(names))
                return Held(
                    achievement, Reason.TELLS, f"it names {named}, which is private: edit it, or say it is public"
                )
        preview = "\n\n".join(filter(None, (draft.title, draft.description, draft.outcome)))
        fingerprint = hashlib.sha256(preview.encode()).hexdigest()
        if fingerprint in self.known.reviewed:
            return draft
        description_doubts = self._doubts(draft, "description") if draft.redacted else []
        if doubts:
            return Held(achievement, Reason.UNSURE, "; ".join(doubts + description_doubts), preview, fingerprint)
        if description_doubts:
            return replace(draft, gate=_GATE, description="", withheld=("description",))
        return draft

    def _places_named(self, draft: PublicAchievement) -> set[str]:
        """Return the private places that a text names in full; what it names in part is on the user's lists, or not."""
        if self._treatment is Treatment.SHOW:
            return set()
        return {name for text in _texts(draft) for name in self._places.findall(text)}

    @functools.cached_property
    def _places(self) -> Pattern[str]:
        names = sorted(private_places(self.known), key=len, reverse=True)
        return compile_pattern(rf"(?<![\w-])(?:{'|'.join(map(escape, names)) or '(?!)'})(?![\w-])", IGNORECASE)

    def _doubts(self, draft: PublicAchievement, name: str) -> list[str]:
        words = self.redactor.unfamiliar(getattr(draft, name))
        shown = [*words[:_WORDS_NAMED], *("..." for _ in words[_WORDS_NAMED:][:1])]
        return [f"the {name} may tell something: {', '.join(shown)}"] if words else []

    def _redacted(self, draft: PublicAchievement) -> PublicAchievement:
        """Keep of private work what it was, not where."""
        redact = functools.partial(self.redactor.private, repository=draft.repository)
        return replace(
            draft,
            gate=_GATE,
            id="",
            redacted=True,
            title=redact(draft.title),
            category=redact(draft.category),
            description=redact(draft.description),
            outcome=self._if_safe(draft.outcome),
            announced=None,
            first_release="",
            kind=draft.kind if draft.kind in _KINDS else ActivityKind.MANUAL.value,
            url=None,
            repository=None,
            **self._nameless(draft),
            started_at=_day(draft.started_at),
            completed_at=_day(draft.completed_at),
            edited_at=_day(draft.edited_at),
            ledger=tuple(replace(line, evidence="") for line in draft.ledger),
            skills=tuple(
                replace(skill, evidence=self._if_safe(skill.evidence))
                for skill in draft.skills
                if redact(skill.name) == skill.name
            ),
            tags=tuple(filter(None, map(self._if_safe, draft.tags))),
            evidence=tuple(map(_anonymous, draft.evidence)),
        )

    def _if_safe(self, text: str) -> str:
        """Return a text in which there is nothing to take out and nothing to doubt, or none."""
        return text if self.redactor.private(text) == text and not self.redactor.unfamiliar(text) else ""

    def _fit_for_strangers(self, draft: PublicAchievement) -> PublicAchievement:
        """Take out what strangers don't get to see of work that they do get to see."""
        draft = replace(
            draft,
            gate=_GATE,
            **self._nameless(draft, author_name=self._author_name(draft)),
            ledger=tuple(line if self._may_show(line) else replace(line, evidence="") for line in draft.ledger),
            evidence=tuple(self._fitting(draft.evidence)),
        )
        return _everywhere(draft, self.redactor.outward)

    def _nameless(self, draft: PublicAchievement, author_name: str = Mark.PERSON.value) -> dict[str, Any]:
        """Return the fields that name people, for strangers: no others, and nobody's address."""
        is_own = _is_mine(draft.author, self.known)
        return {
            "author": Mark.PERSON.value,
            "author_name": draft.author_name if is_own and "@" not in draft.author_name else author_name,
            "coauthors": tuple(Mark.PERSON.value for _ in draft.coauthors),
        }

    def _author_name(self, draft: PublicAchievement) -> str:
        """Return the name of another author, which strangers get to see in documents of everybody's work alone."""
        return self.known.names_of.get(draft.author, Mark.PERSON.value) if self.known.everybody else Mark.PERSON.value

    def _fitting(self, evidence: Iterable[PublicEvidence]) -> Iterator[PublicEvidence]:
        for each in evidence:
            if self._may_show(each):
                yield each
            elif self._treatment is Treatment.REDACT:
                yield _anonymous(each)

    def _may_show(self, part: PublicEvidence | PublicLedgerLine) -> bool:
        return part.visibility is Visibility.PUBLIC or self._treatment is Treatment.SHOW


def _names(achievements: Iterable[AchievementView], policy: PrivacyPolicy, known: Known) -> Names:
    """Return what is known by name: what the caller knows, and what the achievements name."""
    origins = {origin for achievement in achievements for origin in _origins(achievement)} | known.visibility_of.keys()
    authors = {person for achievement in achievements for person in (achievement.author, *achievement.coauthors)}
    me = {_folded(name) for name in known.me}
    return Names(
        repositories={name for each in origins if not _is_public(each, known) and (name := place_of(each))},
        people={person for person in known.people | authors if _folded(person) not in me},
        own_addresses={name for name in known.me if "@" in name},
        code_names=frozenset(policy.code_names),
        listed_people=frozenset(policy.people),
        safe=known.vocabulary | frozenset(policy.safe_words),
    )


def _title(achievement: AchievementView, channel: Channel) -> str:
    """Return the title, or a better one if it is meaningless and the user did not edit it."""
    if achievement.edited_at:
        return achievement.title
    announced = _announcement(achievement, channel)
    sentence = announced.sentence.removesuffix(".") if announced else ""
    return strong_title(achievement.title, achievement.evidence, achievement.repository, sentence)


def _draft(achievement: AchievementView, channel: Channel, known: Known) -> PublicAchievement:
    """Return an achievement as it is stored."""
    public = _is_achievement_public(achievement, known)
    return PublicAchievement(
        gate=_GATE,
        channel=channel,
        id=achievement.key,
        visibility=Visibility.PUBLIC if public else Visibility.PRIVATE,
        redacted=False,
        withheld=(),
        title=_one_line(_title(achievement, channel)),
        category=achievement.category,
        description=achievement.description,
        outcome=achievement.outcome,
        announced=_announcement(achievement, channel),
        first_release=achievement.first_release or "",
        kind=achievement.source_type,
        url=_url(achievement.source_url),
        repository=achievement.repository,
        author=achievement.author,
        author_name=known.names_of.get(achievement.author, achievement.author),
        coauthors=_shared_with(achievement, channel, known),
        is_led_by_another=bool(known.me) and not known.everybody and not _is_mine(achievement.author, known),
        assisted_by=tuple(achievement.assisted_by),
        started_at=achievement.started_at,
        completed_at=achievement.completed_at,
        edited_at=achievement.edited_at,
        impact_score=achievement.impact_score,
        complexity_score=achievement.complexity_score,
        ledger=tuple(_ledger_line(line, known) for line in achievement.score_ledger),
        score_version=achievement.score_version,
        skills=_shown_skills(achievement, known),
        tags=tuple(achievement.tags),
        evidence=tuple(_evidence(line, known) for line in achievement.evidence),
        portfolio_ready=achievement.portfolio_ready,
        pinned=achievement.pinned,
    )


def _announcement(achievement: AchievementView, channel: Channel) -> PublicAnnouncement | None:
    found = achievement.announced
    if found is None:
        return None
    sentence = "" if channel.is_outward else _one_line(found["sentence"])
    return PublicAnnouncement(found["version"] or "", found["date"] or "", _one_line(found["section"] or ""), sentence)


def _shared_with(achievement: AchievementView, channel: Channel, known: Known) -> tuple[str, ...]:
    """Return the co-authors: all people but the user where the achievement is shown as theirs.

    Who has the name of the other is the same person by another address.
    """
    is_of_me = bool(known.me) and not known.everybody
    people = [achievement.author, *achievement.coauthors] if is_of_me else achievement.coauthors
    same = {_folded(name) for name in known.me} if is_of_me else {_named(achievement.author, known)}
    names_of = known.names_of if channel.names_people else {}
    return tuple(
        names_of.get(person, person) for person in people if not {_folded(person), _named(person, known)} & same
    )


def _named(person: str, known: Known) -> str:
    return _folded(known.names_of.get(person, person))


def _is_mine(person: str, known: Known) -> bool:
    return _folded(person) in {_folded(name) for name in known.me}


def _shown_skills(achievement: AchievementView, known: Known) -> tuple[PublicSkill, ...]:
    shown = {skill.skill: skill for skill in known.skills.get(achievement.key, ())}
    skills = (shown.get(name) or SkillView(name, "", 0, "") for name in achievement.skills_demonstrated)
    return tuple(PublicSkill(skill.skill, skill.kind, skill.weight, skill.evidence) for skill in skills)


def _ledger_line(line: JsonObject, known: Known) -> PublicLedgerLine:
    visibility = _line_visibility(line, known)
    return PublicLedgerLine(visibility, line["score"], line["rule"], line["points"], line["evidence"])


def _line_visibility(line: JsonObject, known: Known) -> Visibility:
    """Return who can see the activity that gave a line; where none did (an edit), the user wrote it for all to see."""
    public = "activity" not in line or _is_activity_public(line["activity"], known)
    return Visibility.PUBLIC if public else Visibility.PRIVATE


def _evidence(line: JsonObject, known: Known) -> PublicEvidence:
    return PublicEvidence(
        visibility=Visibility.PUBLIC if _is_activity_public(line["key"], known) else Visibility.PRIVATE,
        kind=line["kind"],
        title=_one_line(line["title"]),
        url=_url(line["url"]),
        at=dt.datetime.fromisoformat(line["at"]) if line["at"] else None,
    )


def _url(url: str | None) -> str | None:
    """Return an address that a page may link to, or none."""
    parts = urlsplit(url or "")
    return url if parts.scheme in ("http", "https") and parts.hostname and not parts.username else None


def _origins(achievement: AchievementView) -> Iterator[str]:
    """Yield the origins of an achievement, as far as keys show them."""
    if achievement.repository:
        yield achievement.repository
    if key := parse_key(achievement.key):
        yield key.origin


def _is_achievement_public(achievement: AchievementView, known: Known) -> bool:
    """Whether all that an achievement comes from is public; the user's own words are if what they are about is."""
    repository, key = achievement.repository, parse_key(achievement.key)
    if repository and not _is_public(repository, known):
        return False
    is_stated = key is not None and key.form == MANUAL
    return bool(repository and is_stated) or _is_activity_public(achievement.key, known)


def _is_activity_public(text: str, known: Known) -> bool:
    """Whether everybody can see an activity; if no lane has such a key, nobody can."""
    key = parse_key(text)
    return key is not None and _is_public(key.origin, known, by_default=is_public_by_default(key))


def _is_public(origin: str, known: Known, *, by_default: bool = False) -> bool:
    default = Visibility.PUBLIC if by_default else Visibility.PRIVATE
    return known.visibility_of.get(origin, default) is Visibility.PUBLIC


def _anonymous(evidence: PublicEvidence) -> PublicEvidence:
    """Keep of evidence that there was some."""
    kind = evidence.kind if evidence.kind in _KINDS else ActivityKind.MANUAL.value
    return replace(evidence, kind=kind, title="", url=None, at=_day(evidence.at))


def _day(moment: dt.datetime | None) -> dt.datetime | None:
    return moment and dt.datetime.combine(moment.astimezone(dt.UTC), dt.time.min, dt.UTC)


def _clean(text: str) -> str:
    """Take out what can't be seen, or changes how other text is seen; it would hide words from the gate too."""
    return _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _folded(name: str) -> str:
    return name.strip().casefold()


def _without_secrets(draft: PublicAchievement) -> tuple[PublicAchievement, list[str]]:
    """Return an achievement without its secrets, and of what kinds they were."""
    secrets = find_secrets(_BLANK_LINE.join(_texts(draft)))
    # one that begins in one text and ends in another one is taken out of both
    pieces = [piece for secret in secrets for piece in secret.text.split(_BLANK_LINE) if piece]

    def without(text: str) -> str:
        return functools.reduce(lambda rest, piece: rest.replace(piece, Mark.SECRET), pieces, text)

    return (_everywhere(draft, without) if pieces else draft), sorted({secret.kind for secret in secrets})


def _everywhere(draft: PublicAchievement, change: Callable[[str], str]) -> PublicAchievement:
    """Change every text of an achievement, whatever fields it has or will have; a changed address is none."""
    changed = {field.name: _changed(field.name, getattr(draft, field.name), change) for field in fields(draft)}
    return replace(draft, gate=_GATE, **changed)


def _changed(name: str, value: Any, change: Callable[[str], str]) -> Any:  # noqa: ANN401 - the value of any field
    if name in _NO_ADDRESS:
        return value if value is None or change(value) == value else _NO_ADDRESS[name]
    if isinstance(value, StrEnum | Channel):
        return value
    if isinstance(value, str):
        return change(value)
    if isinstance(value, tuple):
        return tuple(_changed("", each, change) for each in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(
            value, **{field.name: _changed(field.name, getattr(value, field.name), change) for field in fields(value)}
        )
    return value


def _texts(value: object) -> Iterator[str]:
    """Yield every text of an achievement."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from _texts(each)
    elif is_dataclass(value) and not isinstance(value, Channel):
        for each in fields(value):
            yield from _texts(getattr(value, each.name))


def is_own_id(name: str) -> bool:
    """Whether an `id` may be one that the gate made, of what is shown; others are keys."""
    return name.startswith(_OWN_ID)


def _with_own_ids(achievements: Iterable[PublicAchievement]) -> tuple[PublicAchievement, ...]:
    """Name those that can't be named by their keys: by what is shown of them, so that the name reveals nothing more."""
    counts: Counter[str] = Counter()
    named = []
    for achievement in achievements:
        name = achievement.id
        if not name:
            shown = json.dumps([achievement.title, achievement.category, str(achievement.completed_at)])
            name = f"{_OWN_ID}{hashlib.sha256(shown.encode()).hexdigest()[:16]}"
            counts[name] += 1
            name += f"-{counts[name]}" if counts[name] > 1 else ""
        named.append(replace(achievement, gate=_GATE, id=name))
    return tuple(named)
