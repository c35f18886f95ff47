"""The digest: what was done in a week or a day, as plain text to be pasted; by theme, or by person in a team."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from achievement_pipeline.publishing.documents.parts import facts
from achievement_pipeline.publishing.documents.parts.themes import by_theme, heading
from achievement_pipeline.publishing.documents.period import Period
from achievement_pipeline.publishing.documents.profile import Profile
from achievement_pipeline.publishing.gate.privacy import PublicAchievement

_SHOWN = 10


def write_digest(
    achievements: Sequence[PublicAchievement], profile: Profile, period: Period, *, everybody: bool = False
) -> str:
    """Write what was done in a period with a link each: by theme, or where it is everybody's, by person.

    Args:
        achievements: Those of the period.
        profile: Whose digest it is.
        period: What it is called.
        everybody: Whether it covers everybody's work.
    """
    achievements = [each for each in achievements if _is_of(each, period)]
    place = facts.only_place(achievements)
    done = facts.pieces(len(achievements)) if achievements else "nothing was recorded"
    person = f"{profile.name}, " if profile.name else ""
    head = f"{person}{period.name}: {done}{f' in {place}' if place else ''}"
    best = facts.best_first(achievements)
    groups = _by_person(best) if everybody else {heading(name): each for name, each in by_theme(best).items()}
    listed = (line for each in groups.items() for line in _group(*each, place))
    return "\n".join([head, *listed]) + "\n"


def _is_of(achievement: PublicAchievement, period: Period) -> bool:
    """Return whether it was done in the period; a year of merging or releasing only if all of it was."""
    return achievement.kind not in facts.OF_MAINTAINERS or achievement.started_at in period


def _by_person(best: Sequence[PublicAchievement]) -> dict[str, list[PublicAchievement]]:
    people: dict[str, list[PublicAchievement]] = {}
    for achievement in sorted(best, key=lambda each: each.author_name.casefold()):
        people.setdefault(achievement.author_name, []).append(achievement)
    return people


def _group(name: str, done: Sequence[PublicAchievement], known_place: str) -> Iterator[str]:
    yield ""
    yield name
    for achievement in done[:_SHOWN]:
        place = facts.place(achievement)
        about = f" ({place})" if place and place != known_place else ""
        yield f"• {facts.plain(facts.headline(achievement))}{about}"
        if url := next((each.url for each in facts.shown_by(achievement) if each.url), None):
            yield f"  {url}"
    if len(done) > _SHOWN:
        yield f"• and {len(done) - _SHOWN:,} more"
