"""The names that activities have, and the links by which they name each other: which of them are one piece of work.

A link leads to a name, whether an activity of that name is known or not: ``UTF-8`` is a link to nothing where no team
of Linear's is called UTF. Names compare without case, so they are lower case:

=================================  ==============================================================
``commit:<sha>``                   a commit, in whatever repository it is
``pull:<host>/<owner>/<name>#12``  a pull request
``linear:eng-12``                  a Linear issue, also by the identifiers that it had in other teams
=================================  ==============================================================
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

import pandas as pd
from pandera.typing import DataFrame

from achievement_pipeline.frames import LinkTo, RawCommits
from achievement_pipeline.json_columns import json_lists, json_objects
from achievement_pipeline.judging import messages


class Rank(IntEnum):
    """How an activity is known to belong to another one; where several ways lead to a parent, the lowest decides."""

    MERGE_COMMIT = 10
    """A pull request names the commit that its merge made: the merge itself, the squash, the last rebased commit."""
    OWN_COMMIT = 20
    """A pull request names the commits of its branch. In several, the one that was merged first brought it."""
    SQUASH_SUBJECT = 40
    """A commit's subject ends with the number of a pull request: ``(#12)``."""
    ISSUE_IN_TITLE = 50
    ISSUE_IN_DESCRIPTION = 60
    """With a magic word: ``Fixes ENG-12``."""
    ISSUE_IN_BRANCH = 70
    ISSUE_ATTACHMENT = 80
    """A Linear issue has the pull request attached."""
    LOGGED_COMMIT = 10
    """A run logged the commit that its working directory was at."""


def name_commits(commits: DataFrame[RawCommits]) -> pd.Series[str]:
    """Return the JSON list of the names of each commit."""
    return '["commit:' + commits["sha"] + '"]'


def link_commits(commits: DataFrame[RawCommits]) -> pd.Series[str]:
    """Return the JSON list of the links of each commit: to the pull request that its subject ends with."""
    numbers = messages.squash_numbers(commits["subject"]).dropna()
    pulls = "pull:" + commits["repository"].str.lower() + "#" + numbers
    return _links(commits.index, [(Rank.SQUASH_SUBJECT, LinkTo.PARENT, pulls.dropna())])


def _links(index: pd.Index, stated: Iterable[tuple[Rank, LinkTo, pd.Series[str]]]) -> pd.Series[str]:
    """Return the JSON list of links of each row.

    Args:
        index: The rows, unique.
        stated: Names by row, those of one row in the order in which it names them. What is named twice counts where it
            is named first, by rank.
    """
    links = pd.concat([names.to_frame("name").assign(rank=rank.value, to=to.value) for rank, to, names in stated])
    links["row"] = index.get_indexer(links.index)
    links = links.sort_values(["row", "rank"], kind="stable").drop_duplicates(["row", "to", "name"])
    lists = json_lists(
        json_objects(links[["rank", "to", "name"]].reset_index(drop=True)), links["row"].reset_index(drop=True)
    )
    return lists.reindex(range(len(index)), fill_value="[]").set_axis(index).astype("str")
