"""The Python API: what a person or a program states, with the user as its author where nobody is named."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from achievement_pipeline.app.me import me
from achievement_pipeline.parsing.emails import plain_address
from achievement_pipeline.settings import load_settings
from achievement_pipeline.store.decisions.manual import AchievementCreate, store_achievement
from achievement_pipeline.store.postgres.opening import open_database
from achievement_pipeline.store.reading import AchievementView

__all__ = ["AchievementCreate", "achievements_session", "create_achievement"]


@contextmanager
def achievements_session() -> Iterator[Session]:
    """Give a session on the database of the settings; what is done in it is committed at the end.

    Raises:
        SettingsError: The settings are wrong.
        StoreError: The database can't be used.
    """
    settings = load_settings()
    url = settings.environment.database_url
    with (
        open_database(url.get_secret_value() if url else None, settings.home) as engine,
        Session(engine) as session,
        session.begin(),
    ):
        yield session


def create_achievement(session: Session, achievement: AchievementCreate) -> AchievementView:
    """Store an achievement, and return it as it is shown then; the caller commits.

    Source type and id name it: the second time it is updated, and where nothing changed left as it is. Where they name
    work that is collected, now or later, it becomes an edit of that piece of work, its scores your own lines.

    Raises:
        SettingsError: It has no author, and it is not known who the user is.
    """
    author = achievement.author or me(session.connection(), load_settings()).addresses[0]
    return store_achievement(session, achievement, plain_address(author))
