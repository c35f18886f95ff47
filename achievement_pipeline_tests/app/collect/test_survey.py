"""What is found of repositories without collecting them."""

from pathlib import Path

import pytest

from achievement_pipeline.app.collect.survey import SurveyedRepository, survey
from achievement_pipeline_tests.builders import GitRepository


@pytest.fixture
def engine(tmp_path: Path) -> GitRepository:
    repository = GitRepository.create(tmp_path / "src/engine")
    repository.commit("feat: count", {"core.py": "a = 1\n"})
    return repository


@pytest.mark.usefixtures("home")
def test_clones_of_one_repository_are_one(engine: GitRepository, tmp_path: Path) -> None:
    engine.git("remote", "add", "origin", "https://github.com/ada/engine")
    (engine.path / "below").mkdir()
    GitRepository.create(tmp_path / "src/other").git("remote", "add", "origin", "git@github.com:ada/engine.git")
    calls = list[tuple[int, int]]()

    found = survey([str(tmp_path / "src"), str(engine.path / "below")], lambda *done: calls.append(done))

    assert [(one.key, one.location, one.host) for one in found.repositories] == [
        ("github.com/ada/engine", str(engine.path), "github.com")
    ]
    assert found.authors == {("Ada Lovelace", "ada@example.org"): 1}
    assert calls == [(1, 3), (2, 3), (3, 3)]


@pytest.mark.usefixtures("home")
def test_a_clone_url_is_taken_without_a_network_and_without_its_password(tmp_path: Path) -> None:
    found = survey(["https://ada:secret@github.com/ada/loom.git", str(tmp_path / "nowhere")])
    assert found.repositories == [SurveyedRepository("github.com/ada/loom", "https://github.com/ada/loom.git")]
    assert found.with_work_of({"ada@example.org"}) == found.repositories
    assert len(found.problems) == 1


@pytest.mark.usefixtures("home")
def test_an_address_that_git_has_for_one_repository_is_perhaps_the_users(engine: GitRepository) -> None:
    engine.git("config", "user.email", "Ada@work.example")
    found = survey([str(engine.path)])
    assert found.addresses_under("Ada Lovelace", {"ada@example.org"}) == {"ada@work.example": 0}
    assert found.addresses_under("Ada Lovelace", {"ada@work.example"}) == {"ada@example.org": 1}
