"""Opens the database that the settings name."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, nullcontext

import sqlalchemy as sa

from achievement_pipeline.settings import Settings
from achievement_pipeline.store.embedded import EmbeddedPostgres
from achievement_pipeline.store.opening import embedded_server, open_database


@contextmanager
def open_engine(settings: Settings) -> Iterator[sa.Engine]:
    """Give an engine on the achievements' database, as long as a command runs."""
    with open_database(_url(settings), settings.home) as engine:
        yield engine


@contextmanager
def server_coming_up(settings: Settings) -> Iterator[Future[EmbeddedPostgres | None]]:
    """Bring the embedded server up beside what the block does first, and keep it as long as the block runs.

    A server that has to be made takes a second or two, mostly of other processes. The future's result is awaited
    before the database is opened, and raises what went wrong; it is nothing where the settings name a server.
    """
    server = nullcontext() if _url(settings) else embedded_server(settings.home)
    with ExitStack() as leases, ThreadPoolExecutor(max_workers=1) as thread:
        yield thread.submit(leases.enter_context, server)


def _url(settings: Settings) -> str | None:
    url = settings.environment.database_url
    return url.get_secret_value() if url else None
