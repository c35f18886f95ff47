"""The ``achievements.toml`` of the folder that a command is run in.

The folder may be a repository that somebody else wrote. So its file decides nothing about who the user is, what is
private, where to publish or whom to ask: it adds rules of judging, where the user's own file leaves them open, and the
command says so. It is read with limits.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from achievement_pipeline.judging.rules import Rules

_RULES = "rules"
_MAX_BYTES = 64 * 1024
_MAX_LINE = 1000
"""Characters. A key of many parts, which Python's parser takes quadratic memory for, does not fit in a line."""


@dataclass(frozen=True)
class WorkTreeFile:
    """A file of the current folder, and what became of it."""

    path: Path
    rules: Rules | None
    """The user's rules with its own; none where it adds nothing."""
    announcement: str


def read_work_tree_file(path: Path, users_file: Path | None, users_rules: Mapping[str, Any]) -> WorkTreeFile | None:
    """Read the file of the current folder; none where there is none, or where it is the user's own."""
    if not path.is_file() or (users_file and path.samefile(users_file)):
        return None
    try:
        content = _parse(path)
        added = content.get(_RULES)
        rules = Rules.model_validate(_with_defaults(dict(users_rules), added)) if isinstance(added, dict) else None
    except (OSError, ValueError, RecursionError) as error:
        problem = _describe(error)
        return WorkTreeFile(path, None, f"{path} does not count, for it can't be read: {problem}")
    others = sorted(content.keys() - {_RULES})
    parts = [
        f"{path} adds rules of judging ({', '.join(sorted(added))})" if rules and added else f"{path} adds nothing"
    ]
    if others:
        parts.append(f"its [{'], ['.join(others)}] do not count here; if they are yours: --config {path}")
    return WorkTreeFile(path, rules, "; ".join(parts))


def _parse(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        text = file.read(_MAX_BYTES + 1).decode()
    if len(text) > _MAX_BYTES or any(len(line) > _MAX_LINE for line in text.splitlines()):
        raise ValueError(f"it has more than {_MAX_BYTES // 1024} KiB, or a line of more than {_MAX_LINE} characters")
    return tomllib.loads(text)


def _with_defaults(own: dict[str, Any], added: Mapping[str, Any]) -> dict[str, Any]:
    """What the user wrote, and what is added to it: to lists at their end, and no value that the user has set."""
    for name, value in added.items():
        match own.get(name), value:
            case dict() as table, dict():
                own[name] = _with_defaults(dict(table), value)
            case list() as items, list():
                own[name] = [*items, *value]
            case None, _:
                own[name] = value
    return own


def _describe(error: Exception) -> str:
    if isinstance(error, ValidationError):
        problems = error.errors(include_input=False, include_url=False)
        return "; ".join(f"rules.{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in problems)
    return "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
