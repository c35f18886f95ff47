"""Serves the page: the port that it listens on, and the server."""

import socket
from collections.abc import Callable

import uvicorn
from starlette.applications import Starlette

from achievement_pipeline.errors import AchievementPipelineError

_PORT = 3100
_ANY = 0
_SECONDS_TO_STOP = 5
"""Seconds that requests get to end when the page is stopped."""


def listen(host: str, port: int | None) -> socket.socket:
    """Listen at an address; without a port at the usual one, or where another program has it at any that is free.

    Raises:
        AchievementPipelineError: The port is taken, or there is no such host.
    """
    try:
        return _bound(host, _PORT if port is None else port)
    except OSError as error:
        if port is None:
            return listen(host, _ANY)
        raise AchievementPipelineError(
            f"Can't listen on {host}, port {port}: {error.strerror}. Try another port; 0 is any that is free."
        ) from error


def serve(app: Starlette, listening: socket.socket, announce: Callable[[], None] = lambda: None) -> None:
    """Serve a page until this process is signalled to stop.

    Args:
        app: The page.
        listening: Where.
        announce: Called once the page answers and can be stopped: who reads the address may do both.
    """
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        lifespan="off",
        timeout_graceful_shutdown=_SECONDS_TO_STOP,
    )
    _Server(config, announce).run(sockets=[listening])


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._announce()


def _bound(host: str, port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen()
    except OSError:
        listening.close()
        raise
    return listening
