"""What counts for the user, by repository."""

from contextlib import suppress

from achievement_pipeline.app.collect.repositories import as_known
from achievement_pipeline.errors import SourceError
from achievement_pipeline.judging.noise.scope import Scope
from achievement_pipeline.settings import Settings


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
