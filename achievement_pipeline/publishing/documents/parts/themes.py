"""Themes: what kinds of work are called over a part of a document, and in which order they come."""

from collections.abc import Iterable

from achievement_pipeline.publishing.gate.privacy import PublicAchievement

_HEADINGS = {
    "project": "Projects",
    "feature": "New features",
    "performance": "Performance",
    "security": "Security",
    "bugfix": "Bugs fixed",
    "maintenance": "Maintainer's work",
    "experiment": "Experiments",
    "refactoring": "Refactoring",
    "testing": "Testing",
    "infrastructure": "Infrastructure and delivery",
    "documentation": "Documentation",
    "dependency": "Dependencies",
    "style": "Code style",
    "other": "Other work",
}
"""By category, in the order in which a reader who has little time wants them."""

ROUTINE = frozenset({"style", "dependency", "other"})
"""Work that is counted rather than described, unless there is no other."""

NO_ENGINEERING = ROUTINE | {"documentation", "maintenance"}
"""Work that is never deep engineering, however much of it was done at once."""


def heading(category: str) -> str:
    """Return what a kind of work is called; one that users named themselves by their own name."""
    return _HEADINGS.get(category, category[:1].upper() + category[1:])


def by_theme(achievements: Iterable[PublicAchievement]) -> dict[str, list[PublicAchievement]]:
    """Group achievements by theme, those of a theme in the order in which they are given.

    Returns:
        Achievements by category: known categories in the order of themes, then the users' own by name.
    """
    groups: dict[str, list[PublicAchievement]] = {}
    for achievement in achievements:
        groups.setdefault(achievement.category, []).append(achievement)
    order = list(_HEADINGS)
    return dict(
        sorted(groups.items(), key=lambda group: (order.index(group[0]) if group[0] in order else len(order), group[0]))
    )
