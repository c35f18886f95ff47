"""Install the server for AI agents: an entry in the configuration of each, and a skill where it reads skills.

Nothing but the entry is written: all other bytes of a file stay, its formatting too. Formats: docs/agent.md.
"""

from __future__ import annotations

import json
import os
import stat
import sysconfig
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files as resources
from pathlib import Path
from typing import Any

import platformdirs

from achievement_pipeline.errors import SettingsError
from achievement_pipeline.parsing.patterns import MULTILINE, compile_pattern
from achievement_pipeline.system.leftovers import write_whole

NAME = "achievements"
"""Of the server and of the skill."""
_BLANKS = compile_pattern(r"[ \t\r\n]*")
_TOML_TABLE = compile_pattern(rf"^\[mcp_servers\.{NAME}\][^\n]*\n(?:(?!\[)[^\n]*\n)*", MULTILINE)
_INDENT = "  "
_OWN_VARIABLES = ("ACHIEVEMENTS_CONFIG", "ACHIEVEMENTS_HOME")
"""Variables that the entry sets, or unsets; others in it are the user's."""

Entry = Mapping[str, Any]
Put = Callable[[str, Entry], str]
"""Takes the text of a configuration, which may be empty, and returns it with the entry."""


@dataclass(frozen=True)
class Agent:
    """An AI agent, and where it is configured."""

    label: str
    folder: Path
    """It is installed if this exists."""
    config: Path
    put: Put
    skills: Path | None
    """The folder of its skills, if it reads any."""

    @property
    def is_there(self) -> bool:
        """Whether it seems to be installed."""
        return self.folder.exists()


def agents() -> Mapping[str, Agent]:
    """Return the agents by the names that the command has."""
    home = Path.home()
    claude_folder = Path(os.environ.get("CLAUDE_CONFIG_DIR") or home / ".claude")
    claude = claude_folder if os.environ.get("CLAUDE_CONFIG_DIR") else home
    codex = Path(os.environ.get("CODEX_HOME") or home / ".codex")
    code, desktop = (platformdirs.user_config_path(name, appauthor=False, roaming=True) for name in ("Code", "Claude"))
    servers, vscode_servers = _in_json("mcpServers"), _in_json("servers")
    cursor = home / ".cursor"
    return {
        "claude-code": Agent("Claude Code", claude_folder, claude / ".claude.json", servers, claude_folder / "skills"),
        "claude-desktop": Agent("Claude Desktop", desktop, desktop / "claude_desktop_config.json", servers, None),
        "cursor": Agent("Cursor", cursor, cursor / "mcp.json", servers, cursor / "skills"),
        "vscode": Agent("VS Code", code, code / "User" / "mcp.json", vscode_servers, None),
        "codex": Agent("Codex", codex, codex / "config.toml", put_in_toml, codex / "skills"),
    }


def server_entry(variables: Mapping[str, str]) -> Entry:
    """Return how the server is started: by its full path, as agents of the desktop have a PATH of their own.

    Args:
        variables: The environment; what the server needs of it will be readable in the agent's file.
    """
    command = Path(sysconfig.get_path("scripts")) / "achievements"
    environment = {name: variables[name] for name in _OWN_VARIABLES if name in variables}
    return {"command": str(command), "args": ["mcp"], **({"env": environment} if environment else {})}


def install_for(agent: Agent, entry: Entry) -> Iterator[tuple[Path, bool]]:
    """Write the entry and the skill of an agent, and yield each file and whether it changed.

    Raises:
        SettingsError: Its configuration can't be read or changed; it stays as it is.
    """
    yield agent.config, _write(agent.config, lambda text: _checked(agent, text, entry))
    if agent.skills:
        skill = resources(__package__).joinpath("skill/SKILL.md").read_text(encoding="utf-8")
        path = agent.skills / NAME / "SKILL.md"
        yield path, _write(path, lambda _: skill)


def _checked(agent: Agent, text: str, entry: Entry) -> str:
    try:
        return agent.put(text, entry)
    except (ValueError, RecursionError) as error:
        raise SettingsError(
            f"{agent.config} can't be changed: {error}. Add the server by hand: {json.dumps({NAME: entry})}"
        ) from error


def _write(path: Path, change: Callable[[str], str]) -> bool:
    """Change a file, or the file that a link leads to, and return whether it changed. Its mode stays."""
    path = path.resolve()
    try:
        before = path.read_bytes().decode() if path.exists() else ""
        after = change(before)
        if after == before:
            return False
        mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else None
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, after.encode())
        if mode is not None:
            path.chmod(mode)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} can't be changed: {error}") from error
    return True


