"""Reads the environment and ``achievements.toml``."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import platformdirs
from pydantic import BaseModel, ValidationError

from achievement_pipeline.errors import SettingsError
from achievement_pipeline.parsing.untrusted import UnreadableTextError, parse_toml
from achievement_pipeline.parsing.validation import describe_problems
from achievement_pipeline.settings.combined import APP_NAME, CONFIG_FILE_NAME, Settings
from achievement_pipeline.settings.environment import Environment
from achievement_pipeline.settings.file import ConfigFile
from achievement_pipeline.settings.work_tree_file import read_work_tree_file

_MAX_BYTES = 1 << 20

_Parsed = TypeVar("_Parsed", bound=BaseModel)


def load_settings() -> Settings:
    """Read the environment and ``achievements.toml``.

    Raises:
        SettingsError: One or more settings are wrong; the message lists all of them.
    """
    problems: list[str] = []
    environment = _collect_problems(Environment, Environment, problems, name=str.upper)
    path = _find_config_file(environment, problems)
    content = _read_toml(path, problems) if path else {}
    config = _validate(content, path, problems)
    if environment is None or config is None or problems:
        raise SettingsError("These settings are wrong:\n" + "\n".join(f"  {problem}" for problem in problems))
    work_tree = read_work_tree_file(Path.cwd() / CONFIG_FILE_NAME, path, content.get("rules", {}))
    if work_tree and work_tree.rules:
        config = config.model_copy(update={"rules": work_tree.rules})
    return Settings(environment=environment, config=config, config_path=path, work_tree=work_tree)


def check_config(text: str, path: Path) -> None:
    """Check the text of an ``achievements.toml`` before it is written.

    Args:
        text: The whole file.
        path: Where it will be: relative paths in it start at its folder.

    Raises:
        SettingsError: Something in it is wrong.
    """
    problems: list[str] = []
    try:
        content = parse_toml(text, max_bytes=_MAX_BYTES)
    except UnreadableTextError as error:
        raise SettingsError(f"{path}: {error}") from error
    _validate(content, path, problems)
    if problems:
        raise SettingsError("\n  ".join([f"{path} would be wrong:", *problems]))


def _validate(content: dict[str, Any], path: Path | None, problems: list[str]) -> ConfigFile | None:
    return _collect_problems(
        ConfigFile,
        lambda: ConfigFile.model_validate(content, context=path.parent if path else None),
        problems,
        name=lambda field: f"{path}: {field}",
    )


def _find_config_file(environment: Environment | None, problems: list[str]) -> Path | None:
    if environment and (named := environment.achievements_config):
        if not named.is_file():
            problems.append(f"{named}: there is no such file")
            return None
        return named
    path = platformdirs.user_config_path(APP_NAME, appauthor=False) / CONFIG_FILE_NAME
    return path if path.is_file() else None


def _read_toml(path: Path, problems: list[str]) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            return parse_toml(file.read(_MAX_BYTES + 1), max_bytes=_MAX_BYTES)
    except (UnreadableTextError, OSError) as error:
        problems.append(f"{path}: {error}")
        return {}


def _collect_problems(
    model: type[_Parsed], parse: Callable[[], _Parsed], problems: list[str], name: Callable[[str], str]
) -> _Parsed | None:
    """Return what `parse` returns, or note every problem."""
    try:
        return parse()
    except ValidationError as error:
        problems.extend(f"{name(field)}: {words}" for field, words in describe_problems(error, model))
        return None
