"""The changed lines behind an achievement, from the repositories on this machine."""

from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from achievement_pipeline.app.collect.repositories import local_folder
from achievement_pipeline.errors import SourceError, StoreError
from achievement_pipeline.keys import GIT
from achievement_pipeline.settings import Settings
from achievement_pipeline.sources.git.clones import clone_folder
from achievement_pipeline.sources.git.differences import show_commits
from achievement_pipeline.sources.git.remotes import Remote
from achievement_pipeline.sources.git.repositories import combine_clones, open_repository
from achievement_pipeline.store.reading import AchievementView
from achievement_pipeline.store.repositories import find_repository


def show_difference(engine: sa.Engine, settings: Settings, achievement: AchievementView) -> str:
    """Return what the commits of an achievement changed, as `show_commits` does, without a network.

    Returns:
        The text; empty where none of its commits is on this machine.
    """
    commits: dict[str, list[str]] = {}
    for line in achievement.evidence:
        if key := GIT.parse(line["key"]):
            commits.setdefault(key.where, []).append(key.name)
    return "".join(_show(engine, settings, repository, shas) for repository, shas in commits.items())


def _show(engine: sa.Engine, settings: Settings, repository: str, shas: list[str]) -> str:
    try:
        locations = find_repository(engine, repository).locations
        clones = [
            open_repository(folder, cache=settings.mirrors_path, all_branches=True)
            for folder in _folders(locations, settings)
        ]
        return show_commits(combine_clones(clones), shas) if clones else ""
    except (SourceError, StoreError):  # moved away, or not readable any more: there is nothing to show
        return ""


def _folders(locations: tuple[str, ...], settings: Settings) -> Iterator[Path]:
    """Yield the clones that are here; that of a URL is the one that was made when it was collected."""
    for location in locations:
        remote = Remote.parse(location)
        folder = local_folder(location) or (clone_folder(remote, settings.mirrors_path) if remote else None)
        if folder and folder.exists():
            yield folder
