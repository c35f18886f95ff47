"""The file of settings."""

from pathlib import Path

import pytest

from achievement_pipeline.errors import SettingsError
from achievement_pipeline.settings import load_settings


def test_relative_places_are_those_of_the_folder_that_they_were_written_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_REPO_PATH", "relative")
    monkeypatch.setenv("ACHIEVEMENTS_HOME", "data")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "mine.toml").write_text('[[repositories]]\nlocation = "a"\n[publishing]\nfolder = "out"\n')
    monkeypatch.setenv("ACHIEVEMENTS_CONFIG", "elsewhere/mine.toml")
    settings = load_settings()
    assert settings.home == tmp_path / "data"
    assert [one.location for one in settings.repositories] == [str(tmp_path / "relative"), str(elsewhere / "a")]
    assert settings.published_path == elsewhere / "out"


def test_a_broken_file_is_named_with_the_place(tmp_path: Path) -> None:
    (tmp_path / "achievements.toml").write_text("[rules\n")
    with pytest.raises(SettingsError, match=r"achievements\.toml: .*line 1"):
        load_settings()
