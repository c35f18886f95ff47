"""Bad input: each with a message that names the thing and the remedy, and no traceback."""

from pathlib import Path

import pytest

from achievement_pipeline_tests.cli.conftest import Achievements


def test_all_wrong_settings_are_named_at_once(
    achievements: Achievements, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MIN_LINES_FOR_ACHIEVEMENT", "many")
    monkeypatch.setenv("ENABLE_GIT_TRACKING", "perhaps")
    (tmp_path / "achievements.toml").write_text("[rules.commits]\nimpact_base = 300\ntipes = []\n")

    answer = achievements("list")

    assert answer.code == 1
    for name in (
        "MIN_LINES_FOR_ACHIEVEMENT",
        "ENABLE_GIT_TRACKING",
        "rules.commits.impact_base",
        "rules.commits.tipes",
    ):
        assert name in answer.errors
    assert "Traceback" not in answer.errors


def test_doctor_names_wrong_settings_too(achievements: Achievements, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIN_LINES_FOR_ACHIEVEMENT", "-1")

    answer = achievements("doctor")

    assert answer.code == 1
    assert "❌ settings" in answer.output
    assert "MIN_LINES_FOR_ACHIEVEMENT" in answer.output


def test_a_database_that_nobody_answers_is_named_without_its_password(
    achievements: Achievements, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://ann:secret@127.0.0.1:9/achievements")

    answer = achievements("list")

    assert answer.code == 1
    assert "127.0.0.1" in answer.errors
    assert "secret" not in answer.errors + answer.output


def test_with_the_git_lane_off_nothing_is_collected(
    achievements: Achievements, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENABLE_GIT_TRACKING", "false")

    answer = achievements("collect")

    assert answer.code == 2
    assert "ENABLE_GIT_TRACKING" in answer.errors


@pytest.mark.parametrize("command", ["collect", "list", "show", "explain", "start", "doctor"])
def test_every_command_says_what_it_is_for(achievements: Achievements, command: str) -> None:
    answer = achievements(command, "--help")

    assert answer.code == 0
    assert "Usage: achievements" in answer.output
