"""Read the ``achievements.toml`` of the working folder.

The folder may be an untrusted repository, so its file can't configure who the user is, what is private, where to
publish or which servers to use. It can only add judging rules that the user's own file does not set, and the command
announces them. The file is read with limits.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from achievement_pipeline.judging.rules import Rules
from achievement_pipeline.parsing.untrusted import parse_toml
from achievement_pipeline.parsing.validation import describe_problems

_RULES = "rules"
_MAX_BYTES = 64 * 1024
_MAX_LINE = 1000
"""Characters. Python's parser takes quadratic memory for a dotted key of many parts."""


@dataclass(frozen=True)
class WorkTreeFile:
    """The file of the working folder, and its effect."""

    path: Path
    rules: Rules | None
    """The user's rules combined with its own. None if it adds nothing."""
    announcement: str


def read_work_tree_file(path: Path, users_file: Path | None, users_rules: Mapping[str, Any]) -> WorkTreeFile | None:
    """Read the file of the working folder. None if there is none or if it is the user's own file."""
    if not path.is_file() or (users_file and path.samefile(users_file)):
        return None
    try:
        content = _parse(path)
        added = content.get(_RULES)
        rules = Rules.model_validate(_with_defaults(dict(users_rules), added)) if isinstance(added, dict) else None
    except (OSError, ValueError) as error:
        problem = _describe(error)
        return WorkTreeFile(path, None, f"{path} is ignored because it can't be read: {problem}")
    others = sorted(content.keys() - {_RULES})
    parts = [f"{path} adds judging rules ({', '.join(sorted(added))})" if rules and added else f"{path} adds nothing"]
    if others:
        parts.append(f"its [{'], ['.join(others)}] are ignored here; if the file is yours: --config {path}")
    return WorkTreeFile(path, rules, "; ".join(parts))


def _parse(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        content = file.read(_MAX_BYTES + 1)
    if any(len(line) > _MAX_LINE for line in content.splitlines()):
        raise ValueError(f"it has a line of more than {_MAX_LINE} bytes")
    return parse_toml(content, max_bytes=_MAX_BYTES)


def _with_defaults(own: dict[str, Any], added: Mapping[str, Any]) -> dict[str, Any]:
    """Add settings to the user's own: append to lists, and keep every value that the user has set."""
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
        return "; ".join(f"{_RULES}.{name}: {words}" for name, words in describe_problems(error, Rules))
    return str(error)
