"""What this program needs of Dagster's inside, which no version of it promises to keep."""

import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

from starlette.types import ASGIApp

_WEB_SERVER = "dagster_webserver"


def run_web_server(wrap: Callable[[ASGIApp], ASGIApp]) -> None:
    """Be ``dagster-webserver``, with what `wrap` makes of its application."""
    command: Any = import_module("dagster_webserver.cli")
    create = command.create_app_from_workspace_process_context
    command.create_app_from_workspace_process_context = lambda *args, **options: wrap(create(*args, **options))
    command.main()


def run_dev(web_server: str) -> None:
    """Be ``dagster``, whose command ``dev`` runs another module in place of its web server."""
    command: Any = import_module("dagster._cli.dev")
    open_process = command.open_ipc_subprocess

    def open_ours(words: Sequence[str], **options: Any) -> Any:  # noqa: ANN401 - as Dagster has it
        return open_process([web_server if word == _WEB_SERVER else word for word in words], **options)

    command.open_ipc_subprocess = open_ours
    sys.argv[0] = "dagster"
    import_module("dagster._cli").main()
