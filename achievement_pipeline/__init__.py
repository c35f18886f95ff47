"""Achievement Auto-Collection: a developer's work becomes scored, explained achievements.

The Python API, for achievements that no source records, and for what to say of those that one does::

    from achievement_pipeline import AchievementCreate, achievements_session, create_achievement
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from achievement_pipeline.app.statements import AchievementCreate, achievements_session, create_achievement

__version__ = "0.1.0"
__all__ = ["AchievementCreate", "achievements_session", "create_achievement"]


def __getattr__(name: str) -> object:
    """Import the API when it is used: the command line's start shall not wait for SQLAlchemy and pydantic."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from achievement_pipeline.app import statements  # noqa: PLC0415

    return getattr(statements, name)
