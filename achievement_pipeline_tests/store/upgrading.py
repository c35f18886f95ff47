"""A database that was left behind by an older version of the program."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from achievement_pipeline.store import migrations
from achievement_pipeline.store.postgres.database import migrate


@contextmanager
def at_revision(engine: sa.Engine, revision: str) -> Iterator[sa.Connection]:
    """Give the database as it was at a revision; at the end it is upgraded again."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
        yield connection
    migrate(engine)
