"""Histories are stored the same everywhere, and GitHub knows of them what git does."""

from pathlib import Path

from achievement_pipeline.demo.history import (
    Commit,
    History,
    Person,
    PullRequest,
    announce,
    append,
    merge,
    release,
    squash,
)

ANN = Person("Ann", "ann@example.org", "ann", 1)
BOB = Person("Bob", "bob@example.org", "bob", 2)
HISTORY = History(
    "engine",
    (
        Commit("2025-01-01 09:00", ANN, "Begin", {"a.py": "a = 1\n", "CHANGELOG.md": "# Changes\n\n## Unreleased\n"}),
        squash(
            "2025-01-02 09:00",
            ANN,
            PullRequest(1, "Add b", "Why."),
            {"b.py": "b = 2\n", "CHANGELOG.md": announce("Added", "b.")},
        ),
        Commit("2025-01-03 09:00", ANN, "One more", {"a.py": append("c = 3\n")}, branch="topic"),
        Commit("2025-01-04 09:00", ANN, "No more b", {"b.py": None}, branch="topic"),
        merge("2025-01-05 09:00", BOB, PullRequest(2, "c for b", branch="topic")),
        release("2025-01-06 09:00", BOB, "1.0.0"),
    ),
)


def test_a_history_has_the_same_object_names_everywhere(tmp_path: Path) -> None:
    for name in ("one.git", "two.git"):
        HISTORY.store(tmp_path / name)
    names = HISTORY.object_names(tmp_path / "one.git")
    assert names == HISTORY.object_names(tmp_path / "two.git")
    assert len(set(names)) == len(HISTORY.commits)


def test_github_knows_what_was_squashed_and_merged(tmp_path: Path) -> None:
    HISTORY.store(tmp_path / "engine.git")
    names = HISTORY.object_names(tmp_path / "engine.git")

    squashed, merged = HISTORY.at_github(tmp_path / "engine.git").pulls.values()

    assert (squashed["mergeCommit"], squashed["additions"], squashed["deletions"]) == ({"oid": names[1]}, 5, 0)
    assert [commit["oid"] for commit in merged["commits"]] == names[2:4]
    assert (merged["author"]["login"], merged["mergedBy"]["login"]) == ("ann", "bob")
    assert {(file["path"], file["changeType"], file["additions"], file["deletions"]) for file in merged["files"]} == {
        ("a.py", "MODIFIED", 1, 0),
        ("b.py", "DELETED", 0, 1),
    }


def test_a_release_moves_what_is_announced_below_its_heading() -> None:
    changelog = "# Changes\n\n## Unreleased\n"
    for change in (announce("Added", "One."), announce("Fixed", "Two."), announce("Added", "Three.")):
        assert callable(change)
        changelog = change(changelog)
    released = release("2025-01-06 09:00", BOB, "1.0.0").changes["CHANGELOG.md"]
    assert callable(released)
    assert released(changelog) == (
        "# Changes\n\n## Unreleased\n\n## 1.0.0 - 2025-01-06\n\n### Added\n\n- Three.\n- One.\n\n### Fixed\n\n- Two.\n"
    )
