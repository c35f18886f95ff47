"""Changing ``achievements.toml`` changes what is meant, and nothing beside it."""

import tomllib
from pathlib import Path

import pytest

from achievement_pipeline.publishing.gate.policy import Visibility
from achievement_pipeline.settings.changes import Changes, with_changes

HERE = Path("/home/ada/config")
WRITTEN = """\
# by hand
[me]                      # who
name = "Ada"
emails = ["ada@example.org", # first
  "old@example.org"]

[[repositories]]
location = "/src/engine"  # at work
visibility = "private"
branches = "all"

[[repositories]]
location = "../loom"

[rules]
portfolio_min_impact = 60 # mine
"""


def test_without_changes_the_file_is_the_same() -> None:
    assert with_changes(WRITTEN, Changes(), HERE) == WRITTEN
    assert with_changes("", Changes(), HERE) == ""


def test_only_what_is_meant_changes_and_comments_stay() -> None:
    changes = Changes(
        name="Ada L.",
        removed_emails=["old@example.org"],
        visibility={"/src/engine": None, "/home/ada/config/../loom": Visibility.PUBLIC},
    )
    after = with_changes(WRITTEN, changes, HERE)
    assert tomllib.loads(after) == {
        "me": {"name": "Ada L.", "emails": ["ada@example.org"]},
        "repositories": [
            {"location": "/src/engine", "branches": "all"},
            {"location": "../loom", "visibility": "public"},
        ],
        "rules": {"portfolio_min_impact": 60},
    }
    for comment in ("# by hand", "# who", "# first", "# at work", "# mine"):
        assert comment in after


@pytest.mark.parametrize("text", [WRITTEN, 'repositories = [{location = "/src/engine"}, {location = "../loom"}]\n'])
def test_a_repository_is_removed_from_the_tables_or_the_list(text: str) -> None:
    without_one = tomllib.loads(with_changes(text, Changes(removed_repositories=["/src/engine"]), HERE))
    assert without_one["repositories"] == [{"location": "../loom"}]
    both = ["/src/engine", "/home/ada/config/../loom"]
    without_any = tomllib.loads(with_changes(text, Changes(removed_repositories=both), HERE))
    assert "repositories" not in without_any
    assert without_any.get("rules") == tomllib.loads(text).get("rules")
