"""The page of the service, in a process of its own: ``python -m achievement_pipeline.cli.service.page DESCRIPTOR``.

The service listens and hands its socket on by a file descriptor: the address stays the same while the page is started
again, and a browser that asks meanwhile waits.
"""

import socket
import sys
from contextlib import suppress

from achievement_pipeline.app.decide.decisions import Decisions
from achievement_pipeline.cli.collect.repos import forget_repository
from achievement_pipeline.cli.opening import open_engine
from achievement_pipeline.cli.page_server import serve
from achievement_pipeline.cli.service.ui_token import page_token
from achievement_pipeline.cli.stopping import stoppable
from achievement_pipeline.settings import load_settings
from achievement_pipeline.web.app import create_app
from achievement_pipeline.web.guard import PAGE_OF_SERVICE


def main() -> None:
    """Serve the page."""
    settings = load_settings()
    listening = socket.socket(fileno=int(sys.argv[1]))
    with open_engine(settings) as engine, listening, stoppable(), suppress(KeyboardInterrupt):
        decisions, token = Decisions(engine, settings), page_token(settings.home)
        serve(create_app(decisions, forget=forget_repository, token=token, behind=PAGE_OF_SERVICE), listening)


if __name__ == "__main__":
    main()
