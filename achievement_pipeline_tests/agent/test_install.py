"""The configuration of agents: one entry is written, every other byte stays."""

import json
import stat
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from achievement_pipeline.agent.install import agents, put_in_json, put_in_toml, server_entry
from achievement_pipeline_tests.cli.conftest import Run, run

__all__ = ["run"]

ENTRY: dict[str, Any] = {"command": "/usr/bin/achievements", "args": ["mcp"], "env": {"ACHIEVEMENTS_HOME": '/a "b"'}}
CLAUDE = """{
\t"numStartups": 7,
\t"mcpServers": { "other": {"command":"x", "args": [1e3]} },
\t"projects": {"/ö": {}}
}"""
CODEX = """\
# mine
model = "gpt"   # keep

[mcp_servers.other]
command = "npx"

[projects."/home/ann"]
trust_level = "trusted"
"""

_names = st.text(st.characters(codec="utf-8"), max_size=8)
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | _names,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_names, inner, max_size=3),
    max_leaves=8,
)


@given(
    content=st.dictionaries(_names, _json, max_size=4),
    servers=st.none() | st.dictionaries(_names, _json, max_size=3),
    indent=st.sampled_from([None, 0, 2, 4, "\t"]),
)
def test_in_json_everything_else_stays(content: dict[str, Any], servers: dict[str, Any] | None, indent: Any) -> None:
    if servers is not None:
        content = {**content, "mcpServers": servers}
    text = json.dumps(content, indent=indent, ensure_ascii=False)
    once = put_in_json(text, "mcpServers", ENTRY)
    assert json.loads(once) == {**content, "mcpServers": {**(servers or {}), "achievements": ENTRY}}
    assert put_in_json(once, "mcpServers", ENTRY) == once


def test_in_json_every_byte_stays() -> None:
    after = put_in_json(CLAUDE, "mcpServers", ENTRY)
    before, after_it = CLAUDE.split('"other"')
    assert after.startswith(before.rstrip())
    assert after.endswith('"other"' + after_it)


@pytest.mark.parametrize("text", ["[]", "{", '{"mcpServers": 1}', '{"a": 1} x', "// comment\n{}", '{"mcpServers": []}'])
def test_what_is_no_such_json_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        put_in_json(text, "mcpServers", ENTRY)


def test_in_toml_everything_else_stays() -> None:
    once = put_in_toml(CODEX, ENTRY)
    assert once.startswith(CODEX)
    assert tomllib.loads(once)["mcp_servers"]["achievements"] == ENTRY
    assert put_in_toml(once, ENTRY) == once
    moved = put_in_toml(once + '\n[tui]\ntheme = "dark"\n', {**ENTRY, "args": []})
    assert tomllib.loads(moved)["mcp_servers"]["achievements"]["args"] == []
    assert moved.endswith('[tui]\ntheme = "dark"\n')


@pytest.mark.parametrize(
    "text",
    [
        'mcp_servers = {achievements = {command = "x"}}',
        "mcp_servers = 1",
        "[[[",
        'mcp_servers.achievements.command = "x"',
    ],
)
def test_what_is_no_such_toml_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        put_in_toml(text, ENTRY)


def test_what_the_user_added_to_the_entry_stays() -> None:
    own = {"DATABASE_URL": "postgresql://db/mine"}
    before = {**ENTRY, "command": "/old", "type": "stdio", "env": {**own, "ACHIEVEMENTS_CONFIG": "/old.toml"}}
    expected = {**ENTRY, "type": "stdio", "env": {**own, **ENTRY["env"]}}
    as_json = put_in_json(json.dumps({"servers": {"achievements": before}}), "servers", ENTRY)
    assert json.loads(as_json) == {"servers": {"achievements": expected}}
    table = 'command = "/old"\ntype = "stdio"\nenv = { DATABASE_URL = "postgresql://db/mine" }\n'
    as_toml = put_in_toml(f"[mcp_servers.achievements]\n{table}", ENTRY)
    assert tomllib.loads(as_toml) == {"mcp_servers": {"achievements": expected}}
    assert put_in_toml(as_toml, ENTRY) == as_toml


