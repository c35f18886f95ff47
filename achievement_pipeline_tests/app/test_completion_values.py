"""The names that the shell completes come from a file, and whatever is in it they are never an error."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from achievement_pipeline.app.completion_values import Completed, completion_values, store_completion_values
from achievement_pipeline.settings import load_settings


@pytest.mark.parametrize(
    "stored",
    ["", "{", "[]", "{}", '{"skills": 3}', '{"skills": ["x"]}', '{"skills": [["a"]]}', "\udcff", '{"skills": [[1]]}'],
)
def test_a_broken_file_gives_nothing(home: Path, stored: str) -> None:
    home.mkdir()
    (home / "completions.json").write_bytes(stored.encode(errors="surrogateescape"))
    assert completion_values(load_settings(), Completed.SKILLS) == []


@pytest.mark.usefixtures("home")
def test_before_a_collect_there_is_nothing() -> None:
    assert completion_values(load_settings(), Completed.ACHIEVEMENTS) == []


@pytest.mark.e2e
def test_an_empty_database_gives_no_names(home: Path, engine: sa.Engine) -> None:
    store_completion_values(engine, load_settings())  # no folder yet: nothing happens
    home.mkdir()
    store_completion_values(engine, load_settings())
    assert (home / "completions.json").exists()
    assert all(completion_values(load_settings(), what) == [] for what in Completed)
