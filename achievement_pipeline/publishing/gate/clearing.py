"""From stored achievements to those that may be shown: every channel starts here.

The gate needs facts from two places: settings name the user and the policy; the database has approvals, people and the
visibility of repositories.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import sqlalchemy as sa

from achievement_pipeline.publishing.channel import Channel
from achievement_pipeline.publishing.documents.period import Period
from achievement_pipeline.publishing.gate.policy import Privacy, Visibility
from achievement_pipeline.publishing.gate.privacy import Cleared, Held, Known, PublicAchievement, clear
from achievement_pipeline.store.decisions.approvals import (
    Approval,
    Origin,
    approvals,
    name_people,
    origins,
    people,
    reviewed_texts,
    skill_names,
)
from achievement_pipeline.store.reading import (
    AchievementFilter,
    AchievementView,
    find_achievements,
    get_achievement,
    skills_by_achievement,
)


def clear_for(
    connection: sa.Connection, channel: Channel, privacy: Privacy, period: Period, wanted: AchievementFilter
) -> Cleared:
    """Clear the stored achievements of a period for a channel; those that are held come with the reason.

    Args:
        connection: The database.
        channel: Where they are published.
        privacy: `Settings.privacy`.
        period: When they were completed.
        wanted: Which achievements.
    """
    found = find_achievements(connection, wanted)
    return clear_views(connection, channel, privacy, [each for each in found if each.completed_at in period])


def clear_views(
    connection: sa.Connection, channel: Channel, privacy: Privacy, achievements: Sequence[AchievementView]
) -> Cleared:
    """Clear achievements that were read before, and keep their order."""
    known = known_for(connection, privacy, [achievement.key for achievement in achievements])
    return clear(achievements, channel, privacy.policy, _with_decisions(connection, channel, known))


def verdicts(
    connection: sa.Connection, privacy: Privacy, achievements: Sequence[AchievementView], channels: Iterable[Channel]
) -> dict[str, dict[Channel, PublicAchievement | Held]]:
    """Return for each achievement, by its key, how each channel shows it or why it is held there."""
    answers: dict[str, dict[Channel, PublicAchievement | Held]] = {each.key: {} for each in achievements}
    known = known_for(connection, privacy, list(answers))
    for channel in channels:
        cleared = clear(achievements, channel, privacy.policy, _with_decisions(connection, channel, known))
        for held in cleared.held:
            answers[held.achievement.key][channel] = held
        for shown in cleared.public:
            answers[cleared.keys[shown.id]][channel] = shown
    return answers


def why_held(connection: sa.Connection, channel: Channel, privacy: Privacy, key: str, authors: Sequence[str]) -> str:
    """Explain why an achievement is not published on a channel."""
    achievement = get_achievement(connection, key)
    if authors and not {achievement.author, *achievement.coauthors} & set(authors):
        return f"it is the work of {achievement.author}"
    cleared = clear_views(connection, channel, privacy, [achievement])
    return cleared.held[0].detail if cleared.held else "it has changed since"


def known_for(connection: sa.Connection, privacy: Privacy, keys: Sequence[str] = ()) -> Known:
    """Return the facts that the gate needs, without the user's approvals.

    Args:
        connection: The database.
        privacy: `Settings.privacy`.
        keys: The achievements that are cleared; none where finished texts are checked.
    """
    everybody = people(connection)
    names_of = name_people(connection)
    my_names = {name for address in privacy.me for name in everybody.pop(address.lower(), ())}
    others = {name for address, names in everybody.items() for name in (address, *names)}
    public = dict.fromkeys(privacy.policy.public, Visibility.PUBLIC)
    return Known(
        visibility_of={origin.key: _visibility(origin, privacy) for origin in origins(connection)} | public,
        reviewed=reviewed_texts(connection),
        skills=skills_by_achievement(connection, keys),
        me=privacy.me | my_names,
        people=others | privacy.people,
        names_of=names_of,
        everybody=privacy.everybody,
        vocabulary=skill_names(connection) | privacy.technologies,
    )


def _with_decisions(connection: sa.Connection, channel: Channel, known: Known) -> Known:
    """Add the user's approvals and refusals for a channel, and approvals of a text that has changed since."""
    keys: dict[Approval, set[str]] = {approval: set() for approval in Approval}
    for key, approval in approvals(connection, channel.name).items():
        keys[approval].add(key)
    return replace(
        known, approved=keys[Approval.APPROVED], refused=keys[Approval.REFUSED], lapsed=keys[Approval.LAPSED]
    )


def _visibility(origin: Origin, privacy: Privacy) -> Visibility:
    """Return the visibility of a repository by the settings, else by its host; unknown is private."""
    by_settings = privacy.visibility
    by_host = Visibility.PUBLIC if origin.visibility == Visibility.PUBLIC else Visibility.PRIVATE
    return by_settings.get(origin.key) or by_settings.get(origin.location or "") or by_host