@pytest.fixture
def user(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    del home
    folder = tmp_path / "ann"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / ".config"))
    for name in ("CODEX_HOME", "CLAUDE_CONFIG_DIR"):
        monkeypatch.delenv(name, raising=False)
    return folder


def test_the_command_configures_what_it_finds_and_the_second_time_changes_nothing(user: Path, run: Run) -> None:
    (user / ".claude").mkdir()
    (user / ".claude.json").write_text(CLAUDE)
    (user / ".claude.json").chmod(0o640)
    (user / ".codex").mkdir()
    (user / ".codex/config.toml").write_text(CODEX)

    first = run("mcp", "install")
    files = {path: path.read_bytes() for path in user.rglob("*") if path.is_file()}
    second = run("mcp", "install")

    assert first.stdout.count("✅") == 4
    assert second.stdout.count("no change") == 4
    assert files == {path: path.read_bytes() for path in user.rglob("*") if path.is_file()}
    assert stat.S_IMODE((user / ".claude.json").stat().st_mode) == 0o640
    entry = json.loads((user / ".claude.json").read_text())["mcpServers"]["achievements"]
    assert entry["args"] == ["mcp"]
    assert Path(entry["command"]).is_absolute()
    assert "Ask for evidence first" in (user / ".codex/skills/achievements/SKILL.md").read_text()


def test_named_agents_get_new_files(user: Path, run: Run) -> None:
    assert run("mcp", "install", "cursor", "vscode").exit_code == 0
    assert set(json.loads((user / ".cursor/mcp.json").read_text())["mcpServers"]) == {"achievements"}
    (vscode,) = user.glob("**/Code/User/mcp.json")
    assert set(json.loads(vscode.read_text())["servers"]) == {"achievements"}


def test_a_file_that_cannot_be_changed_stays_and_the_error_has_the_remedy(user: Path, run: Run) -> None:
    (user / ".cursor").mkdir()
    (user / ".cursor/mcp.json").write_text("// mine\n{}")
    result = run("mcp", "install")
    assert result.exit_code == 1
    assert "Add the server by hand" in result.stderr
    assert (user / ".cursor/mcp.json").read_text() == "// mine\n{}"


def test_one_file_that_cannot_be_changed_does_not_stop_the_others(user: Path, run: Run) -> None:
    for folder in (".claude", ".cursor", ".codex"):
        (user / folder).mkdir()
    (user / ".claude.json").write_text("{")
    (user / ".cursor/mcp.json").write_text("[" * 100_000)
    result = run("mcp", "install")
    assert result.exit_code == 1
    assert result.stderr.count("Add the server by hand") == 2
    assert "mcp_servers.achievements" in (user / ".codex/config.toml").read_text()


def test_line_ends_of_windows_stay(user: Path, run: Run) -> None:
    (user / ".cursor").mkdir()
    (user / ".cursor/mcp.json").write_bytes(b'{\r\n  "mcpServers": {\r\n    "other": {}\r\n  }\r\n}\r\n')
    run("mcp", "install")
    assert (user / ".cursor/mcp.json").read_bytes().endswith(b'\r\n    "other": {}\r\n  }\r\n}\r\n')


def test_a_link_to_a_file_of_dotfiles_stays_one(user: Path, run: Run) -> None:
    (user / "dotfiles").mkdir()
    (user / "dotfiles/mcp.json").write_text("{}")
    (user / ".cursor").mkdir()
    (user / ".cursor/mcp.json").symlink_to(user / "dotfiles/mcp.json")
    run("mcp", "install")
    assert (user / ".cursor/mcp.json").is_symlink()
    assert "achievements" in (user / "dotfiles/mcp.json").read_text()


def test_where_no_agent_is_they_are_named(user: Path, run: Run) -> None:
    del user
    assert "claude-code, claude-desktop, cursor, vscode, codex" in run("mcp", "install").stderr
    assert set(agents()) == {"claude-code", "claude-desktop", "cursor", "vscode", "codex"}
    assert "env" not in server_entry({})
