"""`achievements collect`: what it prints, what it changes, and how it ends."""

import json
from pathlib import Path

import pytest

from achievement_pipeline_tests.builders import GitRepository
from achievement_pipeline_tests.cli.conftest import Run

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("database")]


def test_it_says_what_it_found(run: Run, repository: GitRepository) -> None:
    answer = run("collect", "--repo", str(repository.path))

    assert answer.exit_code == 0
    for said in (
        "Work of Ada Lovelace <ada@example.org>\n",
        "3 commits, 3 new · 2 significant · left out: no-work 1\n",
        "2 achievements (2 new)",
        "by category: bugfix 1 · feature 1",
        "skills: Python 2",
        " 75.5  45.0",
        "Count things",
    ):
        assert said in answer.output, answer.output


def test_a_second_run_says_that_nothing_changed(run: Run, repository: GitRepository) -> None:
    run("collect", "--repo", str(repository.path))

    answer = run("collect", "--repo", str(repository.path))

    assert "3 commits, nothing new" in answer.output
    assert "2 achievements (nothing changed)" in answer.output


def test_a_second_run_says_what_changed(run: Run, repository: GitRepository) -> None:
    run("collect", "--repo", str(repository.path))
    repository.commit("docs: tell how", {"README.md": "how\n"})

    assert "3 achievements (1 new)" in run("collect", "--repo", str(repository.path)).output


def test_without_a_repository_it_takes_the_one_it_stands_in(
    run: Run, repository: GitRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository.path)

    assert "2 achievements (2 new)" in run("collect").output


def test_it_collects_the_repositories_of_the_environment(
    run: Run, repository: GitRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = GitRepository.create(tmp_path / "other")
    other.commit("perf: be quick", {"quick.go": "package quick\n"})
    monkeypatch.setenv("GIT_REPO_PATH", f"{repository.path}:{other.path}")

    assert "3 achievements (3 new)" in run("collect").output


def test_mine_alone_are_collected_and_listed(run: Run, repository: GitRepository) -> None:
    repository.commit("feat: hers", {"hers.py": "a = 1\n"}, author="Grace <grace@example.org>")

    assert "2 achievements (2 new)" in run("collect", "--repo", str(repository.path)).output
    assert "3 achievements (1 new)" in run("collect", "--repo", str(repository.path), "--author", "all").output
    mine = json.loads(run("list", "--json").stdout)
    assert {one["author"] for one in mine} == {"ada@example.org"}
    assert len(json.loads(run("list", "--json", "--author", "all").stdout)) == 3


def test_a_repository_without_work_of_mine_adds_nothing(run: Run, tmp_path: Path) -> None:
    other = GitRepository.create(tmp_path / "other")
    other.commit("feat: hers", {"hers.py": "a = 1\n" * 99}, author="Grace Hopper <grace@example.org>")

    answer = run("collect", "--repo", str(other.path))

    assert answer.exit_code == 0
    assert "no commits by Ada Lovelace <ada@example.org>" in answer.output
    assert "0 achievements" in answer.output
    assert "1 achievement (1 new)" in run("collect", "--repo", str(other.path), "--author", "all").output


@pytest.mark.parametrize("earlier", [False, True])
def test_an_author_without_commits_is_an_error_with_a_suggestion(
    run: Run, repository: GitRepository, earlier: bool
) -> None:
    if earlier:
        run("collect", "--repo", str(repository.path))

    answer = run("collect", "--repo", str(repository.path), "--author", "ada@exmaple.org")

    assert answer.exit_code == 1
    assert "There are no commits by ada@exmaple.org. Did you mean ada@example.org?" in answer.stderr


def test_another_address_under_my_name_is_named(run: Run, repository: GitRepository) -> None:
    repository.commit("feat: old", {"old.py": "a = 1\n" * 99}, author="Ada Lovelace <ada@oldjob.example>")

    answer = run("collect", "--repo", str(repository.path))

    assert "ada@oldjob.example (1)" in answer.output
    assert '[me] emails = ["ada@example.org", "ada@oldjob.example"]' in answer.output


def test_who_is_not_known_is_told_what_to_do(
    run: Run, repository: GitRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")

    answer = run("collect", "--repo", str(repository.path))

    assert answer.exit_code == 1
    assert "git config --global user.email" in answer.stderr


def test_work_from_a_day_on(run: Run, repository: GitRepository) -> None:
    answer = run("collect", "--repo", str(repository.path), "--since", "2999-01-01")

    assert "unread 3" in answer.output
    assert "0 achievements" in answer.output


def test_the_answer_for_machines_has_the_columns_of_the_tables(run: Run, repository: GitRepository) -> None:
    answer = run("collect", "--repo", str(repository.path), "--json")

    found = json.loads(answer.stdout)
    assert found["changes"]["new"] == 2
    assert [one["title"] for one in found["highest"]] == ["Count things", "Count one more"]
    assert found["highest"][0]["impact_score"] == 75.45
    [read] = found["repositories"]
    assert (read["commits"], read["new"], read["significant"], read["error"]) == (3, 3, 2, "")
    assert "dagster" not in answer.stdout


def test_one_repository_that_is_none_stops_no_other(run: Run, repository: GitRepository, tmp_path: Path) -> None:
    answer = run("collect", str(tmp_path / "nothing"), "--repo", str(repository.path))

    assert answer.exit_code == 3
    assert answer.stderr.count(str(tmp_path / "nothing")) == 1
    assert "nothing does not exist" in answer.stderr
    assert "2 achievements (2 new)" in answer.stdout
    assert answer.output.splitlines()[-1].startswith("❌"), "errors come last"


def test_when_none_can_be_read_it_fails(run: Run, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()

    answer = run("collect", "--repo", str(tmp_path / "folder"))

    assert answer.exit_code == 1
    assert "is not a git repository" in answer.output


def test_a_url_that_nobody_answers_is_named(run: Run) -> None:
    answer = run("collect", "--repo", "http://127.0.0.1:9/owner/name.git")

    assert answer.exit_code == 1
    assert "127.0.0.1:9" in answer.output


def test_a_corrupt_object_costs_its_commit_only(run: Run, repository: GitRepository) -> None:
    repository.commit("feat: lost", {"lost.py": "lost = 1\n"})
    blob = repository.git("rev-parse", "HEAD:lost.py").decode()
    (repository.path / ".git/objects" / blob[:2] / blob[2:]).unlink()

    answer = run("collect", "--repo", str(repository.path))

    assert answer.exit_code == 0
    assert "can't be read" in answer.output
    assert "2 achievements (2 new)" in answer.output


def test_credentials_of_an_address_are_never_shown(run: Run) -> None:
    answer = run("collect", "--repo", "http://ann:secret@127.0.0.1:9/owner/name.git", "--json")

    assert json.loads(answer.stdout)["repositories"][0]["location"] == "http://127.0.0.1:9/owner/name.git"
    assert "secret" not in answer.output
