"""Short names of achievements, like git's abbreviated commits, and lookup of repositories by name."""

from collections.abc import Sequence

import sqlalchemy as sa

from achievement_pipeline.errors import StoreError, did_you_mean
from achievement_pipeline.keys import GITHUB, named_by
from achievement_pipeline.lanes import parse_key
from achievement_pipeline.parsing.patterns import compile_pattern
from achievement_pipeline.store.reading import AchievementView
from achievement_pipeline.store.tables import Achievement, Repository

_SHORTEST = 8
_IDENTIFIER = r"[A-Z][A-Z0-9]{0,9}-\d{1,9}"
_ADDRESS_OF_ISSUE = compile_pattern(rf"/issue/({_IDENTIFIER})(?:/|$)")
"""An issue has its identifier in its address; its key has a UUID."""
_WHOLE = compile_pattern(rf".*#.*|{_IDENTIFIER}")
"""Names that are never shortened."""


def short_names(achievements: Sequence[AchievementView]) -> list[str]:
    """Return a short name for each achievement, unique among them: ``c2705ffd``, ``flask#12``, ``ENG-12``."""
    return shorten([(achievement.key, achievement.source_url) for achievement in achievements])


def shorten(keys: Sequence[tuple[str, str | None]]) -> list[str]:
    """Return a short name for each key, which comes with its address: unique among them, and taken by every command."""
    names = [_tail(key, url) for key, url in keys]
    length = _SHORTEST
    while len({name[:length] for name in names}) < len(set(names)) and length < max(map(len, names)):
        length += 1
    return [name if _WHOLE.fullmatch(name) else name[:length] for name in names]


def short_name(key: str) -> str:
    """Return a short name for a single key, which may be that of several: commands then say so."""
    return shorten([(key, None)])[0]


def _tail(key: str, url: str | None) -> str:
    """Return the distinctive part of a key: a commit, a number with its repository, an issue's identifier, or an id."""
    if issue := _ADDRESS_OF_ISSUE.search(url or ""):
        return issue[1]
    parsed = parse_key(named_by(key))
    if parsed is None:
        return key.rpartition("/")[2].rpartition(":")[2]
    return f"{parsed.where.rpartition('/')[2]}#{parsed.name}" if parsed.form == GITHUB else parsed.name


def find_repository_key(connection: sa.Connection, name: str) -> str:
    """Find the key of a repository by the key or the end of it.

    Raises:
        StoreError: No repository matches, or several do.
    """
    known = sa.union(sa.select(Achievement.repository.label("key")), sa.select(Repository.key)).subquery()
    keys: list[str] = sorted(filter(None, connection.scalars(sa.select(known.c.key))))
    wanted = name.strip().rstrip("/").casefold()
    found = [key for key in keys if key.casefold() == wanted] or [
        key for key in keys if wanted and key.casefold().endswith(f"/{wanted}")
    ]
    if len(found) == 1:
        return found[0]
    if found:
        raise StoreError("\n  ".join([f"{name} matches several repositories. Give more of one of them:", *found]))
    names = {end: key for key in keys for end in (key, key.partition("/")[2], key.rpartition("/")[2])}
    raise StoreError(f"There is no repository {name!r}.{did_you_mean(name, names)} Known: achievements repos list")
