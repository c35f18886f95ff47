"""`achievements hook`: of a repository that is named, or the one that the user is in."""

from pathlib import Path

import pytest

from achievement_pipeline_tests.builders import GitRepository
from achievement_pipeline_tests.cli.conftest import run_achievements


@pytest.mark.usefixtures("home")
def test_the_repository_is_an_argument_an_option_or_the_one_around(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = GitRepository.create(tmp_path / "engine")
    hook = repository.path / ".git" / "hooks" / "post-commit"
    assert run_achievements("hook", "install", str(repository.path)).exit_code == 0
    assert hook.exists()
    assert "0 commits not collected yet" in run_achievements("hook", "status", "--repo", str(repository.path)).stdout
    monkeypatch.chdir(repository.path)
    assert run_achievements("hook", "uninstall").exit_code == 0
    assert not hook.exists()
    assert "   → achievements hook install\n" in run_achievements("hook", "status").stdout
    monkeypatch.chdir(tmp_path)
    status = run_achievements("hook", "status", str(repository.path)).stdout
    assert f"   → achievements hook install {repository.path}\n" in status
