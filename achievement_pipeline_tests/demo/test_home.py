"""The demo is in a folder of its own, and nothing of the user's plays a part in it."""

import os
from pathlib import Path

import pytest

from achievement_pipeline.demo.home import sample_world
from achievement_pipeline.settings import load_settings


def test_settings_keys_and_folders_of_the_user_play_no_part(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = {
        "ACHIEVEMENTS_HOME": str(home),
        "DATABASE_URL": "postgresql://user:password@db.example.com/own",
        "GITHUB_TOKEN": "ghp_of_the_user",
        "LINEAR_API_KEY": "lin_api_of_the_user",
        "MLFLOW_TRACKING_TOKEN": "of_the_user",
        "WORDING_API_KEY": "of_the_user",
        "https_proxy": "http://proxy.example.com",
        "GIT_REPO_PATH": "/src/own",
        "MIN_LINES_FOR_ACHIEVEMENT": "7",
    }
    for name, value in own.items():
        monkeypatch.setenv(name, value)
    mine = tmp_path / "config/achievement-pipeline/achievements.toml"
    mine.write_text('[me]\nname = "The User"\n[rules]\nportfolio_min_impact = 1\n')
    before, folder = dict(os.environ), Path.cwd()

    with sample_world(tmp_path / "demo"):
        settings = load_settings()
        values = set(os.environ.values())
        assert settings.me.name == "Ada Lindqvist"
        assert settings.home.is_relative_to(tmp_path / "demo")
        assert settings.rules.portfolio_min_impact == 70
        assert settings.rules.commits.min_lines == 50
        assert not values & set(own.values())

    assert (dict(os.environ), Path.cwd()) == (before, folder)
    assert not home.exists()


def test_repositories_are_written_once(tmp_path: Path) -> None:
    times: list[set[int]] = []
    for _ in range(2):
        with sample_world(tmp_path / "demo"):
            written = {path.stat().st_mtime_ns for path in (tmp_path / "demo/repositories").glob("*/HEAD")}
            assert len(written) == 3
            times.append(written)
    assert times[0] == times[1]
