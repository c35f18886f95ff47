"""The spool: a folder to which the post-commit hook writes one file per commit, and which the service empties.

Each file, ``<anything>.json``, contains ``{"repository_path": "...", "sha": "..."}``. The hook is a few lines of shell
that start no process, which leaves three things to the reader: a file may be half written, the time of the commit is
that of the file, and control characters in a path are not escaped.
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
"""Name of the folder in the data folder."""

_WRITTEN_SECONDS = 60.0
"""The hook writes its line in a single system call, so an older incomplete file stays incomplete."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SpooledCommit:
    """A commit reported by the hook."""

    file: Path
    repository_path: str
    """The work tree of the commit, or its git directory if that is outside the work tree."""
    sha: str
    at: dt.datetime
    """When the hook ran, in UTC."""


def read_commits(folder: Path) -> list[SpooledCommit]:
    """Return the commits in the spool, oldest first. The folder need not exist.

    A file that is still invalid after a minute is removed with a warning.
    """
    found = []
    for file in folder.glob("*.json"):
        try:
            found.append(_read(file))
        except FileNotFoundError:  # another process removed it
            continue
        except (ValueError, KeyError, TypeError, OSError) as error:
            if _age(file) > _WRITTEN_SECONDS:
                _log.warning("Removed %s: it is not a valid spool file (%r).", file, error)
                file.unlink(missing_ok=True)
    return sorted(found, key=lambda commit: (commit.at, commit.file.name))


def remove_commits(commits: Iterable[SpooledCommit]) -> None:
    """Remove processed commits from the spool."""
    for commit in commits:
        commit.file.unlink(missing_ok=True)


def _age(file: Path) -> float:
    return time.time() - file.stat().st_mtime if file.exists() else 0.0


def _read(file: Path) -> SpooledCommit:
    # the bytes of a path need not be UTF-8; Python represents others by surrogates
    content = json.loads(file.read_bytes().decode(errors="surrogateescape"), strict=False)
    path, sha = content["repository_path"], content["sha"]
    if not (isinstance(path, str) and os.path.isabs(path) and isinstance(sha, str) and sha):  # noqa: PTH117 - any text
        raise ValueError(content)
    return SpooledCommit(file, path, sha, dt.datetime.fromtimestamp(file.stat().st_mtime, dt.UTC))
