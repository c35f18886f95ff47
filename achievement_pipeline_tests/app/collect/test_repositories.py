"""Which repositories the settings name."""

import os
from pathlib import Path

import pytest

from achievement_pipeline.app.collect.repositories import as_known, configured_repositories, entries_by_key
from achievement_pipeline.settings import load_settings
from achievement_pipeline_tests.builders import GitRepository


def test_a_folder_stands_for_the_repositories_below_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tops = [GitRepository.create(tmp_path / "src" / name).path for name in ("engine", "loom")]
    url = "https://github.com/ada/shop"
    monkeypatch.setenv("GIT_REPO_PATH", os.pathsep.join([str(tmp_path / "src"), url, str(tmp_path / "none")]))
    settings = load_settings()

    named = configured_repositories(settings)

    assert [each.location for each in named] == [*map(str, tops), url, str(tmp_path / "none")]
    known = as_known(named[0])
    assert entries_by_key(settings, [known]) == {known.key: [named[0]]}
