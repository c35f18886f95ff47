"""The folder and the environment of every process that this program starts.

A command is run in any folder, often in a repository that somebody else wrote. Nothing that lies there may configure
what this program does: Dagster reads a ``.env`` in its working folder, Python imports modules from it, a relative entry
of PATH finds programs in it. So child processes work in the data folder, with the variables listed here and no others.
"""

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

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
    *("ACHIEVEMENTS_", "AWS_", "AZURE_", "DAGSTER_", "GITHUB_", "GITLAB_", "GIT_", "GOOGLE_", "JIRA_", "LC_"),
    *("LINEAR_", "LINKEDIN_", "MLFLOW_", "PG", "XDG_"),
)
"""Settings, the user's locale, network, keys and certificates, and what libraries of databases and clouds read."""

_PACKAGE_FOLDER: Final = str(Path(__file__).parents[1])


def child_environment(**variables: str) -> dict[str, str]:
    """Return the environment of a child process: what this one has of the listed variables, and the given ones.

    Python imports what this process can import, except from its working folder.
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
    """Return the command that runs a module; Python does not import from the working folder."""
    return [sys.executable, "-P", *options, "-m", module, *arguments]


def distrust_working_folder() -> None:
    """Take the working folder out of the places where this process finds modules and programs."""
    sys.path[:] = _trusted(sys.path)
    if "PATH" in os.environ:
        os.environ["PATH"] = _absolute_entries(os.environ["PATH"])


def _is_listed(name: str) -> bool:
    return name.upper() in _NAMES or name.startswith(_PREFIXES)


def _absolute_entries(path: str) -> str:
    """PATH without the entries that depend on the working folder: an empty one stands for the folder itself."""
    return os.pathsep.join(entry for entry in path.split(os.pathsep) if Path(entry).is_absolute())


def _trusted(entries: Iterable[str]) -> list[str]:
    """The places of modules that do not depend on the working folder; that of this package counts wherever it is."""
    here = os.path.realpath(os.curdir)
    return [
        entry
        for entry in entries
        if entry == _PACKAGE_FOLDER or (Path(entry).is_absolute() and os.path.realpath(entry) != here)
    ]


def _is_pythons_own(entry: str) -> bool:
    """Whether Python finds it by itself: another Python (a credential helper of git) must not find it by PYTHONPATH."""
    return any(Path(entry).is_relative_to(prefix) for prefix in (sys.prefix, sys.base_prefix))
