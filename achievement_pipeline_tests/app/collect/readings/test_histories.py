"""A first reading is taken by the run that wants the same of the same state."""

from collections.abc import Callable
from pathlib import Path

import pytest

from achievement_pipeline.app.collect.readings.histories import Wanted, first_reading
from achievement_pipeline.settings import ALL, load_settings
from achievement_pipeline.sources.git import Repository, open_repository
from achievement_pipeline_tests.builders import GitRepository

_EVERYBODY = Wanted((ALL,), None)


def test_a_first_reading_is_of_one_state_of_a_repository(tmp_path: Path) -> None:
    written = GitRepository.create(tmp_path / "engine")
    written.commit("feat: begin", {"a.py": "a = 1\n"})

    def opened() -> Repository:
        return open_repository(str(written.path), cache=tmp_path)

    def subjects(wanted: Callable[[], object]) -> list[str] | None:
        with first_reading(opened(), _EVERYBODY, load_settings()) as ahead:
            ahead.show(lambda _: lambda _done, _total: None)
            read = ahead.take(wanted(), pytest.fail)
        return read and read.history.commits["subject"].to_list()

    assert subjects(lambda: (opened(), _EVERYBODY, None)) == ["feat: begin"]
    assert subjects(lambda: (opened(), Wanted(("ada@example.org",), None), None)) is None
    assert subjects(lambda: (opened(), _EVERYBODY, "stored")) is None

    def moved() -> object:
        written.commit("feat: more", {"a.py": "a = 2\n"})
        return opened(), _EVERYBODY, None

    assert subjects(moved) is None
