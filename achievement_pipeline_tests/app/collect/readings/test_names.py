"""The names of each commit are read once, and again by another version."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from achievement_pipeline.app.collect.readings.names import Names, read_names
from achievement_pipeline.frames import PublicNames, typed
from achievement_pipeline.judging.public_names import NAMES_VERSION
from achievement_pipeline.sources.git import History, open_repository, read_history
from achievement_pipeline_tests.builders import GitRepository


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    return GitRepository.create(tmp_path / "project")


def read_by(repository: GitRepository) -> Callable[[Names, "pd.Series[str]"], tuple[Names, History]]:
    opened = open_repository(repository.path, cache=repository.path)

    def read(stored: Names, decided: "pd.Series[str]") -> tuple[Names, History]:
        history = read_history(opened)
        return read_names(opened, history, stored, decided, pytest.fail), history

    return read


def test_only_new_commits_are_read_and_those_that_are_gone_are_dropped(repository: GitRepository) -> None:
    repository.commit("one", {"a.py": "def one(): ...\n"})
    first, history = read_by(repository)(Names.none(), pd.Series(dtype="str"))
    known = first.names.assign(name="known")
    stored = first._replace(names=typed(PublicNames, pd.concat([known, known.assign(sha="0" * 40)])))
    repository.commit("two", {"b.py": "def two(): ...\n"})

    second, _ = read_by(repository)(stored, history.commits["sha"])

    assert sorted(second.names["name"]) == ["known", "two"]


def test_what_another_version_stored_is_read_again(repository: GitRepository) -> None:
    repository.commit("one", {"a.py": "def one(): ...\n"})
    read = read_by(repository)
    first, history = read(Names.none(), pd.Series(dtype="str"))

    class Stored:
        def read(self, _asset: str, _partition: str | None = None) -> pd.DataFrame:
            return first.names

    assert Names.stored(Stored(), "key", NAMES_VERSION).names.equals(first.names)
    old = Names.stored(Stored(), "key", "0")
    assert old.names.empty
    assert read(old, history.commits["sha"])[0].names.equals(first.names)
