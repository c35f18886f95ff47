"""The secret by which a browser is let in to the Dagster UI: a file that the user alone can read."""

import os
import secrets
from pathlib import Path

from achievement_pipeline.web.guard import ENTRANCE

_FILE = "ui-token"


def ui_token(home: Path) -> str:
    """Return the secret of a data folder, which is made at the first time; a browser that was let in stays so."""
    file = home / _FILE
    if not file.exists():
        unfinished = home / f".{_FILE}.{os.getpid()}"
        unfinished.touch(mode=0o600)
        unfinished.write_text(secrets.token_urlsafe(32))
        unfinished.replace(file)
    return file.read_text()


def entrance(home: Path, url: str) -> str:
    """Return the address that lets a browser in to the UI at `url`."""
    return f"{url}{ENTRANCE}?token={ui_token(home)}"
