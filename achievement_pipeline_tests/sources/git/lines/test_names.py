"""The public names that commits add and remove, as git compares their files."""

from achievement_pipeline.sources.git import open_repository, read_history, read_public_names
from achievement_pipeline_tests.builders import GitRepository

_SESSION = "class Session:\n    def get(self, url):\n        pass\n"


def names_of(repository: GitRepository) -> dict[str, set[str]]:
    """The changes of names by commit: ``added Session.get``."""
    opened = open_repository(repository.path, cache=repository.path)
    names = read_public_names(opened, read_history(opened).files)
    rows = zip(names["sha"], names["change"] + " " + names["name"], strict=True)
    found: dict[str, set[str]] = {}
    for sha, name in rows:
        found.setdefault(sha, set()).add(name)
    return found


def test_each_commit_has_the_names_that_it_added_and_removed(repository: GitRepository) -> None:
    first = repository.commit("one", {"a.py": _SESSION, "odd\n name.py": "def odd():\n    pass\n", "a.md": "def no():"})
    second = repository.commit(
        "two", {"a.py": f"{_SESSION}    def close(self):\n        pass\n", "odd\n name.py": None}
    )

    assert names_of(repository) == {
        first: {"added Session", "added Session.get", "added odd"},
        second: {"added Session.close", "removed odd"},
    }


def test_a_moved_file_adds_nothing(repository: GitRepository) -> None:
    first = repository.commit("one", {"a.py": _SESSION})
    repository.commit("two", {"a.py": None, "b/c.py": f"import os\n\n\n{_SESSION}"})
    repository.commit("three", {"b/c.py": None, "d.py": _SESSION.replace("    ", "  ")})

    assert list(names_of(repository)) == [first]


def test_what_a_file_had_before_is_not_added_by_another_clause_of_it(repository: GitRepository) -> None:
    loom = "defmodule Loom do\n  def weave(:red), do: 1\nend\n"
    repository.commit("one", {"lib/loom.ex": loom})
    last = repository.commit(
        "two", {"lib/loom.ex": loom.replace("end\n", "  def weave(:blue), do: 2\n  def cut, do: 3\nend\n")}
    )
    opened = open_repository(repository.path, cache=repository.path)
    files = read_history(opened).files

    names = read_public_names(opened, files[files["sha"] == last])

    assert list(zip(names["change"], names["name"], strict=True)) == [("added", "Loom.cut")]


def test_what_the_whole_file_shows_to_be_internal_is_not_added(repository: GitRepository) -> None:
    loom = "defmodule Loom do\n  @moduledoc false\n\n  def weave(:red), do: 1\nend\n"
    first = repository.commit("one", {"lib/loom.ex": loom})
    repository.commit("two", {"lib/loom.ex": loom.replace("end\n", "\n  def cut, do: 3\nend\n")})

    assert names_of(repository) == {first: {"added Loom"}}


def test_contents_that_are_missing_or_huge_are_left_out(repository: GitRepository) -> None:
    huge = "def huge():\n    pass\n" + "#\n" * (1 << 19)
    repository.commit("one", {"a.py": _SESSION, "huge.py": huge, "binary.py": "def f():\n\0"})
    last = repository.commit("two", {"b.py": "def late():\n    pass\n"})
    opened = open_repository(repository.path, cache=repository.path)
    files = read_history(opened).files
    gone = files.loc[files["path"] == "a.py", "new_blob"].iloc[0]
    (repository.path / ".git/objects" / gone[:2] / gone[2:]).unlink()

    names = read_public_names(opened, files)

    assert list(zip(names["sha"], names["name"], strict=True)) == [(last, "late")]
