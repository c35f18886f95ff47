"""Achievement Auto-Collection: turn a developer's work into scored, explained achievements.

The Python API adds achievements that no source records::

    from achievement_pipeline import AchievementCreate, achievements_session, create_achievement
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from achievement_pipeline.app.decide.statements import AchievementCreate, achievements_session, create_achievement

__version__ = "0.1.0"
__all__ = ["AchievementCreate", "achievements_session", "create_achievement"]


def __getattr__(name: str) -> object:
    """Import the API on first use, so that the command line starts without SQLAlchemy and pydantic."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from achievement_pipeline.app.decide import statements  # noqa: PLC0415

    return getattr(statements, name)
