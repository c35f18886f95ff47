"""The working folder and the environment of child processes.

A command may be run in any folder, often in an untrusted repository, and nothing in it may configure this program:
Dagster reads a ``.env`` in its working folder, Python imports modules from it, and a relative entry of PATH finds
programs in it. So child processes run in the data folder, with only the environment variables listed here.
"""

import fcntl
import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

from achievement_pipeline.lanes import LANES

_NAMES: Final = frozenset(
    {
        *("ALL_PROXY", "COLORTERM", "CURL_CA_BUNDLE", "DATABASE_URL", "DBUS_SESSION_BUS_ADDRESS", "FORCE_COLOR"),
        *("ARROW_DEFAULT_MEMORY_POOL", "ENABLE_GIT_TRACKING", "FAILURE_WEBHOOK_URL", "GNUPGHOME", "GRPC_VERBOSITY"),
        *("HOME", "HTTPS_PROXY", "HTTP_PROXY", "LANG", "LANGUAGE", "LD_LIBRARY_PATH", "LOGNAME"),
        *("MIN_LINES_FOR_ACHIEVEMENT", "NO_COLOR", "NO_PROXY", "PATH", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"),
        *("PYTHONUTF8", "PYTHON_KEYRING_BACKEND", "REQUESTS_CA_BUNDLE", "SHELL", "SSH_AGENT_PID", "SSH_ASKPASS"),
        *("SSH_AUTH_SOCK", "SSL_CERT_DIR", "SSL_CERT_FILE", "TEMP", "TERM", "TMP", "TMPDIR", "TZ", "USER"),
    }
)
_PREFIXES: Final = (
    *("ACHIEVEMENTS_", "AWS_", "AZURE_", "DAGSTER_", "GITLAB_", "GOOGLE_", "JIRA_", "LC_", "LINKEDIN_", "PG"),
    *("WORDING_", "XDG_"),
    *(lane.variables for lane in LANES),
)
"""Prefixes of our own settings, the locale, and the variables of database and cloud libraries."""

_PACKAGE_FOLDER: Final = str(Path(__file__).parents[2])


def child_environment(**variables: str) -> dict[str, str]:
    """Return the environment of a child process: the allowed variables of this process, and the given ones.

    Its Python can import what this process can, except from the working folder.
    """
    kept = {name: value for name, value in os.environ.items() if _is_listed(name)}
    return {
        **kept,
        "PATH": _absolute_entries(os.environ.get("PATH", os.defpath)),
        "PYTHONPATH": os.pathsep.join(entry for entry in _trusted(sys.path) if not _is_pythons_own(entry)),
        "PYTHONSAFEPATH": "1",
        **variables,
    }


def python_command(module: str, *arguments: str, options: Iterable[str] = ()) -> list[str]:
    """Return the command that runs a module with imports from the working folder disabled (``python -P``)."""
    return [sys.executable, "-P", *options, "-m", module, *arguments]


def distrust_working_folder() -> None:
    """Remove the working folder from this process's ``sys.path`` and PATH."""
    sys.path[:] = _trusted(sys.path)
    if "PATH" in os.environ:
        os.environ["PATH"] = _absolute_entries(os.environ["PATH"])


def _is_listed(name: str) -> bool:
    return name.upper() in _NAMES or name.startswith(_PREFIXES)


def _absolute_entries(path: str) -> str:
    """Return PATH without relative entries. An empty entry is the working folder too."""
    return os.pathsep.join(entry for entry in path.split(os.pathsep) if Path(entry).is_absolute())


def _trusted(entries: Iterable[str]) -> list[str]:
    """Return the entries of ``sys.path`` that are not the working folder. This package's own folder is always kept."""
    here = os.path.realpath(os.curdir)
    return [
        entry
        for entry in entries
        if entry == _PACKAGE_FOLDER or (Path(entry).is_absolute() and os.path.realpath(entry) != here)
    ]


def _is_pythons_own(entry: str) -> bool:
    """Whether an entry belongs to this Python. Another Python (such as a git credential helper) must not use it."""
    return any(Path(entry).is_relative_to(prefix) for prefix in (sys.prefix, sys.base_prefix))


def resize_pipe(pipe: int, size: int) -> None:
    """Set the capacity of a pipe in bytes, if the system supports it and the user's quota allows it."""
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        with suppress(OSError):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, size)
