"""The numbered facts of an achievement: what a wording may rest on, and all that a language model is given."""

from __future__ import annotations

from collections.abc import Iterator

from achievement_pipeline.outcomes.find import sentences
from achievement_pipeline.publishing.documents.parts import facts
from achievement_pipeline.publishing.documents.parts.added_names import ledger_words
from achievement_pipeline.publishing.documents.parts.prose import paragraphs
from achievement_pipeline.publishing.gate.privacy import PublicAchievement

MOST_FACTS = 40
"""Maximum number of facts of one achievement."""


def facts_of(achievement: PublicAchievement) -> tuple[str, ...]:
    """Return the facts of an achievement as it was cleared for a channel: one sentence each, without repetitions."""
    announced = [facts.announced_sentence(achievement), facts.release(achievement)]
    names = ledger_words(achievement)
    stated = [
        achievement.title,
        achievement.outcome,
        *announced,
        f"{names[:1].upper()}{names[1:]}",
        *_prose(achievement),
    ]
    stated += [each.title for each in achievement.evidence]
    stated += [f"Skills: {', '.join(skill.name for skill in achievement.skills)}"] if achievement.skills else []
    stated += [f"Repository: {facts.place(achievement)}"] if achievement.repository else []
    stated += [f"Completed on {facts.day(achievement.completed_at)}"] if achievement.completed_at else []
    return tuple(dict.fromkeys(filter(None, map(str.strip, stated))))[:MOST_FACTS]


def _prose(achievement: PublicAchievement) -> Iterator[str]:
    for is_list, lines in paragraphs(achievement.title, achievement.description):
        yield from lines if is_list else sentences(" ".join(lines))
