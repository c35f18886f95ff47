"""Who did the work that a merge brings."""

import datetime as dt

import numpy as np
import pandas as pd

from achievement_pipeline.judging.categories.peel import peel
from achievement_pipeline.judging.lanes.pieces import credit_merges, title_merges


def credited(*commits: tuple[str, int, str]) -> tuple[str, str]:
    """Return author and co-authors of a merge of commits, the oldest first: of whom, lines, reasons."""
    whose, lines, reasons = zip(*commits, ("merger", 0, "merge"), strict=True)
    activities = pd.DataFrame(
        {
            "person": [f"{name}@example.org" for name in whose],
            "person_name": whose,
            "coauthors": "",
            "completed_at": [dt.datetime(2026, 1, day, tzinfo=dt.UTC) for day in range(1, len(whose) + 1)],
            "reasons": reasons,
        }
    ).astype(dict.fromkeys(("person", "person_name", "coauthors", "reasons"), "str"))
    merged_by = np.array([len(commits)] * len(commits) + [-1])
    merge = credit_merges(activities, merged_by, pd.Series(lines)).iloc[-1]
    return merge["person_name"], merge["coauthors"]


def test_who_wrote_most_lines_is_the_author() -> None:
    assert credited(("eve", 5, "small"), ("ann", 60, "lines>50"), ("eve", 9, "small")) == ("ann", "eve@example.org")


def test_where_others_were_not_read_the_first_is_the_author() -> None:
    """Who tidies a contribution up has not written it."""
    assert credited(("eve", 0, "unread"), ("ann", 60, "lines>50")) == ("eve", "ann@example.org")
    assert credited(("ann", 60, "lines>50"), ("eve", 0, "unread")) == ("ann", "eve@example.org")


def test_a_bot_is_no_author_of_what_people_did() -> None:
    assert credited(("robot", 900, "bot"), ("ann", 60, "lines>50")) == ("ann", "")


def titled(merge: str, *commits: tuple[str, str, int], category: str = "feature", body: str = "") -> str:
    """Return the title of a merge of commits: subject, category, lines."""
    subjects, categories, lines = zip(*commits, (merge, category, 0), strict=True)
    column = pd.Series(subjects, dtype="str")
    merged_by = np.array([len(commits)] * len(commits) + [-1])
    headers = peel(column, pd.Series([*[""] * len(commits), body], dtype="str"))
    return str(title_merges(headers, pd.Series(categories, dtype="str"), merged_by, pd.Series(lines)).iloc[-1])


def test_a_merge_that_is_called_after_its_branch_has_the_title_of_its_greatest_commit() -> None:
    commits = [
        ("Read tiles", "feature", 40),
        ("Weave tiles", "feature", 90),
        ("wip", "feature", 900),
        ("Test them", "testing", 300),
    ]
    assert titled("Merge branch 'ride-to-0.4.0'", *commits) == "Weave tiles"
    assert titled("Merge branch 'issue-205'", *commits, category="other") == "Test them"
    assert titled("Merge branch 'issue-205'", ("wip", "feature", 9)) == "issue 205"
    assert titled("Merge pull request #12 from ann/tiles", *commits, body="Weave all") == "Weave all"
