"""Commits of one person that name one issue of their host are one piece of work."""

import datetime as dt

import pandas as pd

from achievement_pipeline.frames import RawCommits
from achievement_pipeline.judging.links.same_issue import find_same_issue
from achievement_pipeline_tests.raw_frames import Row, after, raw_frame

_DAY = 24


def parents(*rows: Row) -> dict[str, str]:
    """Return the leading commit for the same issue, by commit. Each mapping has a message; the days go on by one."""
    given = [
        {"sha": f"{number:040x}", "committed_at": after(number * _DAY), "author_email": "ann@example.org"} | dict(row)
        for number, row in enumerate(rows)
    ]
    commits = raw_frame(RawCommits, *given)
    alone = pd.Series([bool(row.get("alone", True)) for row in rows], dtype=bool)
    categories = pd.Series([str(row.get("category", "feature")) for row in rows], dtype="str")
    found = find_same_issue(commits, commits["author_email"], categories, alone)
    return {f"c{row}": f"c{int(sha, 16)}" for row, sha in found.items()}


def commit(subject: str, **more: object) -> Row:
    """Return a commit."""
    return {"subject": subject, **more}


def test_later_commits_for_an_issue_belong_to_the_first() -> None:
    assert parents(
        commit("Add a cache, refs #569"), commit("Fixes #12"), commit("Document the cache", body="Refs: #569"),
        commit("Use the cache, closes #569"),
    ) == {"c2": "c0", "c3": "c0"}  # fmt: skip


def test_a_test_or_text_does_not_lead() -> None:
    assert parents(commit("Test it, refs #1", category="testing"), commit("Add it, fixes #1")) == {"c0": "c1"}
    both = [commit("Test it, refs #1", category="testing"), commit("Describe it, refs #1", category="documentation")]
    assert parents(*both) == {"c1": "c0"}


def test_only_one_issue_after_a_word_is_sure() -> None:
    first = commit("Add a cache, refs #569")

    for other in ("Say hello (#569)", "#569", "refs #569, #570", "Fix other/project#569", "refs #5690"):
        assert parents(first, commit(other)) == {}


def test_other_people_pull_requests_and_long_pauses_are_other_work() -> None:
    first = commit("Add a cache, refs #569")

    assert parents(first, commit("Fixes #569", author_email="bob@example.org")) == {}
    assert parents(first, commit("Fixes #569", repository="github.com/acme/other")) == {}
    assert parents(first, commit("Fixes #569", alone=False)) == {}
    assert parents(first, commit("Fixes #569", committed_at=after(91 * _DAY))) == {}


def test_the_first_commit_is_the_earliest_whatever_the_order() -> None:
    late, early = after(5 * _DAY), after(1 * _DAY)

    assert parents(commit("Fixes #1", committed_at=late), commit("Refs #1", committed_at=early)) == {"c0": "c1"}
    assert late - early == dt.timedelta(days=4)
