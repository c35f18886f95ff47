"""The user's settings, as a page shows and changes them: who they are, their repositories, their sources."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

import sqlalchemy as sa
from pydantic import SecretStr

from achievement_pipeline.app.collect.repositories import (
    as_known,
    configured_repositories,
    entries_by_key,
    expand,
    local_folder,
)
from achievement_pipeline.app.collect.survey import survey
from achievement_pipeline.app.me import me
from achievement_pipeline.app.publish.rendering import names_known
from achievement_pipeline.app.settings_change import SettingsChange, plan_change
from achievement_pipeline.errors import SettingsError, SourceError
from achievement_pipeline.lanes import LANES
from achievement_pipeline.publishing.gate.policy import Visibility
from achievement_pipeline.settings import Environment, RepositorySettings, Settings
from achievement_pipeline.settings.additions import AddedRepository, Additions, with_additions
from achievement_pipeline.settings.changes import Changes, with_changes
from achievement_pipeline.sources.git.remotes import without_credentials
from achievement_pipeline.store.reading import AchievementFilter, summarise
from achievement_pipeline.store.repositories import KnownRepository, known_locations, list_repositories, stored_at
from achievement_pipeline.system.paths import expand_home


@dataclass(frozen=True)
class OwnRepository:
    """A repository that is collected, or will be."""

    key: str
    locations: Sequence[str]
    """Without credentials."""
    written: Visibility | None
    """Its visibility in the settings; None where they leave it to its host."""
    is_public: bool
    """Whether its work is shown to strangers."""
    achievements: int
    stored_at: dt.datetime | None
    """When something new of it was stored last; None before it is collected."""
    missing_since: dt.datetime | None
    variable: str = ""
    """The environment variable that names it, if one does."""


@dataclass(frozen=True)
class Key:
    """A secret that the environment may hold."""

    variable: str
    description: str
    is_set: bool


def own_repositories(engine: sa.Engine, settings: Settings) -> list[OwnRepository]:
    """Return the repositories that are known or in the settings, by key."""
    known = {each.key: each for each in list_repositories(engine)}
    with engine.connect() as connection:
        counts = summarise(connection, AchievementFilter()).repositories
        visible = names_known(connection, settings).visibility_of
        stored = stored_at(connection)
    entries = entries_by_key(settings, known.values())
    in_environment = set(expand(settings.environment.git_repo_path))
    for named in configured_repositories(settings):
        if not any(named in named_by for named_by in entries.values()):
            new = _not_known_yet(named)
            known[new.key] = new
            entries[new.key] = [named]
    return [
        OwnRepository(
            key=key,
            locations=[without_credentials(location) for location in each.locations],
            written=(written := next((one.visibility for one in entries[key] if one.visibility), None)),
            is_public=Visibility.PUBLIC in {visible.get(key), written},
            achievements=counts.get(key, 0),
            stored_at=max((stored[name] for lane in LANES if (name := lane.slice_name(key)) in stored), default=None),
            missing_since=each.missing_since,
            variable="GIT_REPO_PATH" if any(one.location in in_environment for one in entries[key]) else "",
        )
        for key, each in sorted(known.items())
    ]


def find_own(engine: sa.Engine, settings: Settings, key: str) -> KnownRepository:
    """Return a repository that is known or in the settings, by its key.

    Raises:
        SettingsError: There is none.
    """
    candidates = {each.key: each for each in list_repositories(engine)}
    for own in own_repositories(engine, settings):
        candidates.setdefault(own.key, KnownRepository(own.key, own.locations[0], "default"))
    if key not in candidates:
        raise SettingsError(f"There is no repository {key}.")
    return candidates[key]


def own_keys(settings: Settings) -> Iterator[Key]:
    """Yield the secrets that the environment may hold; their values are not read."""
    for name, field in Environment.model_fields.items():
        if SecretStr in get_args(field.annotation):
            yield Key(name.upper(), field.description or "", getattr(settings.environment, name) is not None)


def find_other_addresses(connection: sa.Connection, settings: Settings) -> Mapping[str, int]:
    """Return the addresses that are probably the user's too, with their commits in the repositories on this machine."""
    user = me(connection, settings)
    folders = [each for each in known_locations(connection) if (folder := local_folder(each)) and folder.exists()]
    return survey(folders).addresses_under(user.profile.name, user.addresses) if folders else {}


def plan_identity(settings: Settings, name: str, emails: Sequence[str]) -> SettingsChange:
    """Plan another name and other addresses of the user, the first of which identifies them.

    Raises:
        SettingsError: One of them is no address.
    """
    for email in emails:
        if " " in email:
            raise SettingsError(f"{email!r} is no address.")
    removed = set(settings.config.me.emails).difference(emails)
    return _plan(settings, Changes(name=name, removed_emails=removed), Additions(emails=emails))


def plan_repositories(engine: sa.Engine, settings: Settings, location: str) -> SettingsChange:
    """Plan to collect from a repository, or from those below a folder.

    Raises:
        SettingsError: The location is a relative path.
        SourceError: There is no repository.
    """
    if not location.isprintable() or (local_folder(location) and not expand_home(location).is_absolute()):
        raise SettingsError(f"{location!r} is no absolute path and no clone URL. Write it as ~/src/engine or https://…")
    found = [as_known(RepositorySettings(location=each)).location for each in expand([location])]
    added = [AddedRepository(each) for each in dict.fromkeys([*_unnamed(engine, settings), *found])]
    return _plan(settings, Changes(), Additions(repositories=added))


def plan_visibility(
    engine: sa.Engine, settings: Settings, repository: KnownRepository, visibility: Visibility | None
) -> SettingsChange:
    """Plan who can see a repository; None leaves it to its host."""
    entries = _entries(settings, repository)
    added = [] if entries else list(dict.fromkeys([*_unnamed(engine, settings), repository.location]))
    locations = [each.location for each in entries] or [repository.location]
    return _plan(
        settings,
        Changes(visibility=dict.fromkeys(locations, visibility)),
        Additions(repositories=[AddedRepository(each) for each in added]),
    )


def plan_removal(settings: Settings, repository: KnownRepository) -> SettingsChange:
    """Plan to remove a repository from the settings; nothing changes where they don't name it."""
    removed = [each.location for each in _entries(settings, repository)]
    return _plan(settings, Changes(removed_repositories=removed), Additions())


def _plan(settings: Settings, changes: Changes, additions: Additions) -> SettingsChange:
    path = settings.config_location
    return plan_change(path, lambda text: with_changes(with_additions(text, additions), changes, path.parent))


def _entries(settings: Settings, repository: KnownRepository) -> list[RepositorySettings]:
    """Return where ``achievements.toml`` names a repository."""
    entries = entries_by_key(settings, [repository])[repository.key]
    return [each for each in entries if each in settings.config.repositories]


def _unnamed(engine: sa.Engine, settings: Settings) -> list[str]:
    """Return the known repositories where the settings name none: once they name one, `collect` reads those alone."""
    return [] if settings.repositories else [each.location for each in list_repositories(engine)]


def _not_known_yet(named: RepositorySettings) -> KnownRepository:
    """Return a repository of the settings that was not collected yet; under its location where it can't be read."""
    try:
        return as_known(named)
    except (SourceError, OSError):
        location = without_credentials(named.location)
        return KnownRepository(location, location, named.branches)
