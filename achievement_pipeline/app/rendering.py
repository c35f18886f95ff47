"""The ways out, from what is stored to a finished text: commands, assets and the page ask here, and nowhere else."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

import sqlalchemy as sa

from achievement_pipeline.app.me import EVERYBODY, Author, me
from achievement_pipeline.errors import PublishingError, SettingsError
from achievement_pipeline.publishing.documents.period import Period
from achievement_pipeline.publishing.documents.render import DOCUMENTS, About, usual_period
from achievement_pipeline.publishing.gate.clearing import clear_for, known_for
from achievement_pipeline.publishing.gate.clearing import verdicts as cleared_by_channel
from achievement_pipeline.publishing.gate.finished import Finished, Reader, finish
from achievement_pipeline.publishing.gate.policy import Channel, Privacy
from achievement_pipeline.publishing.gate.privacy import Cleared, Held, Known, PublicAchievement, Reason
from achievement_pipeline.publishing.github_profile.block import ProfileBlock, write_profile_block
from achievement_pipeline.publishing.linkedin.commentary import as_read, write_posts
from achievement_pipeline.settings import Settings
from achievement_pipeline.store.reading import AchievementView

_Content = TypeVar("_Content")

FILES = tuple(DOCUMENTS)
"""The ways out that are files."""


@dataclass(frozen=True)
class Outcome(Generic[_Content]):
    """What a way out shows, and what it does not."""

    cleared: Cleared
    finished: Finished[_Content]


def period_of(channel: Channel, settings: Settings) -> Period:
    """Return what a document tells of where no period is asked for."""
    return usual_period(channel, settings.config.publishing.last_review, dt.datetime.now(dt.UTC).date())


def finish_document(
    connection: sa.Connection, settings: Settings, channel: Channel, period: Period, author: Author
) -> Outcome[str]:
    """Write one of `FILES`: it carries the author's name and holds nobody else's work.

    Args:
        connection: The database.
        settings: Who the user is, and what may leave.
        channel: Which document.
        period: What it tells of.
        author: Whose achievements.

    Raises:
        PublishingError: Everybody's are asked for, and the document is one person's.
    """
    if author.is_everybody and channel.one_person:
        raise PublishingError(f"A {channel.label} is one person's: give --author EMAIL, not all.")
    privacy = _privacy(settings, author)
    cleared = clear_for(connection, channel, privacy, period, author.addresses)
    reader = _reader(settings, channel, known_for(connection, Channel.BRAG, privacy, []), author)

    def finished(public: Sequence[PublicAchievement]) -> Finished[str]:
        text = _written(channel, public, settings, period, author)
        return finish(text, text, name=DOCUMENTS[channel].file_name, channel=channel, reader=reader)

    return _without_faulty(cleared, finished)


def finish_profile(connection: sa.Connection, settings: Settings) -> Outcome[ProfileBlock]:
    """Write the block of the user's GitHub profile.

    Raises:
        SettingsError: It is not known who the user is.
    """
    channel, author = Channel.GITHUB_PROFILE, me(connection, settings)
    cleared = clear_for(connection, channel, settings.privacy, Period(), author.addresses)
    reader = _reader(settings, channel, names_known(connection, settings), author)

    def finished(public: Sequence[PublicAchievement]) -> Finished[ProfileBlock]:
        block = write_profile_block(public)
        return finish(block, block.markdown, name="The profile", channel=channel, reader=reader)

    return _without_faulty(cleared, finished)


def _without_faulty(
    cleared: Cleared, finished: Callable[[Sequence[PublicAchievement]], Finished[_Content]]
) -> Outcome[_Content]:
    """Finish a text; where it is not fit, hold the achievements that alone make it so, and finish it without them."""
    whole = finished(cleared.public)
    if not whole.faults_of_parts() or finished(()).faults_of_parts():
        return Outcome(cleared, whole)
    alone = {each.id: finished([each]).faults_of_parts() for each in cleared.public}
    faulty = {name: "; ".join(faults) for name, faults in alone.items() if faults}
    rest = cleared.without(faulty)
    return Outcome(rest, finished(rest.public)) if faulty else Outcome(cleared, whole)


def verdicts(
    connection: sa.Connection, settings: Settings, achievements: Sequence[AchievementView]
) -> Mapping[str, Mapping[Channel, PublicAchievement | Held]]:
    """Return for every channel how achievements are shown there, or why they are not; by their keys.

    The gate's answer, and that of the check that a finished text has to pass.
    """
    known, author = names_known(connection, settings), _me_if_known(connection, settings)
    views = {each.key: each for each in achievements}
    return {
        key: {channel: _checked(views[key], answer, settings, known, author) for channel, answer in answers.items()}
        for key, answers in cleared_by_channel(connection, settings.privacy, achievements).items()
    }


def _me_if_known(connection: sa.Connection, settings: Settings) -> Author:
    try:
        return me(connection, settings)
    except SettingsError:
        return EVERYBODY


def _checked(
    achievement: AchievementView, answer: PublicAchievement | Held, settings: Settings, known: Known, author: Author
) -> PublicAchievement | Held:
    if isinstance(answer, Held):
        return answer
    try:
        problems = finish_one(answer, settings, known, author).problems
    except SettingsError as error:
        return Held(achievement, Reason.FAULTY, str(error))
    faults = "; ".join(fault for found in problems.values() for fault in found)
    return Held(achievement, Reason.FAULTY, faults) if faults else answer


def finish_one(
    achievement: PublicAchievement, settings: Settings, known: Known, author: Author = EVERYBODY
) -> Finished[str]:
    """Write what the way out that an achievement was cleared for shows of it alone, as its readers see it.

    Args:
        achievement: The achievement.
        settings: Who the user is, and what may leave.
        known: What `names_known` returns.
        author: Whose documents they are.
    """
    channel = achievement.channel
    text = _written(channel, [achievement], settings, period_of(channel, settings), author)
    shown = as_read(text) if channel is Channel.LINKEDIN else text
    return finish(shown, text, name=achievement.id, channel=channel, reader=_reader(settings, channel, known, author))


def names_known(connection: sa.Connection, settings: Settings) -> Known:
    """Return the names that finished texts are read for."""
    return known_for(connection, Channel.BRAG, settings.privacy, [])


def _privacy(settings: Settings, author: Author) -> Privacy:
    """Return what the settings let out in a document of a person: there they are the one who may be named."""
    privacy = settings.privacy
    if author.is_me or author.is_everybody:
        return replace(privacy, me=privacy.me | author.names, everybody=author.is_everybody)
    return replace(privacy, me=author.names, people=(privacy.people | privacy.me) - author.names)


def _own_resume(settings: Settings, author: Author) -> dict[str, Any]:
    return settings.own_resume() if author.is_me else {}


def _reader(settings: Settings, channel: Channel, known: Known, author: Author) -> Reader:
    own = json.dumps(_own_resume(settings, author), ensure_ascii=False) if channel is Channel.RESUME else ""
    return Reader(policy=settings.privacy.policy, known=known, own=own)


def _written(
    channel: Channel, achievements: Sequence[PublicAchievement], settings: Settings, period: Period, author: Author
) -> str:
    match channel:
        case Channel.GITHUB_PROFILE:
            return write_profile_block(achievements).markdown
        case Channel.LINKEDIN:
            return "\n\n".join(post.text for post in write_posts(achievements, settings.config.publishing.linkedin))
        case _:
            resume = _own_resume(settings, author)
            about = About(profile=author.profile, period=period, resume=resume, everybody=author.is_everybody)
            return DOCUMENTS[channel].write(achievements, about)
