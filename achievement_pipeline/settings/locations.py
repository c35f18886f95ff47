"""Where repositories are: paths and clone URLs in settings."""

import os
from pathlib import Path

from achievement_pipeline.parsing.patterns import IGNORECASE, compile_pattern
from achievement_pipeline.sources.git.remotes import Remote
from achievement_pipeline.system.paths import expand_home

_URL = r"[a-z][a-z0-9+.-]*://(?:[^/:@\s]+(?::[^/@\s]*)?@)?[^/:]*(?::\d+)?(?:/[^:]*)?"
_SCP = r"[\w.-]+@[\w.-]+:[^:]+"
_LOCATION = compile_pattern(rf"{_URL}|{_SCP}|[^:]+", IGNORECASE)


def split_locations(value: object) -> object:
    """Split a list of repositories at the separator of PATH, leaving the colons of URLs alone.

    A colon is part of a URL before ``//`` (``https://``), between ``user@host`` and a path (scp form), and before a
    port.
    """
    if not isinstance(value, str):
        return value
    if os.pathsep != ":":
        return [part for part in value.split(os.pathsep) if part]
    return _LOCATION.findall(value)


def in_full(location: str, folder: Path) -> str:
    """A path without its dependence on a folder; a URL as it is."""
    path = expand_home(location)
    is_url = Remote.parse(location) is not None and not path.exists()
    return location if is_url or "://" in location else str(folder / path)


def in_full_from_here(location: str) -> str:
    """Make a path absolute, from the current folder; a URL stays as it is."""
    return in_full(location, Path.cwd())
