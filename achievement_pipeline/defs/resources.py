"""What the assets work with: the database, the rules of judging, and how to tell people of progress."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import sqlalchemy as sa
from pydantic import Field, PrivateAttr

from achievement_pipeline.store.opening import open_database


class Database(dg.ConfigurableResource):
    """The achievements' Postgres, open and migrated while an asset works.

    Example:
        ```python
        @dg.asset
        def counted(database: Database) -> None:
            with database.engine.connect() as connection: ...
        ```
    """

    url: str = Field(default="", description="Address of the database; empty: an embedded server below home")
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
