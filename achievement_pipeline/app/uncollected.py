"""Commits of known repositories that were not collected."""

import sqlalchemy as sa

from achievement_pipeline.app.collect.repositories import local_folder
from achievement_pipeline.errors import SourceError
from achievement_pipeline.parsing.patterns import compile_pattern
from achievement_pipeline.settings import Settings
from achievement_pipeline.sources.git.objects import existing_objects
from achievement_pipeline.sources.git.repositories import open_repository
from achievement_pipeline.store.repositories import known_locations

_COMMIT = compile_pattern(r"[0-9a-f]{4,64}")


def find_uncollected(connection: sa.Connection, settings: Settings, name: str) -> str:
    """Say where a commit is that was not collected, and how to collect it; empty if no known repository has it.

    Args:
        connection: The database, which knows the repositories.
        settings: All settings.
        name: The object name of the commit, or the beginning of it.
    """
    if not _COMMIT.fullmatch(name):
        return ""
    for location in known_locations(connection):
        if (folder := local_folder(location)) is None or not folder.exists():
            continue
        try:
            with open_repository(folder, cache=settings.mirrors_path).isolated_git() as git:
                found = existing_objects(git, [name])
        except SourceError:
            continue
        if found:
            return (
                f"{name} is in {location}, and was not collected: it is newer than the last run, or on a branch that "
                f"is not read. Next: achievements collect, or for all branches: achievements collect {location} "
                "--all-branches"
            )
    return ""
