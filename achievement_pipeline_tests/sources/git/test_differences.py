"""What commits changed, whatever their repository configures."""

from pathlib import Path

from achievement_pipeline.sources.git.differences import show_commits
from achievement_pipeline.sources.git.repositories import open_repository
from achievement_pipeline_tests.builders import GitRepository


def test_a_difference_is_shown_and_starts_no_program_of_the_repository(tmp_path: Path) -> None:
    repository = GitRepository.create(tmp_path / "engine")
    sha = repository.commit("feat: count", {"core.py": "a = 1\n", ".gitattributes": "*.py diff=evil\n"})
    for name in ("diff.external", "diff.evil.command", "diff.evil.textconv", "core.pager", "gpg.program"):
        repository.git("config", name, f"touch {tmp_path}/started; cat")
    (repository.path / ".git/info/attributes").write_text("*.py diff=evil\n")

    text = show_commits(open_repository(repository.path, cache=tmp_path), [sha, "f" * 40, "--output=x", "HEAD"])

    assert "feat: count" in text
    assert "+a = 1" in text
    assert text.count("commit ") == 1
    assert not (tmp_path / "started").exists()


def test_a_merge_is_shown_against_its_first_parent(tmp_path: Path) -> None:
    repository = GitRepository.create(tmp_path / "engine")
    first = repository.commit("a", {"a": "1\n"})
    side = repository.commit("b", {"b": "2\n"}, branch="side", parents=[first])
    main = repository.commit("c", {"c": "3\n"})
    merge = repository.commit("Merge side", {"b": "2\n"}, parents=[main, side])

    text = show_commits(open_repository(repository.path, cache=tmp_path), [merge])

    assert "+2" in text
    assert "+3" not in text


def test_what_is_gone_is_nothing(tmp_path: Path) -> None:
    repository = GitRepository.create(tmp_path / "engine")
    repository.commit("a", {"a": "1\n"})
    assert show_commits(open_repository(repository.path, cache=tmp_path), ["f" * 40]) == ""
