"""The folder in which the post-commit hook leaves word of each commit, and from where the service takes it.

A file a commit, ``<anything>.json``: ``{"repository_path": "...", "sha": "..."}``. The hook is a few lines of shell
that start no process, so three things are left to the reader: a file may be half written, when it was is the time of
the file, and control characters of a path stand in the text as they are.
"""

import datetime as dt
import json
import logging
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

SPOOL: Final = "spool"
"""Name of the folder, in that of everything that is kept on this machine."""

_WRITTEN_SECONDS = 60.0
"""Within that the hook has written its line: it is one call to the system."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SpooledCommit:
    """Word of one commit."""

    file: Path
    """Where it stands, to be given to `remove_commits` when it was heeded."""
    repository_path: str
    """The work tree that the commit was made in; its git directory where that does not lie in it."""
    sha: str
    at: dt.datetime
    """When the hook ran, UTC."""


def read_commits(folder: Path) -> list[SpooledCommit]:
    """Return what the spool holds, the oldest first; nothing where there is no such folder.

    A file that is no word of a commit after a minute will never be one: it is removed, with a warning.
    """
    found = []
    for file in folder.glob("*.json"):
        try:
            found.append(_read(file))
        except FileNotFoundError:  # somebody else took it
            continue
        except (ValueError, KeyError, TypeError, OSError) as error:
            if _age(file) > _WRITTEN_SECONDS:
                _log.warning("%s is no word of a commit (%r): it is removed.", file, error)
                file.unlink(missing_ok=True)
    return sorted(found, key=lambda commit: (commit.at, commit.file.name))


def remove_commits(commits: Iterable[SpooledCommit]) -> None:
    """Remove from the spool what was heeded; what came since stays."""
    for commit in commits:
        commit.file.unlink(missing_ok=True)


def _age(file: Path) -> float:
    return time.time() - file.stat().st_mtime if file.exists() else 0.0


def _read(file: Path) -> SpooledCommit:
    # the bytes of a path are not always UTF-8, and Python's own way of keeping them is this
    content = json.loads(file.read_bytes().decode(errors="surrogateescape"), strict=False)
    path, sha = content["repository_path"], content["sha"]
    if not (isinstance(path, str) and os.path.isabs(path) and isinstance(sha, str) and sha):  # noqa: PTH117 - any text
        raise ValueError(content)
    return SpooledCommit(file, path, sha, dt.datetime.fromtimestamp(file.stat().st_mtime, dt.UTC))
