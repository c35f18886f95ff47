"""E-mail addresses as plain text, and the filter of what is collected. Does not import pandas."""

import datetime as dt
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from achievement_pipeline.parsing.patterns import compile_pattern

NUMBERED_NOREPLY = r"^\d+\+(.+@users\.noreply\.github\.com)$"
"""GitHub's noreply address with the account's number in front of the login."""
_NUMBERED_NOREPLY = compile_pattern(NUMBERED_NOREPLY)


class WorkFilter(NamedTuple):
    """Selects work by author and date, besides what was collected before."""

    authors: tuple[str, ...] | None = None
    """E-mail addresses; None selects everyone."""
    since: dt.date | None = None
    """The first day, UTC; None selects all of history."""
    collected: AbstractSet[str] = frozenset()
    """Keys of activities that an earlier filter selected: they stay collected."""


def plain_address(address: str) -> str:
    """Normalise an address for comparison: lower case, and one form for GitHub's two noreply forms of a login."""
    return _NUMBERED_NOREPLY.sub(r"\1", address.strip().lower())
