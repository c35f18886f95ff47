"""Turn commits into pieces of work: merges represent the commits they merged, and pull requests get a row of their own.

A pull request found in git gets the same key as in GitHub's lane, so a token later adds to it instead of duplicating
it: rows of that lane win over the rows made here (`achievement_pipeline.store.pieces.activities`).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandera.typing import DataFrame

from achievement_pipeline.columns.text import contains, join_by_key, replace
from achievement_pipeline.frames import RawPullRequestCommits, RawPullRequests
from achievement_pipeline.judging.impact.significance import have_reason
from achievement_pipeline.judging.links.references import link_pull_requests, name_pull_requests, pull_names
from achievement_pipeline.keys import GITHUB
from achievement_pipeline.lanes import ActivityKind

_ON_GITHUB = "(?i)^[^/]*github[^/]*/[^/]+/[^/]"
"""Repositories of GitHub, or of an Enterprise server: ``host/owner/name``."""


def credit_merges(activities: pd.DataFrame, merged_by: npt.NDArray[np.int64], lines: pd.Series[int]) -> pd.DataFrame:
    """Attribute each merge to the author of most of its lines; all others are co-authors.

    Where some of its commits were not read, as they are other people's, nobody knows who wrote most, and the author of
    the first of them is its author. A bot is the author only of a merge of nothing but its own commits, and never a
    co-author.

    Args:
        activities: One row per commit: ``person``, ``person_name``, ``coauthors``, ``completed_at``, ``reasons``.
        merged_by: As returned by `achievement_pipeline.judging.links.merges.find_merging_commits`.
        lines: Effective lines of each commit.
    """
    merged_in = np.flatnonzero(merged_by >= 0)
    if not len(merged_in):
        return activities
    work = activities.iloc[merged_in][["person", "person_name", "coauthors", "completed_at"]].assign(
        merge=merged_by[merged_in],
        lines=lines.iloc[merged_in].array,
        bot=have_reason(activities.iloc[merged_in]["reasons"], "bot").array,
        unread=have_reason(activities.iloc[merged_in]["reasons"], "unread").array,
    )
    is_unknown = work.groupby("merge")["unread"].transform("any")
    of_person = work.groupby(["merge", "person"])
    work["lines"] = of_person["lines"].transform("sum").mask(is_unknown, 0)
    work["since"] = of_person["completed_at"].transform("min").where(is_unknown)
    order = work.sort_values(["merge", "bot", "lines", "since", "person"], ascending=[True, True, False, True, True])
    authors = order.drop_duplicates("merge")
    authors = authors.set_index("merge")
    everybody = pd.concat([work.loc[~work["bot"], "person"], work["coauthors"].str.split(",").explode()])
    others = pd.DataFrame({"merge": work["merge"].reindex(everybody.index).array, "person": everybody.array})
    others = others[
        (others["person"] != others["merge"].map(authors["person"])) & others["person"].str.contains("@", regex=False)
    ]
    others = others[~others["person"].str.contains(",", regex=False)].drop_duplicates().sort_values(["merge", "person"])
    shared = join_by_key(others["person"], others["merge"], ",").reindex(authors.index, fill_value="")
    credited = activities.copy()
    for name, values in (("person", authors["person"]), ("person_name", authors["person_name"]), ("coauthors", shared)):
        credited.loc[credited.index[values.index], name] = values.array
    return credited


def title_merges(
    headers: pd.DataFrame, categories: pd.Series[str], merged_by: npt.NDArray[np.int64], lines: pd.Series[int]
) -> pd.Series[str]:
    """Return the titles of commits; a merge called after its branch, or vaguely, has that of its greatest commit.

    Greatest is the one with most lines among those of the merge's own category, else among all.

    Args:
        headers: Parsed messages (`peel`).
        categories: Category of each commit.
        merged_by: As in `credit_merges`.
        lines: Effective lines of each commit.
    """
    titles, weak = headers["title"], headers["weak"].to_numpy(dtype=bool)
    members = np.flatnonzero((merged_by >= 0) & ~weak & ~headers["merged"].to_numpy(dtype=bool))
    members = members[weak[merged_by[members]]]
    if not len(members):
        return titles
    merges = merged_by[members]
    order = np.lexsort((-lines.to_numpy()[members], categories.to_numpy()[members] != categories.to_numpy()[merges]))
    named, first = np.unique(merges[order], return_index=True)
    called = titles.copy()
    called.iloc[named] = titles.iloc[members[order[first]]].array
    return called


def pull_requests_of(  # noqa: PLR0913, PLR0917 - the inputs of judged pull requests
    activities: pd.DataFrame,
    commits: pd.DataFrame,
    headers: pd.DataFrame,
    merged_by: npt.NDArray[np.int64],
    commit_urls: Mapping[str, str],
    work: pd.Series[str],
) -> pd.DataFrame:
    """Return one row per GitHub pull request found in merge and squash commits, based on its commit's row.

    Args:
        activities: Judged commits.
        commits: The same commits as read.
        headers: Their parsed messages (`peel`).
        merged_by: As in `credit_merges`.
        commit_urls: URL prefix of commits, by repository.
        work: As in `link_pull_requests`, by commit.
    """
    merges = pd.Series(merged_by, index=commits.index)
    known = _are_pull_requests(commits, headers, merged_by)
    if not known.any():
        return activities.head(0)
    numbers = _numbers(headers["number"][known])
    found = commits[known].assign(number=numbers, squashed=~headers["merged"][known])
    found = (
        found.sort_values(["squashed", "committed_at", "sha"]).drop_duplicates(["repository", "number"]).sort_index()
    )
    pulls: DataFrame[RawPullRequests] = DataFrame(_as_read(found, headers))
    own = merges[merges.isin(found.index)]
    members: DataFrame[RawPullRequestCommits] = DataFrame(
        commits.loc[own.index].assign(number=found["number"][own].array, position=range(len(own)))
    )
    of_members = work[work.index.isin(own.index)].rename(own.to_dict())
    source_ids = GITHUB.source_ids(found["repository"], found["number"].astype("str"))
    urls = replace(found["repository"].map(commit_urls).astype("str"), r"/commit/$", "")
    return activities.loc[found.index].assign(
        key=GITHUB.keys(source_ids),
        kind=pd.Series(ActivityKind.PULL_REQUEST.value, index=found.index, dtype="str"),
        source_id=source_ids,
        url=(urls + "/pull/" + found["number"].astype("str")).astype("str"),
        names=name_pull_requests(pulls, members),
        links=link_pull_requests(pulls, members, pd.concat([work[work.index.isin(found.index)], of_members])),
    )


def name_pieces(commits: pd.DataFrame, headers: pd.DataFrame, merged_by: npt.NDArray[np.int64]) -> pd.Series[str]:
    """Return the name by which links refer to the piece of work that each commit is: its pull request, or itself."""
    known = _are_pull_requests(commits, headers, merged_by)
    names = "commit:" + commits["sha"]
    if not known.any():
        return names
    pulls = commits[known].assign(number=_numbers(headers["number"][known]))
    return names.mask(known, pull_names(pulls))


def _are_pull_requests(
    commits: pd.DataFrame, headers: pd.DataFrame, merged_by: npt.NDArray[np.int64]
) -> pd.Series[bool]:
    """Return which commits are a pull request of GitHub by themselves, not a part of one."""
    in_another = (merged_by >= 0) & headers["number"].iloc[merged_by].notna().to_numpy()
    return headers["number"].notna() & contains(commits["repository"], _ON_GITHUB) & ~in_another


def _numbers(numbers: pd.Series[str]) -> pd.Series[int]:
    return numbers.str.slice(0, 9).astype("int64").clip(lower=1)


def _as_read(found: pd.DataFrame, headers: pd.DataFrame) -> pd.DataFrame:
    """Return pull requests in the form of `RawPullRequests`. The title of a merge is the first line of its body."""
    merged = headers["merged"][found.index]
    behind = found["body"].str.split("\n", n=1).str
    return pd.DataFrame(
        {
            "repository": found["repository"],
            "number": found["number"],
            "title": found["subject"].where(~merged, behind[0]).fillna("").astype("str"),
            "body": found["body"].where(~merged, behind[1]).fillna("").astype("str"),
            "merge_commit": found["sha"],
            "branch": headers["branch"][found.index].fillna("").astype("str"),
            "closes": pd.Series("[]", index=found.index, dtype="str"),
        }
    )
