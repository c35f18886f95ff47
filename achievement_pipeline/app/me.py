"""Authors: the user by default, with one definition of "me" for all commands, assets and pages.

The user is `[me] emails` in the settings. If that is empty, it is git's ``user.email``: the one in the user's
configuration, and those that git resolves in the repositories on this machine, because many people use another address
at work.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import sqlalchemy as sa

from achievement_pipeline.errors import AchievementPipelineError, SettingsError, did_you_mean
from achievement_pipeline.judging.authors.work_filter import WorkFilter
from achievement_pipeline.parsing.emails import plain_address
from achievement_pipeline.publishing.documents.profile import Profile
from achievement_pipeline.settings import ALL, ME, Settings
from achievement_pipeline.sources.git.identity import user_email
from achievement_pipeline.store.decisions.approvals import people
from achievement_pipeline.store.repositories import known_locations
from achievement_pipeline.system.paths import expand_home

_THREADS = 8


class UnknownAuthorError(AchievementPipelineError):
    """There is no work by the requested author; the message suggests others."""


@dataclass(frozen=True)
class Author:
    """A person whose work is shown, or everybody."""

    profile: Profile
    """The head of their documents; for other people only the name."""
    addresses: tuple[str, ...]
    """Canonical addresses; the first identifies the person. Empty for everybody."""
    is_me: bool = False

    @property
    def is_everybody(self) -> bool:
        """Whether this is everybody instead of one person."""
        return not self.addresses

    @property
    def names(self) -> frozenset[str]:
        """The names and addresses of the person."""
        return frozenset(filter(None, (self.profile.name, *self.profile.emails, *self.addresses)))

    def __str__(self) -> str:
        """Return the name and address for display."""
        if self.is_everybody:
            return "everybody"
        address = self.addresses[0]
        return f"{self.profile.name} <{address}>" if self.profile.name else address


EVERYBODY = Author(Profile(), ())


def my_addresses(settings: Settings, locations: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the user's canonical addresses, the identifying one first; empty if the user is not known.

    Args:
        settings: All settings.
        locations: Repositories; URLs are ignored, because they have no configuration.
    """
    addresses = list(settings.me.emails)
    if not settings.config.me.emails:
        folders = [folder for location in locations if (folder := expand_home(location)).is_dir()]
        with ThreadPoolExecutor(_THREADS) as pool:
            addresses += filter(None, pool.map(user_email, folders))
    return tuple(dict.fromkeys(map(plain_address, addresses)))


def work_filter_of(settings: Settings, locations: Iterable[str] = ()) -> WorkFilter:
    """Return the authors and the first day that the settings select.

    Args:
        settings: All settings.
        locations: As in `my_addresses`.
    """
    authors, since = settings.authors, settings.config.collect.since
    if ALL in authors:
        return WorkFilter(since=since)
    me = my_addresses(settings, locations) if ME in authors else ()
    return WorkFilter(tuple(one for author in authors for one in (me if author == ME else (author,))), since)


def me(connection: sa.Connection, settings: Settings) -> Author:
    """Return the user.

    Raises:
        SettingsError: The user is not known.
    """
    addresses = my_addresses(settings, known_locations(connection))
    if not addresses:
        raise SettingsError(unknown_me(settings))
    profile = settings.me
    if not profile.name:
        profile = profile.model_copy(update={"name": _name(addresses, people(connection), settings)})
    return Author(profile.model_copy(update={"emails": profile.emails or addresses}), addresses, is_me=True)


def find_author(connection: sa.Connection, settings: Settings, name: str | None) -> Author:
    """Return the authors that ``--author`` selects.

    Args:
        connection: The database.
        settings: All settings.
        name: An address or full name, ``me`` or ``all``; None means ``me``.

    Raises:
        SettingsError: The user is requested and not known.
        UnknownAuthorError: Nobody with any work has that name, or several people have it.
    """
    if name == ALL:
        return EVERYBODY
    if name is None or name == ME:
        return me(connection, settings)
    own = my_addresses(settings, known_locations(connection))
    if plain_address(name) in own:
        return me(connection, settings)
    everybody = people(connection)
    address = _address_of(name, everybody, settings)
    if address in own:
        return me(connection, settings)
    return Author(Profile(name=_name((address,), everybody, settings)), (address,))


def unknown_me(settings: Settings) -> str:
    """Return the message if the user is not known."""
    return (
        "Who you are is not known: git's user.email is not set. Set it (git config --global user.email "
        f"YOU@EXAMPLE.COM), or [me] emails in {settings.config_location}: achievements init does. Or give --author "
        "EMAIL, or --author all for everybody."
    )


def _address_of(name: str, everybody: Mapping[str, set[str]], settings: Settings) -> str:
    """Return the canonical address of a person with some work."""
    for person in settings.people:
        if (
            plain_address(name) in map(plain_address, person.emails)
            or name.casefold() == (person.name or "").casefold()
        ):
            return plain_address(person.emails[0])
    if plain_address(name) in everybody:
        return plain_address(name)
    called = [address for address, names in everybody.items() if name.casefold() in {each.casefold() for each in names}]
    if len(called) == 1:
        return called[0]
    if called:
        raise UnknownAuthorError(f"{name} is the name of several people. Give one of: {', '.join(sorted(called))}.")
    names = {each for names in everybody.values() for each in names}
    raise UnknownAuthorError(f"There is no work by {name}.{did_you_mean(name, [*everybody, *names])}")


def _name(addresses: Iterable[str], everybody: Mapping[str, set[str]], settings: Settings) -> str:
    """Return the name of a person: the one in the settings, else the fullest one in their work."""
    addresses = set(addresses)
    for person in settings.people:
        if person.name and addresses & set(map(plain_address, person.emails)):
            return person.name
    names = {name for address in addresses for name in everybody.get(address, ())}
    return max(names, key=lambda name: (" " in name, len(name), name), default="")
