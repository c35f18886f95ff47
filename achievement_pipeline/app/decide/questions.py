"""The question that evidence cannot answer: what an achievement changed, and for whom."""

from typing import Final

from achievement_pipeline.outcomes.find import find_outcomes
from achievement_pipeline.publishing.documents.parts.prose import about_the_whole
from achievement_pipeline.store.reading import AchievementView

QUESTION: Final = "What changed, for whom?"
ASKED: Final = 10
"""Number of achievements whose outcome the user is asked for: those with the highest impact."""


def lacks_outcome(achievement: AchievementView) -> bool:
    """Whether neither the user nor the text of an achievement states an outcome."""
    return not achievement.outcome and not find_outcomes(about_the_whole(achievement.description))
