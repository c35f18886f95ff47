"""The public names that pieces of work added, in JSON and in words."""

import json
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import pytest

from achievement_pipeline.codes import PUBLIC_NAMES
from achievement_pipeline.frames import PublicNames
from achievement_pipeline.judging.impact.scores import score_commits
from achievement_pipeline.judging.links.history import History
from achievement_pipeline.judging.public_names import find_added_names, may_define_names, name_lines, name_words
from achievement_pipeline.judging.rules import CommitRules
from achievement_pipeline_tests.judging.file_rows import REPOSITORY, changed, commits, name, written
from achievement_pipeline_tests.store.sample_pieces import frame_of


def path_of(written: str) -> dict[str, str]:
    """Return a path, perhaps with its repository and a colon before it."""
    repository, _, path = written.rpartition(":")
    return {"path": path} | ({"repository": repository} if repository else {})


def added(
    *changes: Mapping[str, object],
    merged_by: Sequence[int] = (-1, -1, -1),
    noise: str | None = None,
    paths: Sequence[str] = ("a.py",),
) -> list[dict[str, list[str]]]:
    """Return the names that each of three commits added, the oldest first, given changes of names."""
    rows = [
        {"repository": REPOSITORY, "path": "a.py", "kind": "function", "change": "added"}
        | {key: value for key, value in change.items() if key != "commit"}
        | {"sha": name(int(str(change["commit"])))}
        for change in changes
    ]
    history = History(written({}, {}, {}))
    files = changed(*({"sha": name(0), "repository": REPOSITORY} | path_of(path) for path in paths))
    found = find_added_names(
        history,
        files,
        pd.Series(noise, index=files.index, dtype="str"),
        frame_of(PublicNames, rows),
        np.array(merged_by),
    )
    return [{kind: own["names"] for kind, own in json.loads(text or "{}").items()} for text in found]


def test_a_name_is_added_by_the_first_commit_that_has_it() -> None:
    assert added(
        {"commit": 2, "name": "load"},
        {"commit": 0, "name": "load"},
        {"commit": 1, "name": "load", "change": "removed"},
        {"commit": 1, "name": "dump"},
    ) == [{"function": ["load"]}, {"function": ["dump"]}, {}]


def test_a_merge_adds_what_is_left_of_its_commits() -> None:
    *_, merge = added(
        {"commit": 0, "name": "load"},
        {"commit": 0, "name": "draft"},
        {"commit": 1, "name": "draft", "change": "removed"},
        {"commit": 1, "name": "--jobs", "kind": "option"},
        merged_by=[2, 2, -1],
    )
    assert merge == {"function": ["load"], "option": ["--jobs"]}


def test_members_of_a_new_type_go_without_saying() -> None:
    first, *_ = added(
        {"commit": 0, "name": "Session", "kind": "class"},
        {"commit": 0, "name": "Session.close", "kind": "method"},
        {"commit": 0, "name": "Other.close", "kind": "method"},
    )
    assert first == {"class": ["Session"], "method": ["Other.close"]}


@pytest.mark.parametrize(
    ("path", "others", "is_program"),
    [
        ("cmd/x/run.go", ["cmd/x/main.go"], True),
        ("run.go", ["cmd/x/main.go"], False),
        ("src/run.rs", ["src/main.rs"], True),
        ("crates/x/src/a/run.rs", ["crates/x/src/main.rs"], True),
        ("src/run.rs", ["src/main.rs", "src/lib.rs"], False),
        ("crates/x/src/run.rs", ["src/main.rs"], False),
        ("src/run.rs", ["github.com/o/other:src/main.rs"], False),
    ],
)
def test_of_a_program_only_the_options_are_public(path: str, others: list[str], *, is_program: bool) -> None:
    first, *_ = added(
        {"commit": 0, "path": path, "name": "Run"},
        {"commit": 0, "path": path, "name": "--jobs", "kind": "option"},
        paths=[path, *others],
    )
    assert first == ({} if is_program else {"function": ["Run"]}) | {"option": ["--jobs"]}


def test_files_that_are_no_work_add_nothing() -> None:
    assert added({"commit": 0, "name": "load"}, noise="generated") == [{}, {}, {}]
    assert may_define_names(changed("a.py", "tests/a.py", "a.md", "vendor/a.py"))["path"].tolist() == ["a.py"]


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ({"class": {"count": 1, "names": ["Session"]}}, "class `Session`"),
        ({"option": {"count": 2, "names": ["--a", "--b"]}}, "options `--a` and `--b`"),
        (
            {"method": {"count": 1200, "names": ["A.b"]}, "variable": {"count": 1, "names": ["NO_COLOR"]}},
            "`A.b` and 1,199 other methods, environment variable `NO_COLOR`",
        ),
    ],
)
def test_words(names: Mapping[str, object], words: str) -> None:
    text = json.dumps(names)

    assert name_words(text) == words
    assert name_lines(pd.Series(["", text], index=["x", "y"], dtype="str"))["evidence"].to_dict() == {
        "y": f"adds {words}"
    }


def test_the_ledger_of_a_commit_shows_them_without_points() -> None:
    names = json.dumps({"option": {"count": 1, "names": ["--jobs"]}})
    scores = score_commits(commits({"public_names": names}), CommitRules())

    [line] = [line for line in json.loads(scores["ledger"].iloc[0]) if line["rule"] == PUBLIC_NAMES]
    assert (line["points"], line["evidence"]) == (0, "adds option `--jobs`")
