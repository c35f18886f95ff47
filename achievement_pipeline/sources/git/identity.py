"""Who git takes its user for."""

import os
from pathlib import Path

from git.exc import GitCommandError

from achievement_pipeline.sources.git.processes import run_as_user


def user_email(folder: Path | None = None) -> str | None:
    """Return ``user.email`` as git resolves it in a folder, or without one for this user; None where it is not set."""
    where = ["-C", os.fspath(folder.absolute())] if folder else []
    try:
        output = run_as_user(*where, "config", "--get", "user.email")
    except GitCommandError:
        return None
    return output.decode(errors="surrogateescape").strip() or None
