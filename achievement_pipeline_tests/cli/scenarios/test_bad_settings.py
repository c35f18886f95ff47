"""Bad input: each with a message that names the thing and the remedy, and no traceback."""

from pathlib import Path

import pytest

from achievement_pipeline_tests.cli.conftest import Run


def test_all_wrong_settings_are_named_at_once(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIN_LINES_FOR_ACHIEVEMENT", "many")
    monkeypatch.setenv("ENABLE_GIT_TRACKING", "perhaps")
    (tmp_path / "achievements.toml").write_text("[rules.commits]\ncomplexity_base = 300\ntipes = []\n")

    answer = run("list")

    assert answer.exit_code == 1
    for name in (
        "MIN_LINES_FOR_ACHIEVEMENT",
        "ENABLE_GIT_TRACKING",
        "rules.commits.complexity_base",
        "rules.commits.tipes",
    ):
        assert name in answer.stderr
    assert "Traceback" not in answer.stderr


def test_doctor_names_wrong_settings_too(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIN_LINES_FOR_ACHIEVEMENT", "-1")

    answer = run("doctor")

    assert answer.exit_code == 1
    assert "❌ settings" in answer.output
    assert "MIN_LINES_FOR_ACHIEVEMENT" in answer.output


def test_a_database_that_nobody_answers_is_named_without_its_password(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://ann:secret@127.0.0.1:9/achievements")

    answer = run("list")

    assert answer.exit_code == 1
    assert "127.0.0.1" in answer.stderr
    assert "secret" not in answer.output


@pytest.mark.parametrize("command", ["collect", "start"])
def test_a_data_folder_that_cannot_be_made_is_named(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("ACHIEVEMENTS_HOME", str(tmp_path / "file" / "data"))

    answer = run(command)

    assert answer.exit_code == 1
    assert str(tmp_path / "file" / "data") in answer.stderr
    assert "ACHIEVEMENTS_HOME" in answer.stderr


def test_with_the_git_lane_off_nothing_is_collected(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENABLE_GIT_TRACKING", "false")

    answer = run("collect")

    assert answer.exit_code == 2
    assert "ENABLE_GIT_TRACKING" in answer.stderr


@pytest.mark.parametrize("command", ["collect", "list", "show", "explain", "start", "doctor"])
def test_every_command_says_what_it_is_for(run: Run, command: str) -> None:
    answer = run(command, "--help")

    assert answer.exit_code == 0
    assert "Usage: achievements" in answer.output
