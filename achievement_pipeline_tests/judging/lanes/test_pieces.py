"""Who did the work that a merge brings."""

import datetime as dt

import numpy as np
import pandas as pd

from achievement_pipeline.judging.lanes.pieces import credit_merges


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
