"""`achievements ignore`: what counts for nothing is in the settings, and what is stored is judged again."""

import json
from pathlib import Path

import pytest

from achievement_pipeline_tests.builders import GitRepository
from achievement_pipeline_tests.cli.conftest import Run

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("database")]


def titles(run: Run) -> list[str]:
    return [one["title"] for one in json.loads(run("list", "--json").stdout)]


def test_commits_and_paths_count_for_nothing_until_the_lines_are_removed(
    run: Run, repository: GitRepository, tmp_path: Path
) -> None:
    gone = repository.commit("feat: a parser", {"legacy/parser.py": "p = 1\n" * 80, "legacy/lexer.py": "q = 2\n" * 80})
    run("collect", "--repo", str(repository.path))
    first = repository.git("rev-parse", "HEAD~3").decode()
    assert set(titles(run)) == {"Count things", "Count one more", "A parser"}

    assert "has all of this" not in run("ignore", first[:12], "--path", "legacy/").output
    collected = run("collect", "--repo", str(repository.path))

    assert "nothing new" in collected.stdout  # git was not read
    assert titles(run) == ["Count one more"]
    assert "You ignore it" in run("explain", first[:12]).stdout
    assert "left out: 2 files, 160 lines (ignored)" in run("explain", gone[:12]).stdout
    assert "has all of this already" in run("ignore", first[:12], "--path", "legacy/").output

    (tmp_path / "achievements.toml").write_text("")
    run("collect", "--repo", str(repository.path))
    assert set(titles(run)) == {"Count things", "Count one more", "A parser"}


def test_a_part_of_a_repository_may_be_all_that_counts(run: Run, repository: GitRepository, tmp_path: Path) -> None:
    repository.commit("feat: billing", {"billing/pay.py": "p = 1\n" * 80, "web/page.js": "q = 2\n" * 80})
    (tmp_path / "achievements.toml").write_text(
        f'[[repositories]]\nlocation = "{repository.path}"\npaths = ["billing/"]\n'
    )
    run("collect")
    assert titles(run) == ["Billing"]
    assert json.loads(run("skills", "--json").stdout)[0]["skill"] == "Python"
    assert "JavaScript" not in run("skills").stdout


def test_a_file_in_the_work_tree_ignores_nothing(
    run: Run, repository: GitRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repository.path / "achievements.toml").write_text('[ignore]\npaths = ["**"]\n')
    monkeypatch.chdir(repository.path)
    assert "its [ignore] are ignored here" in run("collect").stderr
    assert set(titles(run)) == {"Count things", "Count one more"}


def test_what_is_no_commit_is_refused_in_words(run: Run) -> None:
    assert run("ignore").exit_code == 2
    assert "There is no commit feedfeed" in run("ignore", "feedfeed").stderr
    assert "names no file" in run("ignore", "--path", "/").stderr
