"""`achievements web`: the page on which the user looks and decides."""

import secrets
import webbrowser
from contextlib import suppress

import click

from achievement_pipeline.cli.collect.repos import forget_repository
from achievement_pipeline.cli.decide.commands import open_decisions
from achievement_pipeline.cli.options.authors import announce_author, author_option
from achievement_pipeline.cli.servers.listening import listen
from achievement_pipeline.cli.servers.page_server import serve
from achievement_pipeline.cli.servers.stopping import stoppable
from achievement_pipeline.web.app import create_app
from achievement_pipeline.web.guard import ENTRANCE, LOOPBACK

_ANYWHERE = ("0.0.0.0", "::")  # noqa: S104 - what is warned of


@click.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help="Default: 3100, or where that is taken any that is free; 0: any that is free.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; others see it elsewhere.")
@click.option("--name", "names", multiple=True, help="Another name that the page answers to; several times.")
@author_option
@click.option("--open", "open_it", is_flag=True, help="Open it in your browser.")
def web(*, port: int | None, host: str, names: tuple[str, ...], author: str | None, open_it: bool) -> None:
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
        listen(host, port) as listening,
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

        serve(create_app(decisions, forget=forget_repository, token=token, hosts=hosts), listening, announce)
