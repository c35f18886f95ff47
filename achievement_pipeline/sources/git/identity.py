"""Resolve the user's name and address and a repository's main remote from git's configuration."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from achievement_pipeline.parsing.patterns import DOTALL, compile_pattern
from achievement_pipeline.sources.git.remotes import Remote

_URL: Final = compile_pattern(r"\Aremote\.(?P<name>.+)\.url", DOTALL)

_USUAL_NAMES: Final = ("main", "master")
"""Usual names of a default branch that no remote names."""


def user_email(folder: Path | None = None) -> str | None:
    """Resolve git's ``user.email`` in a folder, or in the user's own configuration. None if it is not set."""
    return _resolve("user.email", folder)


def user_name() -> str | None:
    """Resolve git's ``user.name`` in the user's own configuration. None if it is not set."""
    return _resolve("user.name", None)


def _resolve(name: str, folder: Path | None) -> str | None:
    # imported here, as most commands import this module and need no git: GitPython takes a tenth of their time
    from git.exc import GitCommandError  # noqa: PLC0415

    from achievement_pipeline.sources.git.processes import run_read_only  # noqa: PLC0415

    where = ["-C", os.fspath(folder.absolute())] if folder else []
    try:
        output = run_read_only(*where, "config", "--get", name)
    except GitCommandError:
        return None
    return output.decode(errors="replace").strip() or None


@dataclass(frozen=True)
class MainRemote:
    """The remote that a repository belongs to.

    Attributes:
        name: Its name in git; empty if there is none.
        address: Its address; None if it is on this machine.
    """

    name: str
    address: Remote | None


def main_remote(settings: Mapping[str, str], address_of: Callable[[str], str]) -> MainRemote:
    """Choose the remote that a repository belongs to, whatever is checked out.

    It is the one chosen by ``gh repo set-default``, else the upstream of the default branch, else ``origin``, else the
    first. Remotes on other machines are preferred to those on this one.

    Args:
        settings: Git's configuration.
        address_of: Resolves the address of a remote by its name, with the user's ``url.*.insteadOf`` applied.
    """
    remotes = {name: _parse(settings, name, address_of) for name in _names(settings)}
    hosted = {name: remote for name, remote in remotes.items() if remote}
    names = list(hosted or remotes)
    for name in _preferred(settings, names):
        if name in names:
            return MainRemote(name, remotes[name])
    return MainRemote("", None)


def default_names(settings: Mapping[str, str]) -> tuple[str, ...]:
    """Return candidate names of a default branch that no remote names. A renamed branch may leave both behind."""
    chosen = settings.get("init.defaultbranch", "")
    return tuple(filter(None, dict.fromkeys([*_USUAL_NAMES, chosen])))


def _names(settings: Mapping[str, str]) -> list[str]:
    return [match["name"] for setting in settings if (match := _URL.fullmatch(setting))]


def _parse(settings: Mapping[str, str], name: str, address_of: Callable[[str], str]) -> Remote | None:
    """Return the address of a remote. None if it is on this machine."""
    remote = Remote.parse(settings[f"remote.{name}.url"])
    if remote and "." not in remote.host:
        remote = Remote.parse(address_of(name))
    return remote if remote and remote.host else None


def _preferred(settings: Mapping[str, str], names: Sequence[str]) -> Iterator[str]:
    yield from (name for name in names if settings.get(f"remote.{name}.gh-resolved") == "base")
    yield from (settings.get(f"branch.{branch}.remote", "") for branch in default_names(settings))
    yield "origin"
    yield from names
