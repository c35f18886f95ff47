"""Describe announcements in words. Imports nothing heavy."""

from collections.abc import Mapping
from typing import Any


def where_announced(announced: Mapping[str, Any]) -> str:
    """Return where something was announced: ``announced in 0.28.0 under Features``."""
    release = announced["version"] or "the next release"
    return f"announced in {release}" + (f" under {announced['section']}" if announced["section"] else "")


def announcement(announced: Mapping[str, Any]) -> str:
    """Return where and when it was announced, and the sentence: ``in 1.0 (2024-05-06): Pistons are counted.``."""
    where = where_announced(announced).removeprefix("announced ")
    where += f" ({announced['date']})" if announced["date"] else ""
    return f"{where}: {announced['sentence']}" if announced["sentence"] else where
