"""Addresses of people as text, without pandas: how they are compared, and whose work is asked for."""

import datetime as dt
from typing import NamedTuple

from achievement_pipeline.patterns import compile_pattern

NUMBERED_NOREPLY = r"^\d+\+(.+@users\.noreply\.github\.com)$"
"""GitHub's private form of a login that has its number before it."""
_NUMBERED_NOREPLY = compile_pattern(NUMBERED_NOREPLY)


class WorkFilter(NamedTuple):
    """Whose work is asked for, and since when."""

    authors: tuple[str, ...] | None = None
    """Addresses; None: everybody."""
    since: dt.date | None = None
    """The first day, UTC; None: from the beginning."""


def plain_address(address: str) -> str:
    """Return an address as all of them are compared: in lower case, GitHub's two private forms of a login as one."""
    return _NUMBERED_NOREPLY.sub(r"\1", address.strip().lower())
