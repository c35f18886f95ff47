"""Holds the embedded server for a command; without SQLAlchemy, which the service itself has no use for."""

from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from threading import Thread

from achievement_pipeline.settings import Settings
from achievement_pipeline.store.embedded import EmbeddedPostgres, embedded_server


def shared_server(settings: Settings) -> AbstractContextManager[EmbeddedPostgres | None]:
    """Return the embedded server, to be held by whoever uses it; nothing where the settings name a server."""
    return nullcontext() if settings.environment.database_url else embedded_server(settings.home)


def lease_until(end: ExitStack, settings: Settings) -> None:
    """Hold the embedded server until a command ends, which then does not wait for the server's end."""
    if settings.environment.database_url is None:
        server = embedded_server(settings.home)
        server.acquire()
        end.callback(server.leave)


def begin_server(end: ExitStack, settings: Settings) -> None:
    """Let the embedded server be made by another process, without a thread in this one, and hold it."""
    if settings.environment.database_url is None:
        server = embedded_server(settings.home)
        server.begin()
        end.callback(server.leave)


@contextmanager
def database_coming_up(settings: Settings) -> Iterator[Future[None]]:
    """Bring the embedded database up beside what the block does first, and keep it as long as the block runs.

    One that has to be made takes a second or two, mostly of other processes. The future's result is awaited before the
    database is opened, and raises what went wrong. Whoever interrupts the wait need not await its end.
    """
    ready: Future[None] = Future()
    with ExitStack() as leases:

        def bring_up() -> None:
            try:
                lease_until(leases, settings)
                if settings.environment.database_url is None:
                    from achievement_pipeline.store.postgres.opening import open_database  # noqa: PLC0415 - SQLAlchemy

                    with open_database(None, settings.home):  # makes it, if there is none
                        pass
                ready.set_result(None)
            except BaseException as error:  # noqa: BLE001 - raised where the result is awaited
                ready.set_exception(error)

        Thread(target=bring_up, daemon=True).start()
        yield ready
