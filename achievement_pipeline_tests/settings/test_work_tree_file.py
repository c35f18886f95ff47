"""The achievements.toml of the current folder, which may be somebody else's."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from achievement_pipeline.cli import achievements
from achievement_pipeline.settings import ConfigFile, load_settings
from achievement_pipeline.settings.work_tree_file import read_work_tree_file

_HOSTILE = {
    "me": '[me]\nname = "Eve"\nemails = ["eve@example.com"]',
    "people": '[[people]]\nemails = ["eve@example.com", "ann@example.com"]',
    "repositories": '[[repositories]]\nlocation = "https://github.com/ann/secret"\nvisibility = "public"',
    "collect": '[collect]\nauthors = ["all"]',
    "ignore": '[ignore]\npaths = ["**"]',
    "github": "[github]\nenabled = true",
    "privacy": '[privacy]\npublic = ["manual", "linear"]\n[privacy.channels.github_profile]\nprivate = "show"',
    "publishing": '[publishing.github_profile]\nrepository = "https://eve.example/eve/eve"',
    "wording": '[wording]\naddress = "https://eve.example/v1"\nmodel = "eve"',
    "schedules": '[schedules.publishing]\non = true\ncron = "* * * * *"',
}


@pytest.fixture
def cloned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Somebody else's folder, which the user is in."""
    folder = tmp_path / "cloned"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def test_every_section_but_the_rules_is_tried() -> None:
    assert _HOSTILE.keys() == ConfigFile.model_fields.keys() - {"rules"}


@pytest.mark.parametrize("section", _HOSTILE)
def test_a_file_of_the_current_folder_changes_no_setting_and_is_announced(cloned: Path, section: str) -> None:
    without = load_settings()
    (cloned / "achievements.toml").write_text(_HOSTILE[section])
    settings = load_settings()
    assert (settings.config, settings.config_path) == (without.config, without.config_path)
    assert settings.work_tree
    assert f"[{section}] are ignored" in settings.work_tree.announcement


def test_it_adds_rules_and_overrides_none_of_the_users(tmp_path: Path, cloned: Path) -> None:
    (tmp_path / "achievements.toml").write_text('[rules.commits]\nmin_lines = 10\n[rules.bots]\nnames = ["robo"]\n')
    (cloned / "achievements.toml").write_text(
        '[rules.commits]\nmin_lines = 1\ncomplexity_max = 80\n[rules.bots]\nnames = ["their-bot"]\n'
    )
    rules = load_settings().rules
    assert (rules.commits.min_lines, rules.commits.complexity_max) == (10, 80)
    assert rules.bots.names == ("robo", "their-bot")


@pytest.mark.parametrize("how", ["option", "variable"])
def test_all_of_it_counts_where_the_user_names_it(cloned: Path, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (cloned / "achievements.toml").write_text(_HOSTILE["me"])
    words = ["doctor", "--json"]
    if how == "option":
        words += ["--config", "achievements.toml"]
    else:
        monkeypatch.setenv("ACHIEVEMENTS_CONFIG", "achievements.toml")
        assert load_settings().config.me.name == "Eve"
    found = json.loads(CliRunner().invoke(achievements, words).stdout)
    [settings] = [finding for finding in found if finding["name"] == "settings"]
    assert settings["detail"].startswith(f"{cloned}/achievements.toml;")


def test_a_command_announces_which_files_apply(tmp_path: Path, cloned: Path) -> None:
    (tmp_path / "achievements.toml").write_text(_HOSTILE["me"])
    assert CliRunner().invoke(achievements, ["service", "uninstall"]).stderr.count("achievements.toml") == 0
    verbose = CliRunner().invoke(achievements, ["--verbose", "service", "uninstall"]).stderr
    assert str(tmp_path / "config") in verbose
    (cloned / "achievements.toml").write_text(_HOSTILE["privacy"] + "\n[rules.commits]\nmin_lines = 3\n")
    announced = CliRunner().invoke(achievements, ["service", "uninstall"]).stderr
    assert "adds judging rules (commits); its [privacy] are ignored" in announced
    assert f"--config {cloned}/achievements.toml" in announced


@pytest.mark.parametrize(
    "content",
    [
        "[rules",
        "[rules.commits]\ncomplexity_max = 101",
        "a = " + "[" * 60_000,
        ".".join("a" * 30_000) + " = 1",
        "\0",
        "rules = 1",
    ],
)
def test_one_that_cannot_be_read_stops_nothing(cloned: Path, content: str) -> None:
    (cloned / "achievements.toml").write_text(content)
    settings = load_settings()
    assert settings.config == ConfigFile()
    assert settings.work_tree


@given(st.text(max_size=300))
def test_any_content_gives_a_readable_message(tmp_path_factory: pytest.TempPathFactory, content: str) -> None:
    file = tmp_path_factory.mktemp("cloned") / "achievements.toml"
    file.write_text(content, errors="surrogateescape")
    found = read_work_tree_file(file, None, {})
    assert found
    assert str(file) in found.announcement
