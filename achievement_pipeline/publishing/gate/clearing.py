"""From what is stored to what may be shown: every way out begins here, and nowhere else.

What the gate has to know stands in two places: the settings say who the user is and what may leave, the database what
was approved, who took part, and who can see which repository.
"""

from collections.abc import Sequence
from dataclasses import replace

import sqlalchemy as sa

from achievement_pipeline.publishing.documents.period import Period
from achievement_pipeline.publishing.gate.policy import Channel, Privacy, Visibility
from achievement_pipeline.publishing.gate.privacy import Cleared, Held, Known, PublicAchievement, clear
from achievement_pipeline.store.approvals import (
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


def clear_stored(
    connection: sa.Connection, channel: Channel, privacy: Privacy, wanted: AchievementFilter | None = None
) -> Cleared:
    """Return the stored achievements that may be shown on a channel, as they may be shown there; and what is held, why.

    Args:
        connection: The database.
        channel: The way out.
        privacy: What the settings say: `Settings.privacy`.
        wanted: Which achievements; by default all that count and are not hidden.
    """
    return clear_views(connection, channel, privacy, find_achievements(connection, wanted or AchievementFilter()))


def clear_for(
    connection: sa.Connection, channel: Channel, privacy: Privacy, period: Period, authors: Sequence[str]
) -> Cleared:
    """Do as `clear_stored` with the achievements of a period.

    Args:
        connection: The database.
        channel: The way out.
        privacy: What the settings say.
        period: When they were done.
        authors: Whose, by canonical addresses; everybody's where there are none.
    """
    found = find_achievements(connection, AchievementFilter(authors=authors))
    return clear_views(connection, channel, privacy, [each for each in found if each.completed_at in period])


def clear_views(
    connection: sa.Connection, channel: Channel, privacy: Privacy, achievements: Sequence[AchievementView]
) -> Cleared:
    """Do as `clear_stored` with achievements that were read before, in their order."""
    known = known_for(connection, channel, privacy, [achievement.key for achievement in achievements])
    return clear(achievements, channel, privacy.policy, known)


def verdicts(
    connection: sa.Connection, privacy: Privacy, achievements: Sequence[AchievementView]
) -> dict[str, dict[Channel, PublicAchievement | Held]]:
    """Return for every channel how achievements are shown there, or why they are not; by their keys."""
    answers: dict[str, dict[Channel, PublicAchievement | Held]] = {each.key: {} for each in achievements}
    known = known_for(connection, Channel.BRAG, privacy, list(answers))
    for channel in Channel:
        cleared = clear(achievements, channel, privacy.policy, _with_decisions(connection, channel, known))
        for held in cleared.held:
            answers[held.achievement.key][channel] = held
        for shown in cleared.public:
            answers[cleared.keys[shown.id]][channel] = shown
    return answers


def why_held(connection: sa.Connection, channel: Channel, privacy: Privacy, key: str, authors: Sequence[str]) -> str:
    """Return why an achievement does not go out on a channel, in words."""
    achievement = get_achievement(connection, key)
    if authors and not {achievement.author, *achievement.coauthors} & set(authors):
        return f"it is the work of {achievement.author}"
    cleared = clear_views(connection, channel, privacy, [achievement])
    return cleared.held[0].detail if cleared.held else "it has changed since"


def known_for(connection: sa.Connection, channel: Channel, privacy: Privacy, keys: Sequence[str]) -> Known:
    """Return what the gate has to know about some achievements."""
    everybody = people(connection)
    names_of = name_people(connection)
    my_names = {name for address in privacy.me for name in everybody.pop(address.lower(), ())}
    others = {name for address, names in everybody.items() for name in (address, *names)}
    public = dict.fromkeys(privacy.policy.public, Visibility.PUBLIC)
    known = Known(
        visibility_of={origin.key: _visibility(origin, privacy) for origin in origins(connection)} | public,
        reviewed=reviewed_texts(connection),
        skills=skills_by_achievement(connection, keys),
        me=privacy.me | my_names,
        people=others | privacy.people,
        names_of=names_of,
        everybody=privacy.everybody,
        vocabulary=skill_names(connection) | privacy.technologies,
    )
    return _with_decisions(connection, channel, known)


def _with_decisions(connection: sa.Connection, channel: Channel, known: Known) -> Known:
    """Return what is known with what the user approved for a channel, refused there, or approved with another text."""
    keys: dict[Approval, set[str]] = {approval: set() for approval in Approval}
    for key, approval in approvals(connection, channel).items():
        keys[approval].add(key)
    return replace(
        known, approved=keys[Approval.APPROVED], refused=keys[Approval.REFUSED], lapsed=keys[Approval.LAPSED]
    )


def _visibility(origin: Origin, privacy: Privacy) -> Visibility:
    """Return who can see a repository: as the settings say, else as its host does, else it is private."""
    said = privacy.visibility
    by_host = Visibility.PUBLIC if origin.visibility == Visibility.PUBLIC else Visibility.PRIVATE
    return said.get(origin.key) or said.get(origin.location or "") or by_host
