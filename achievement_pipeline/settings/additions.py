"""Add to ``achievements.toml`` without changing what the user wrote: comments, order and values stay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from achievement_pipeline.errors import SettingsError
from achievement_pipeline.publishing.gate.policy import Visibility
from achievement_pipeline.system.leftovers import write_whole
from achievement_pipeline.system.paths import expand_home

if TYPE_CHECKING:
    from tomlkit import TOMLDocument
    from tomlkit.items import AbstractTable

_HEAD: Final = """\
# Settings of `achievements`. `achievements init` adds to this file;
# it changes nothing that is in it.
# `achievements doctor` checks it.
"""
_PRIVATE: Final = 0o600


@dataclass(frozen=True)
class AddedRepository:
    """A repository for ``[[repositories]]``."""

    location: str
    """Absolute path or clone URL."""
    is_public: bool = False
    """Whether everybody can see it, so that its visibility is written; False writes none."""


@dataclass(frozen=True)
class Additions:
    """What is added to the settings."""

    name: str = ""
    """Of the user; empty to add none."""
    emails: Sequence[str] = ()
    repositories: Sequence[AddedRepository] = ()
    ignored_commits: Sequence[str] = ()
    ignored_paths: Sequence[str] = ()


def with_additions(text: str, additions: Additions) -> str:
    """Return an ``achievements.toml`` with more settings; the same text where it has them all.

    A name and a visibility that the user wrote stay. Addresses are added behind the user's own.

    Args:
        text: The file as it is; empty for none.
        additions: What to add.

    Raises:
        SettingsError: The file is written in a way that it can't be added to.
    """
    # imported here: one command needs it
    from tomlkit import parse  # noqa: PLC0415
    from tomlkit.exceptions import TOMLKitError  # noqa: PLC0415

    try:
        document = parse(text or _HEAD)
        _add_me(document, additions)
        for added in additions.repositories:
            _add_repository(document, added)
        _extend(document, "ignore", "commits", additions.ignored_commits)
        _extend(document, "ignore", "paths", additions.ignored_paths)
        result = document.as_string()
    except (TOMLKitError, TypeError, AttributeError) as error:
        raise SettingsError(f"The settings can't be added to the file, which is unusual TOML: {error}") from error
    return text if result == _HEAD else result


def write_settings(path: Path, text: str) -> None:
    """Replace an ``achievements.toml`` as a whole; a symbolic link to it stays, and so do its permissions.

    Raises:
        SettingsError: It can't be written; the old one is as it was.
    """
    file = path.resolve()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, text.encode(), file.stat().st_mode & 0o777 if file.exists() else _PRIVATE)
    except OSError as error:
        raise SettingsError(f"{path} can't be written: {error.strerror or error}.") from error


def _add_me(document: TOMLDocument, additions: Additions) -> None:
    me: Any = document.get("me", {})
    if additions.name and not me.get("name"):
        table_of(document, "me")["name"] = additions.name
    known = list(map(str.lower, me.get("emails", ())))
    _extend(document, "me", "emails", [one for one in additions.emails if one.lower() not in known])


def _extend(document: TOMLDocument, table: str, name: str, values: Sequence[str]) -> None:
    """Add values to a list that may not be there yet; those that are in it are not added again."""
    known: Any = document.get(table, {}).get(name, ())
    if new := [value for value in values if value not in known]:
        settings = table_of(document, table)
        if name in settings:
            settings[name].extend(new)
        else:
            settings[name] = new


def table_of(document: TOMLDocument, name: str) -> Any:  # noqa: ANN401 - of one of several classes
    """Return a table of a document, which is made where there is none."""
    from tomlkit import nl, table  # noqa: PLC0415

    if name not in document:
        if document.body:
            document.add(nl())
        document.add(name, table())
    return document[name]


def _add_repository(document: TOMLDocument, added: AddedRepository) -> None:
    from tomlkit import aot, inline_table, nl, table  # noqa: PLC0415
    from tomlkit.items import AoT  # noqa: PLC0415

    if "repositories" not in document:
        if document.body:
            document.add(nl())
        document.add("repositories", aot())
    repositories: Any = document["repositories"]
    entry: AbstractTable | None = next((one for one in repositories if _same(one["location"], added.location)), None)
    if entry is None:
        entry = table() if isinstance(repositories, AoT) else inline_table()
        entry["location"] = _short(added.location)
        if added.is_public:
            entry["visibility"] = Visibility.PUBLIC.value
        repositories.append(entry)
    elif added.is_public and "visibility" not in entry:
        entry["visibility"] = Visibility.PUBLIC.value


def _same(written: str, location: str) -> bool:
    return location in {written, str(expand_home(written))}


def _short(location: str) -> str:
    """Return a location with ``~`` for the user's home."""
    path, home = Path(location), Path.home()
    return (
        f"~/{path.relative_to(home)}"
        if "://" not in location and path != home and path.is_relative_to(home)
        else location
    )
