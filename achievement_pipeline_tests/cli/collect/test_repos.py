"""`achievements repos`: list, add, remove, scan; and folders of repositories."""

import json
from pathlib import Path

import pytest

from achievement_pipeline_tests.builders import GitRepository
from achievement_pipeline_tests.cli.conftest import Run

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("database")]


def achievements(run: Run) -> list[str]:
    return [one["title"] for one in json.loads(run("list", "--json").stdout)]


@pytest.fixture
def folder(repository: GitRepository) -> Path:
    """A folder with two repositories."""
    other = GitRepository.create(repository.path.parent / "src/other")
    other.commit("perf: be quick", {"quick.go": "package quick\n"})
    repository.path.rename(repository.path.parent / "src/project")
    return repository.path.parent / "src"


def test_a_folder_stands_for_the_repositories_below_it(run: Run, folder: Path) -> None:
    assert run("repos", "scan", str(folder)).stdout.splitlines() == [str(folder / "other"), str(folder / "project")]

    assert "3 achievements (3 new)" in run("collect", "--repo", str(folder)).output


def test_outside_of_a_repository_the_known_ones_are_collected(run: Run, folder: Path) -> None:
    assert run("repos", "add", str(folder)).exit_code == 0
    assert len(json.loads(run("repos", "list", "--json").stdout)) == 2

    assert "3 achievements (3 new)" in run("collect").output


def test_where_the_settings_name_others_the_next_command_names_what_was_added(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("repos", "add", str(folder / "other")).stderr.endswith("Next: achievements collect\n")
    monkeypatch.setenv("GIT_REPO_PATH", str(folder / "project"))
    added = run("repos", "add", str(folder / "other"))
    assert added.stderr.endswith(f"Next: achievements collect {folder / 'other'}\n")


def test_forgetting_a_repository_forgets_all_of_it(run: Run, folder: Path, home: Path) -> None:
    run("collect", "--repo", str(folder))
    [other] = [one for one in json.loads(run("repos", "list", "--json").stdout) if "other" in one["repository"]]

    answer = run("repos", "remove", other["repository"])

    assert answer.exit_code == 0, answer.output
    assert "1 achievement, 1 activity" in answer.output
    assert achievements(run) == ["Count things", "Count one more"]
    assert not list((home / "frames").rglob("*other*"))
    assert len(json.loads(run("repos", "list", "--json").stdout)) == 1
    assert "2 achievements (nothing changed)" in run("collect").output
    # whoever collects it again has it again
    assert "3 achievements (1 new)" in run("collect", "--repo", str(folder / "other")).output


def test_what_the_user_decided_is_kept_and_said(run: Run, folder: Path) -> None:
    run("collect", "--repo", str(folder))
    [quick] = [one["key"] for one in json.loads(run("list", "--json").stdout) if one["title"] == "Be quick"]
    run("edit", quick, "--title", "Quicker than light")

    answer = run("repos", "remove", str(folder / "other"))

    assert "1 achievement with decisions of yours kept" in answer.output
    assert "Quicker than light" not in achievements(run)
    again = run("collect", "--repo", str(folder / "other"))
    assert "3 achievements (1 restored)" in again.output, again.output
    assert "Quicker than light" in achievements(run)
    assert "kept" not in run("repos", "remove", str(folder / "other"), "--with-decisions").output
    run("collect", "--repo", str(folder / "other"))
    assert "Be quick" in achievements(run)


def test_a_repository_with_a_typo_is_suggested(run: Run, folder: Path) -> None:
    run("repos", "add", str(folder))
    key = json.loads(run("repos", "list", "--json").stdout)[0]["repository"]

    answer = run("repos", "remove", f"{key}x")

    assert answer.exit_code == 1
    assert f"Did you mean {key}" in answer.stderr
