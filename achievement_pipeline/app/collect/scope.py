"""What is collected, and what of it counts for the user."""

from collections.abc import Iterable
from contextlib import suppress

import sqlalchemy as sa

from achievement_pipeline.app.collect.repositories import as_known
from achievement_pipeline.app.me import work_filter_of
from achievement_pipeline.errors import SourceError
from achievement_pipeline.judging.authors.work_filter import WorkFilter
from achievement_pipeline.judging.noise.scope import Scope
from achievement_pipeline.settings import Settings
from achievement_pipeline.store.pieces.activities import collected_keys
from achievement_pipeline.store.repositories import known_locations


def collecting(settings: Settings, engine: sa.Engine, slices: Iterable[str]) -> WorkFilter:
    """Return the filter of what is collected of some slices: what the settings select, and what was collected before.

    So one person's filter takes nothing away from another, whose work is in the same database.
    """
    with engine.connect() as connection:
        selected = work_filter_of(settings, known_locations(connection))
    if selected == WorkFilter():
        return selected
    return selected._replace(collected=collected_keys(engine, slices))


def scope_of(settings: Settings) -> Scope:
    """Return the commits and paths that count for the user, by the settings alone."""
    paths: dict[str, tuple[str, ...]] = {}
    for repository in settings.config.repositories:
        if repository.paths:
            with suppress(SourceError, OSError):  # it is not here, so there is nothing of it to judge
                key = as_known(repository).key
                paths[key] = (*paths.get(key, ()), *repository.paths)
    ignore = settings.config.ignore
    return Scope(ignore.commits, ignore.paths, paths)
