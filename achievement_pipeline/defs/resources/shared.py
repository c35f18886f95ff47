"""The resources of all assets: the database and the settings."""

import atexit
import functools
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import dagster as dg
import sqlalchemy as sa
from pydantic import Field, PrivateAttr

from achievement_pipeline.lanes import LANES
from achievement_pipeline.settings import Settings
from achievement_pipeline.store.postgres.opening import open_database


def stay_open(settings: Settings) -> sa.Engine:
    """Return an engine that lives as long as this process, for sensors: opening one takes longer than the tick.

    Raises:
        StoreError: The database can't be used. The next call tries again.
    """
    given = settings.environment.database_url
    return _open(given.get_secret_value() if given else None, settings.home)


@functools.cache
def _open(url: str | None, home: Path) -> sa.Engine:
    stack = ExitStack()
    engine = stack.enter_context(open_database(url, home))
    atexit.register(stack.close)
    return engine


class Database(dg.ConfigurableResource):
    """The achievements' Postgres, open and migrated while an asset works.

    Example:
        ```python
        @dg.asset
        def counted(database: Database) -> None:
            with database.engine.connect() as connection: ...
        ```
    """

    url: str = Field(default="", description="Address of the database; if empty, an embedded server below home")
    home: str = Field(description="Folder of everything that is kept on this machine")

    _engine: sa.Engine = PrivateAttr()

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["Database"]:  # noqa: ARG002 - Dagster's
        """Open the database, and close it when the step is done."""
        with open_database(self.url or None, Path(self.home)) as engine:
            self._engine = engine
            yield self

    @property
    def engine(self) -> sa.Engine:
        """The engine on the open database."""
        return self._engine


class LoadedSettings(dg.ConfigurableResource[Settings]):
    """All settings, as `Settings`; the UI shows where they come from and what they switch on."""

    loaded: dg.ResourceDependency[Settings]
    files: str = Field(description="The files that the settings come from; the environment overrides them")
    home: str = Field(description="Folder of everything that is kept on this machine")
    frames: str = Field(description="Folder or URL of the assets' dataframes")
    sources: list[str] = Field(description="Names of the sources that are on")

    @classmethod
    def of(cls, settings: Settings) -> "LoadedSettings":
        """Return the resource of some settings."""
        return cls(
            loaded=settings,
            files=settings.files_that_count,
            home=str(settings.home),
            frames=settings.frames_location,
            sources=[lane.name for lane in LANES if lane.is_on(settings)],
        )

    def create_resource(self, context: dg.InitResourceContext) -> Settings:  # noqa: ARG002 - Dagster's signature
        """Return the settings."""
        return self.loaded
