"""Commits of one person that name one issue of their host are one piece of work: ``Add a cache, refs #569``."""

from __future__ import annotations

from typing import Final

import pandas as pd
from pandera.typing import DataFrame

from achievement_pipeline.columns.text import contains, extract_all_groups
from achievement_pipeline.frames import RawCommits
from achievement_pipeline.judging.categories.category import Category

_NAMES: Final = (
    r"(?i)(?:^|[^\w#/])(?:close[sd]?|closing|fix(?:e[sd])?|fixing|resolve[sd]?|resolving|refs?|references)[\s:]+"
    r"(?:issues?\s+)?#(\d{1,9})\b"
)
_ISSUE: Final = ["repository", "person", "number"]
_LEADING: Final = [
    Category.FEATURE.value,
    Category.BUGFIX.value,
    Category.PERFORMANCE.value,
    Category.SECURITY.value,
    Category.REFACTORING.value,
]
_SEVERAL: Final = r"#\d+\D+#\d+"
"""A message that names two is about both, or about neither."""
_PAUSE: Final = pd.Timedelta(days=90)
"""After a longer one, an issue that is named again is other work."""


def find_same_issue(
    commits: DataFrame[RawCommits], persons: pd.Series[str], categories: pd.Series[str], alone: pd.Series[bool]
) -> pd.Series[str]:
    """Return the object name of the leading commit for the same issue, by the other commits of its author.

    Only commits that name one issue, with a word such as ``refs`` or ``fixes``, are taken. The first that changes what
    a program does leads, since it gives the whole its title; if there is none, the first.

    Args:
        commits: Commits of any number of repositories.
        persons: Their authors, as canonical addresses.
        categories: Their categories.
        alone: Which of them are part of no pull request or merged branch, and may be work.
    """
    messages = commits["subject"][alone] + "\n\n" + commits["body"][alone]
    messages = messages[messages.str.contains("#", regex=False)]
    messages = messages[~contains(messages, _SEVERAL)]
    if messages.empty:
        return messages
    numbers = extract_all_groups(messages, _NAMES, ["number"])["number"]
    named = commits.loc[numbers.index, ["repository", "sha", "committed_at"]]
    named = named.assign(person=persons[numbers.index], number=numbers, minor=~categories[numbers.index].isin(_LEADING))
    named = named.dropna(subset="committed_at").sort_values([*_ISSUE, "committed_at", "sha"])
    goes_on = ~((named["committed_at"] - named.groupby(_ISSUE)["committed_at"].shift()) > _PAUSE)
    named["work"] = (~(goes_on & named.duplicated(_ISSUE))).cumsum()
    leading = named.sort_values(["work", "minor", "committed_at", "sha"]).drop_duplicates("work")
    led = named["work"].map(leading.set_index("work")["sha"])
    return led[led != named["sha"]].sort_index().astype("str")
