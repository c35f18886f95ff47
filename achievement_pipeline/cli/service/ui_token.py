"""The secret by which a browser is let in to the Dagster UI: a file that the user alone can read."""

import secrets
from pathlib import Path

from achievement_pipeline.system.leftovers import write_whole
from achievement_pipeline.web.guard import ENTRANCE

_FILE = "ui-token"


def ui_token(home: Path) -> str:
    """Return the secret of a data folder, which is made at the first time; a browser that was let in stays so."""
    file = home / _FILE
    if not file.exists():
        write_whole(file, secrets.token_urlsafe(32).encode(), 0o600)
    return file.read_text()


def entrance(home: Path, url: str) -> str:
    """Return the address that lets a browser in to the UI at `url`."""
    return f"{url}{ENTRANCE}?token={ui_token(home)}"
