"""The digest: what was done in a week, as plain text that can be pasted into a chat or a mail."""

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
    """Write what was done in a period, by theme, with a link each.

    Args:
        achievements: Those of the period.
        profile: Whose digest it is.
        period: What it is called.
        everybody: It is everybody's: each item names its author.
    """
    place = facts.only_place(achievements)
    done = facts.pieces(len(achievements)) if achievements else "nothing was recorded"
    person = f"{profile.name}, " if profile.name else ""
    head = f"{person}{period.name}: {done}{f' in {place}' if place else ''}"
    themes = by_theme(facts.best_first(achievements))
    listed = (line for each in themes.items() for line in _theme(*each, place, everybody=everybody))
    return "\n".join([head, *listed]) + "\n"


def _theme(category: str, done: Sequence[PublicAchievement], known_place: str, *, everybody: bool) -> Iterator[str]:
    yield ""
    yield heading(category)
    for achievement in done[:_SHOWN]:
        place = facts.place(achievement)
        about = ", ".join(
            filter(None, (place if place != known_place else "", achievement.author_name if everybody else ""))
        )
        yield f"• {facts.plain(facts.headline(achievement))}{f' ({about})' if about else ''}"
        if url := next((each.url for each in facts.shown_by(achievement) if each.url), None):
            yield f"  {url}"
    if len(done) > _SHOWN:
        yield f"• and {len(done) - _SHOWN:,} more"
