"""Change what the user wrote in ``achievements.toml``: a name, addresses, repositories; the rest stays as it is."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from achievement_pipeline.errors import SettingsError
from achievement_pipeline.publishing.gate.policy import Visibility
from achievement_pipeline.settings.additions import table_of
from achievement_pipeline.settings.locations import in_full


@dataclass(frozen=True)
class Changes:
    """What is changed in the settings. To add something: `Additions`."""

    name: str | None = None
    """Of the user; None to leave it as it is."""
    removed_emails: Collection[str] = ()
    visibility: Mapping[str, Visibility | None] = field(default_factory=dict)
    """By the location of a repository of the file, as `RepositorySettings` has it; None removes the setting."""
    removed_repositories: Collection[str] = ()
    """By location."""


def with_changes(text: str, changes: Changes, folder: Path) -> str:
    """Return an ``achievements.toml`` with other values in it.

    Args:
        text: The file as it is.
        changes: What to change.
        folder: Where the file is: relative paths in it start there.

    Raises:
        SettingsError: The file is written in a way that it can't be changed.
    """
    # imported here: few commands need it
    from tomlkit import parse  # noqa: PLC0415
    from tomlkit.exceptions import TOMLKitError  # noqa: PLC0415

    try:
        document: Any = parse(text)
        me = document.get("me", {})
        if changes.name is not None and changes.name != me.get("name", ""):
            table_of(document, "me")["name"] = changes.name
        for email in [one for one in me.get("emails", ()) if one in changes.removed_emails]:
            me["emails"].remove(email)
        _change_repositories(document.get("repositories", []), changes, folder)
        if "repositories" in document and not document["repositories"]:
            document.remove("repositories")
        return str(document.as_string())
    except (TOMLKitError, TypeError, AttributeError) as error:
        raise SettingsError(f"The settings can't be changed in the file, which is unusual TOML: {error}") from error


def _change_repositories(repositories: Any, changes: Changes, folder: Path) -> None:  # noqa: ANN401 - of several classes
    for number in reversed(range(len(repositories))):
        entry = repositories[number]
        location = in_full(entry["location"], folder)
        if location in changes.removed_repositories:
            del repositories[number]
        elif visibility := changes.visibility.get(location):
            entry["visibility"] = visibility.value
        elif location in changes.visibility:
            entry.pop("visibility", None)
