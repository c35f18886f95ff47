"""Opens the database that the settings name."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import sqlalchemy as sa

from achievement_pipeline.cli.dagster_home import explained_home
from achievement_pipeline.cli.servers.shared_server import lease_until
from achievement_pipeline.settings import Settings
from achievement_pipeline.store.postgres.opening import open_database
from achievement_pipeline.system.private_files import make_private_folder


@contextmanager
def open_engine(settings: Settings) -> Iterator[sa.Engine]:
    """Give an engine on the achievements' database, as long as a command runs."""
    url = settings.environment.database_url
    with explained_home(settings.home):
        make_private_folder(settings.home)
    with ExitStack() as end:
        lease_until(end, settings)
        yield end.enter_context(open_database(url.get_secret_value() if url else None, settings.home))
