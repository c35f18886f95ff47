"""The names that the shell completes: written when achievements are stored, read without the database.

The embedded server is at rest most of the time, and starting it takes longer than typing the name.
"""

import json
from collections.abc import Iterable
from contextlib import suppress
from enum import StrEnum
from pathlib import Path

import sqlalchemy as sa

from achievement_pipeline.parsing.untrusted import UnreadableTextError, parse_json
from achievement_pipeline.settings import Settings
from achievement_pipeline.store.decisions.approvals import people
from achievement_pipeline.store.names import short_names
from achievement_pipeline.store.reading import AchievementFilter, find_achievements, summarise
from achievement_pipeline.system.leftovers import write_whole

_MOST = 500
"""Achievements, those of the highest impact: nobody reads a longer list at a prompt."""


class Completed(StrEnum):
    """What can be completed."""

    ACHIEVEMENTS = "achievements"
    """Short ids, each with its title."""
    REPOSITORIES = "repositories"
    AUTHORS = "authors"
    """Addresses, each with a name."""
    CATEGORIES = "categories"
    SKILLS = "skills"


def store_completion_values(engine: sa.Engine, settings: Settings) -> None:
    """Write the names for later; a disk that can't take them costs nothing else."""
    with engine.connect() as connection:
        found = find_achievements(connection, AchievementFilter(), _MOST)
        summary = summarise(connection, AchievementFilter())
        authors = people(connection)
    values = {
        Completed.ACHIEVEMENTS: zip(short_names(found), (one.title for one in found), strict=True),
        Completed.REPOSITORIES: _without_help(summary.repositories),
        Completed.AUTHORS: ((address, max(names, default="", key=len)) for address, names in authors.items()),
        Completed.CATEGORIES: _without_help(summary.categories),
        Completed.SKILLS: _without_help(summary.skills),
    }
    text = json.dumps({what: [list(map(_printable, pair)) for pair in pairs] for what, pairs in values.items()})
    with suppress(OSError):
        write_whole(_file(settings), text.encode())


def completion_values(settings: Settings, what: Completed) -> list[tuple[str, str]]:
    """Return the names of one kind, each with a text that explains it or an empty one; none before a `collect`."""
    try:
        stored = parse_json(_file(settings).read_bytes())
        return [(str(value), str(text)) for value, text in stored[what]]
    except (OSError, UnreadableTextError, KeyError, TypeError, ValueError):
        return []


def _file(settings: Settings) -> Path:
    return settings.home / "completions.json"


def _without_help(names: Iterable[str]) -> Iterable[tuple[str, str]]:
    return ((name, "") for name in names)


def _printable(text: str) -> str:
    """Return a text for a shell, which shows it as it is: authors of histories are strangers."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