def _in_json(member: str) -> Put:
    return lambda text, entry: put_in_json(text, member, entry)


def put_in_json(text: str, member: str, entry: Entry) -> str:
    """Return the text of a JSON object with the entry in one of its members; all else keeps its bytes.

    Raises:
        ValueError: The text is no JSON object, or the member is none.
    """
    text = text if text.strip() else "{}\n"
    servers = _members(text, 0).get(member)
    if servers is None:
        return _with_member(text, 0, member, {NAME: entry}, depth=1)
    start, _ = servers
    there = _members(text, start).get(NAME)
    if there is None:
        return _with_member(text, start, NAME, entry, depth=2)
    first, last = there
    before = json.loads(text[first:last])
    after = _with_users_own(before, entry)
    return text if after == before else text[:first] + _written(after, depth=2) + text[last:]


def _with_users_own(before: object, entry: Entry) -> Entry:
    """Return the entry with what the user added to the one before: other members, other variables."""
    others = dict(before) if isinstance(before, dict) else {}
    variables = others.pop("env", None)
    own = variables if isinstance(variables, dict) else {}
    environment = {name: value for name, value in own.items() if name not in _OWN_VARIABLES} | entry.get("env", {})
    return {**others, **entry, **({"env": environment} if environment else {})}


def _members(text: str, start: int) -> dict[str, tuple[int, int]]:
    """Return the positions of the member values of the JSON object at a position.

    Raises:
        ValueError: There is no object, or it is not valid JSON.
    """
    decoder = json.JSONDecoder()
    position = _skip(text, start)
    whole, end = decoder.raw_decode(text, position)
    if not isinstance(whole, dict):
        raise ValueError("it is no JSON object")  # noqa: TRY004 - the file is wrong, not the program
    if start == 0 and text[end:].strip():
        raise ValueError("something follows its end")
    found: dict[str, tuple[int, int]] = {}
    position = _skip(text, position + 1)
    while text[position] != "}":
        name, position = decoder.raw_decode(text, position)
        first = _skip(text, _skip(text, position) + 1)
        _, last = decoder.raw_decode(text, first)
        found[name] = (first, last)
        position = _skip(text, last)
        position = _skip(text, position + 1) if text[position] == "," else position
    return found


def _with_member(text: str, start: int, name: str, value: object, *, depth: int) -> str:
    """Return the text with a first member in the object at a position."""
    inside = _skip(text, start) + 1
    is_empty = text[_skip(text, inside)] == "}"
    line = f"\n{_INDENT * depth}{json.dumps(name)}: {_written(value, depth=depth)}"
    rest = text[_skip(text, inside) :] if is_empty else text[inside:]
    return text[:inside] + line + (f"\n{_INDENT * (depth - 1)}" if is_empty else ",") + rest


def _written(value: object, *, depth: int) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False).replace("\n", f"\n{_INDENT * depth}")


def _skip(text: str, position: int) -> int:
    found = _BLANKS.match(text, position)
    return found.end() if found else position


def put_in_toml(text: str, entry: Entry) -> str:
    """Return the text of Codex's configuration with the table of the server; all else keeps its bytes.

    Raises:
        ValueError: The text is no TOML, or holds the entry in another form.
    """
    before = tomllib.loads(text)
    servers = before.get("mcp_servers", {})
    if not isinstance(servers, dict):
        raise ValueError("mcp_servers is no table")  # noqa: TRY004 - as above
    entry = _with_users_own(servers.get(NAME), entry)
    if servers.get(NAME) == entry:
        return text
    table = f"[mcp_servers.{NAME}]\n" + "".join(f"{name} = {_toml(value)}\n" for name, value in entry.items())
    gap = "" if not text or text.endswith("\n\n") else "\n" if text.endswith("\n") else "\n\n"
    found = _TOML_TABLE.search(text)
    after = text[: found.start()] + table + text[found.end() :] if found else text + gap + table
    if tomllib.loads(after) != {**before, "mcp_servers": {**servers, NAME: dict(entry)}}:
        raise ValueError(f"mcp_servers.{NAME} is written in a form that this program does not change")
    return after


def _toml(value: object) -> str:
    """Return a TOML value: the strings of JSON are strings of TOML."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name} = {_toml(each)}" for name, each in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False, default=str)
