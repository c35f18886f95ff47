"""The page of the service, in a process of its own: ``python -m achievement_pipeline.cli.service.page DESCRIPTOR PID``.

The service listens and hands its socket on by a file descriptor: the address stays the same while the page is started
again, and a browser that asks meanwhile waits.
"""

import os
import signal
import socket
import sys
import time
from contextlib import suppress
from threading import Thread

from achievement_pipeline.app.decide.decisions import Decisions
from achievement_pipeline.cli.collect.repos import forget_repository
from achievement_pipeline.cli.output.opening import open_engine
from achievement_pipeline.cli.servers.page_server import serve
from achievement_pipeline.cli.servers.stopping import stoppable
from achievement_pipeline.cli.service.ui_token import page_token
from achievement_pipeline.settings import load_settings
from achievement_pipeline.web.app import create_app
from achievement_pipeline.web.guard import PAGE_OF_SERVICE

_LOOK_SECONDS = 1


def main() -> None:
    """Serve the page."""
    Thread(target=_end_with, args=(int(sys.argv[2]),), daemon=True).start()
    settings = load_settings()
    listening = socket.socket(fileno=int(sys.argv[1]))
    with open_engine(settings) as engine, listening, stoppable(), suppress(KeyboardInterrupt):
        decisions, token = Decisions(engine, settings), page_token(settings.home)
        serve(create_app(decisions, forget=forget_repository, token=token, behind=PAGE_OF_SERVICE), listening)


def _end_with(service: int) -> None:
    """Stop this process once the service is gone, however it ended."""
    while os.getppid() == service:
        time.sleep(_LOOK_SECONDS)
    signal.raise_signal(signal.SIGTERM)


if __name__ == "__main__":
    main()
