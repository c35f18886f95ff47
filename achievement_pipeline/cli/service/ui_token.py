"""The secrets by which a browser is let in to the Dagster UI and the page: files that the user alone can read."""

import secrets
from pathlib import Path

from achievement_pipeline.system.leftovers import write_whole
from achievement_pipeline.web.guard import ENTRANCE


def ui_token(home: Path) -> str:
    """Return the secret of the Dagster UI, which is made at the first time; a browser that was let in stays so."""
    return _token(home / "ui-token")


def page_token(home: Path) -> str:
    """Return the secret of the page of the service, likewise."""
    return _token(home / "page-token")


def entrance(home: Path, url: str) -> str:
    """Return the address that lets a browser in to the UI at `url`."""
    return f"{url}{ENTRANCE}?token={ui_token(home)}"


def page_entrance(home: Path, url: str) -> str:
    """Return the address that lets a browser in to the page at `url`."""
    return f"{url}{ENTRANCE}?token={page_token(home)}"


def _token(file: Path) -> str:
    if not file.exists():
        write_whole(file, secrets.token_urlsafe(32).encode(), 0o600)
    return file.read_text()
