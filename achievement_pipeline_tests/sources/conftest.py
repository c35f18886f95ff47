"""What the tests of sources share."""

import os
from pathlib import Path

import pytest

from achievement_pipeline_tests.builders import GitRepository


@pytest.fixture
def git_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's own git configuration, empty, and nothing else of the machine's; what runs the tests has no say."""
    for name in os.environ:
        if name.startswith("GIT_"):
            monkeypatch.delenv(name)
    config = tmp_path / "gitconfig"
    config.touch()
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    return config


@pytest.fixture
def repository(tmp_path: Path, git_config: Path) -> GitRepository:  # noqa: ARG001 - it is read by git
    """An empty repository."""
    return GitRepository.create(tmp_path / "repository")
