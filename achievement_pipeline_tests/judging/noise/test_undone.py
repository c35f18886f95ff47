"""Which changes of a file may take one another back, by their authors, times and line counts."""

import pandas as pd
import pytest

from achievement_pipeline.judging.noise.undone import find_undone
from achievement_pipeline_tests.judging.file_rows import changed, name, written

ADD = {"path": "a.py", "insertions": 40, "deletions": 0}
REMOVE = {"path": "a.py", "insertions": 1, "deletions": 40}


def pairs(*rows: dict[str, object], days: int = 7, **second: object) -> list[tuple[str, str]]:
    """Return the paths that have counterparts, with the commit of each: 0, then 1 some days later."""
    first_day = pd.Timestamp("2026-01-01", tz="UTC")
    commits = written({"committed_at": first_day}, {"committed_at": first_day + pd.Timedelta(days=days), **second})
    files = changed(*({"sha": name(0), "old_blob": f"{n}" * 40, **row} for n, row in enumerate(rows)))
    found = find_undone(commits, files)
    numbers = {name(0): "0", name(1): "1"}
    return sorted((numbers[sha], path) for sha, path in zip(found["sha"], found["path"], strict=True))


def test_what_its_author_removes_within_weeks_has_a_counterpart_on_both_sides() -> None:
    assert pairs(ADD, {"sha": name(1), **REMOVE}) == [("0", "a.py"), ("1", "a.py")]
    assert pairs(REMOVE, {"sha": name(1), **ADD}) == [("0", "a.py"), ("1", "a.py")]


@pytest.mark.parametrize(
    "second",
    [
        {**REMOVE, "path": "b.py"},
        {**REMOVE, "insertions": 30},
        {**REMOVE, "deletions": 9},
        ADD,
    ],
)
def test_another_file_a_rewrite_and_few_lines_have_none(second: dict[str, object]) -> None:
    assert pairs(ADD, {"sha": name(1), **second}) == []


def test_other_people_later_years_and_reverts_have_none() -> None:
    removal = {"sha": name(1), **REMOVE}
    assert pairs(ADD, removal, author_email="bob@example.org") == []
    assert pairs(ADD, removal, days=29) == []
    assert pairs(ADD, removal, subject='Revert "feat: add it"') == []


def test_lines_that_may_have_moved_to_another_file_have_none() -> None:
    moved = {"sha": name(1), "path": "b.py", "insertions": 25, "deletions": 0}
    assert pairs(ADD, {"sha": name(1), **REMOVE}, moved) == []


def test_no_files_have_none() -> None:
    assert find_undone(written({}), changed("a.py").head(0)).empty
    assert find_undone(written({}).head(0), changed("a.py").head(0)).empty
