from pathlib import Path

from achievement_pipeline.sources.git.discovery import find_repositories
from achievement_pipeline_tests.builders import GitRepository


def test_the_repositories_below_a_folder_are_found_and_nothing_in_them(tmp_path: Path) -> None:
    for name in ("b/two", "a", "a/vendored", ".hidden", "b/node_modules/package", "c/bare.git"):
        GitRepository.create(tmp_path / name, bare=name.endswith(".git"))
    (tmp_path / "link").symlink_to(tmp_path / "b")

    found = [str(top.relative_to(tmp_path)) for top in find_repositories(tmp_path)]

    assert found == ["a", "b/two", "c/bare.git"]


def test_a_repository_is_its_own_only_one(tmp_path: Path) -> None:
    GitRepository.create(tmp_path / "one")
    assert list(find_repositories(tmp_path / "one")) == [tmp_path / "one"]
