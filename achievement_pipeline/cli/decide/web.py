"""`achievements web`: the page on which the user looks and decides."""

import secrets
import socket
import webbrowser
from collections.abc import Callable
from contextlib import suppress

import click
import uvicorn

from achievement_pipeline.cli.authors import announce_author, author_option
from achievement_pipeline.cli.collect.repos import forget_repository
from achievement_pipeline.cli.decide.commands import open_decisions
from achievement_pipeline.cli.stopping import stoppable
from achievement_pipeline.errors import AchievementPipelineError
from achievement_pipeline.web.app import create_app
from achievement_pipeline.web.guard import ENTRANCE, LOOPBACK

_PORT = 3100
_ANYWHERE = ("0.0.0.0", "::")  # noqa: S104 - what is warned of
_SECONDS_TO_STOP = 5
"""Seconds that requests get to end when the page is stopped."""


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=_PORT, show_default=True, help="0: any that is free.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; others see it elsewhere.")
@click.option("--name", "names", multiple=True, help="Another name that the page answers to; several times.")
@author_option
@click.option("--open", "open_it", is_flag=True, help="Open it in your browser.")
def web(*, port: int, host: str, names: tuple[str, ...], author: str | None, open_it: bool) -> None:
    """Look and decide in the browser, until Ctrl-C.

    The address that is printed lets your browser in, and nobody else's: keep it to yourself.

    \b
    achievements web
    achievements web --port 8000 --open
    """  # noqa: D301 - click's own mark
    token = secrets.token_urlsafe(32)
    hosts = {*LOOPBACK, *names, *({host} - set(_ANYWHERE))}
    with (
        open_decisions(author) as decisions,
        _listen(host, port) as listening,
        stoppable(),
        suppress(KeyboardInterrupt),
    ):
        with decisions.engine.connect() as connection:
            announce_author(connection, decisions.settings, author)
        if host not in LOOPBACK:
            click.echo(f"⚠️  Listening on {host}: who is on this network can try to reach it, unencrypted.", err=True)
        shown = f"[{host}]" if ":" in host else host
        address = f"http://{shown}:{listening.getsockname()[1]}{ENTRANCE}?token={token}"

        def announce() -> None:
            click.echo(address)
            if open_it:
                webbrowser.open(address)

        config = uvicorn.Config(
            create_app(decisions, forget=forget_repository, token=token, hosts=hosts),
            log_level="warning",
            access_log=False,
            server_header=False,
            lifespan="off",
            timeout_graceful_shutdown=_SECONDS_TO_STOP,
        )
        _Server(config, announce).run(sockets=[listening])


class _Server(uvicorn.Server):
    """Announces itself once it answers and can be stopped: who reads the address may do both."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._announce()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise AchievementPipelineError(
            f"Can't listen on {host}, port {port}: {error.strerror}. Try --port 0."
        ) from error
    return listening
