"""Rendering: from stored achievements to a finished text, for every channel, command, asset and page."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from achievement_pipeline.app.me import EVERYBODY, Author, me
from achievement_pipeline.app.projects import project_members
from achievement_pipeline.app.publish.selection import Selection
from achievement_pipeline.errors import PublishingError, SettingsError
from achievement_pipeline.publishing.channel import About, Channel, Rendered
from achievement_pipeline.publishing.documents.period import Period
from achievement_pipeline.publishing.gate.clearing import clear_for, clear_views, known_for
from achievement_pipeline.publishing.gate.clearing import verdicts as cleared_by_channel
from achievement_pipeline.publishing.gate.finished import Finished, Reader, finish
from achievement_pipeline.publishing.gate.policy import Privacy
from achievement_pipeline.publishing.gate.privacy import Cleared, Held, Known, PublicAchievement, Reason, write
from achievement_pipeline.settings import Settings
from achievement_pipeline.store.reading import AchievementView


@dataclass(frozen=True)
class Rendering:
    """What a channel shows, and what is held."""

    cleared: Cleared
    finished: Finished[Rendered]


def usual_period(channel: Channel, settings: Settings) -> Period:
    """Return the period that a channel covers where none is given."""
    return channel.usual_period(settings.config.publishing.last_review, dt.datetime.now(dt.UTC).date())


def usual_selection(connection: sa.Connection, settings: Settings, channel: Channel) -> Selection:
    """Return what assets publish: the user's work in the channel's usual period.

    Raises:
        SettingsError: The user is unknown.
    """
    return Selection(author=me(connection, settings), period=usual_period(channel, settings))


def render(connection: sa.Connection, settings: Settings, channel: Channel, selection: Selection) -> Rendering:
    """Render a channel: its text carries the author's name and contains nobody else's work.

    Raises:
        PublishingError: Everybody's work is selected, and the channel covers one person.
    """
    author = selection.author
    if author.is_everybody and channel.is_one_person:
        raise PublishingError(f"A {channel.label} covers one person: give --author EMAIL, not all.")
    privacy = _privacy(settings, author)
    cleared = clear_for(connection, channel, privacy, selection.period, selection.filter)
    return _render(connection, settings, channel, selection, cleared)


def render_views(
    connection: sa.Connection,
    settings: Settings,
    channel: Channel,
    author: Author,
    achievements: Sequence[AchievementView],
) -> Rendering:
    """Render achievements of an author that were read before, and keep their order in `Rendering.cleared`."""
    cleared = clear_views(connection, channel, _privacy(settings, author), achievements)
    return _render(
        connection, settings, channel, Selection(author=author, period=usual_period(channel, settings)), cleared
    )


def finish_text(
    connection: sa.Connection, settings: Settings, channel: Channel, author: Author, text: str
) -> Finished[str]:
    """Check a text that was written from achievements cleared for a channel."""
    reader = _reader(settings, channel, known_for(connection, _privacy(settings, author)), author)
    return finish(text, text, name=f"A text for the {channel.label}", channel=channel, reader=reader)


def _render(
    connection: sa.Connection,
    settings: Settings,
    channel: Channel,
    selection: Selection,
    cleared: Cleared,
) -> Rendering:
    author, period = selection.author, selection.period
    reader = _reader(settings, channel, known_for(connection, _privacy(settings, author)), author)
    earlier = _earlier(connection, settings, channel, selection)
    projects = project_members(connection, author.addresses) if channel.looks_back else ()
    about = replace(_about(settings, channel, period, author), earlier=earlier, projects=projects)

    def finished(public: Sequence[PublicAchievement]) -> Finished[Rendered]:
        rendered = write(channel, public, about)
        name = channel.file_name or f"The {channel.label}"
        return finish(rendered, rendered.text, name=name, channel=channel, reader=reader)

    return _without_faulty(cleared, finished)


def _earlier(
    connection: sa.Connection, settings: Settings, channel: Channel, selection: Selection
) -> tuple[PublicAchievement, ...]:
    """Return what was done before the period, for a channel that looks back."""
    first = selection.period.first
    if not channel.looks_back or first is None or first == dt.date.min:
        return ()
    before = Period(None, first - dt.timedelta(days=1))
    return clear_for(connection, channel, _privacy(settings, selection.author), before, selection.filter).public


def _without_faulty(
    cleared: Cleared, finished: Callable[[Sequence[PublicAchievement]], Finished[Rendered]]
) -> Rendering:
    """Finish a text; where it fails a check, hold the achievements that fail it alone, and finish it without them."""
    whole = finished(cleared.public)
    if not whole.faults_of_parts() or finished(()).faults_of_parts():
        return Rendering(cleared, whole)
    alone = {each.id: finished([each]).faults_of_parts() for each in cleared.public}
    faulty = {name: "; ".join(faults) for name, faults in alone.items() if faults}
    rest = cleared.without(faulty)
    return Rendering(rest, finished(rest.public)) if faulty else Rendering(cleared, whole)


def verdicts(
    connection: sa.Connection,
    settings: Settings,
    achievements: Sequence[AchievementView],
    channels: Collection[Channel],
) -> Mapping[str, Mapping[Channel, PublicAchievement | Held]]:
    """Return for each achievement, by its key, how each of the channels shows it or why it is held there.

    Both the gate and the checks of the finished text decide.
    """
    known, author = names_known(connection, settings), _me_if_known(connection, settings)
    views = {each.key: each for each in achievements}
    answers_of = cleared_by_channel(connection, settings.privacy, achievements, channels)
    return {
        key: {channel: _checked(views[key], answer, settings, known, author) for channel, answer in answers.items()}
        for key, answers in answers_of.items()
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
        problems = render_one(answer, settings, known, author).problems
    except SettingsError as error:
        return Held(achievement, Reason.FAULTY, str(error))
    faults = "; ".join(fault for found in problems.values() for fault in found)
    return Held(achievement, Reason.FAULTY, faults) if faults else answer


def render_one(
    achievement: PublicAchievement, settings: Settings, known: Known, author: Author = EVERYBODY
) -> Finished[str]:
    """Render one achievement alone on the channel it was cleared for, as its readers see it.

    Args:
        achievement: The achievement.
        settings: All settings.
        known: The result of `names_known`.
        author: The person whose documents these are.
    """
    channel = achievement.channel
    text = write(channel, [achievement], _about(settings, channel, usual_period(channel, settings), author)).text
    reader = _reader(settings, channel, known, author)
    return finish(channel.as_read(text), text, name=achievement.id, channel=channel, reader=reader)


def names_known(connection: sa.Connection, settings: Settings) -> Known:
    """Return the names that finished texts are checked for."""
    return known_for(connection, settings.privacy)


def _privacy(settings: Settings, author: Author) -> Privacy:
    """Return the privacy settings for a person's document, in which that person may be named."""
    privacy = settings.privacy
    if author.is_me or author.is_everybody:
        return replace(privacy, me=privacy.me | author.names, everybody=author.is_everybody)
    return replace(privacy, me=author.names, people=(privacy.people | privacy.me) - author.names)


def _own_resume(settings: Settings, author: Author) -> dict[str, Any]:
    return settings.own_resume() if author.is_me else {}


def _reader(settings: Settings, channel: Channel, known: Known, author: Author) -> Reader:
    own = json.dumps(_own_resume(settings, author), ensure_ascii=False) if channel.includes_own_resume else ""
    return Reader(policy=settings.config.privacy, known=known, own=own)


def _about(settings: Settings, channel: Channel, period: Period, author: Author) -> About:
    return About(
        profile=author.profile,
        period=period,
        resume=_own_resume(settings, author) if channel.includes_own_resume else {},
        everybody=author.is_everybody,
        linkedin=settings.config.publishing.linkedin,
        templates=settings.own_templates(),
    )
