"""Serves the page."""

import socket
from collections.abc import Callable

import uvicorn
from starlette.applications import Starlette

_SECONDS_TO_STOP = 5
"""Seconds that requests get to end when the page is stopped."""


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
