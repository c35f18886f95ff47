"""The names of activities, and the links between them that form pieces of work.

A link points to a name, whether an activity has that name or not: ``UTF-8`` points nowhere unless a Linear team is
called UTF. Names ignore case, so they are in lower case:

===================================  ================================================================================
``commit:<sha>``                     a commit, in any repository
``change:<repository>/<when>/<what>``  a commit that may be rebased, by author date and subject
``contents:<repository>/<digest>``   a commit that may be reworded, by the contents it changes
``work:<digest>``                    a commit whose history may be moved to another repository, under other paths
``pull:<host>/<owner>/<name>#12``    a pull request
``branch:<sha>``                     a pull request, by a commit on its branch
``issue:<host>/<owner>/<name>#12``   an issue of a tracker, by the GitHub issue attached to it
``issue:eng-12``                     an issue of a tracker, by its identifiers, former ones included
===================================  ================================================================================

The ``name_...`` functions return the column ``names`` of `Activities` for a raw frame, the ``link_...`` functions the
column ``links``; those of a tracker or a server are in the module of its lane. Both keep the index.
`achievement_pipeline.judging.links.linear_references` finds the issues that texts reference.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from enum import IntEnum

import numpy as np
import pandas as pd
from pandera.typing import DataFrame

from achievement_pipeline.columns.json import json_lists, json_objects
from achievement_pipeline.columns.text import replace
from achievement_pipeline.frames import (
    DiffState,
    LinkTo,
    RawCommits,
    RawPullRequestCommits,
    RawPullRequests,
)
from achievement_pipeline.judging.categories import messages
from achievement_pipeline.judging.links.linear_references import read_branches, read_texts, read_titles

_AFTER_HOST = "/.*$"
_BETWEEN_WORDS = r"[^\pL\pN_]+"
_WORDS_OF_CHANGE = 60
"""Maximum length of the subject in a name, in characters; it distinguishes changes made in the same second."""

_NOTHING = pd.Series(dtype="str")

Names = pd.Series
"""Names (``str``), indexed by row, in order of occurrence; the index may repeat."""


class Rank(IntEnum):
    """The kind of link from an activity to its parent. If several links lead to a parent, the lowest rank wins."""

    MERGE_COMMIT = 10
    """A pull request links to the commit of its merge: the merge, the squash, or the last rebased commit."""
    OWN_COMMIT = 20
    """A pull request links to the commits on its branch. The pull request that was merged first wins."""
    REBASED_COMMIT = 30
    """As OWN_COMMIT, by author date and subject."""
    MERGED_BRANCH = 35
    """A merge contains the commit."""
    MERGE_SUBJECT = 40
    """The subject is one that GitHub generates for a squash, ``Say hello (#12)``, or a merge."""
    LOGGED_COMMIT = 45
    """A run logged the commit of its working directory."""
    LOGGED_BRANCH = 47
    """A run logged a commit on a pull request's branch."""
    ISSUE_IN_TITLE = 50
    ISSUE_IN_DESCRIPTION = 60
    """With a magic word: ``Fixes ENG-12``."""
    ISSUE_IN_BRANCH = 70
    CLOSED_ISSUE = 80
    """A pull request closed the GitHub issue that is attached to a Linear issue."""
    ATTACHMENT = 90
    """The pull request is attached to a Linear issue."""
    SAME_ISSUE = 95
    """The leading commit of the same person that names the same issue of their host."""
    SAME_COMMIT = 100
    """The same commit exists in another repository: a fork or mirror."""
    SAME_WORK = 105
    """The commit, or one of the pull request, exists in another repository: history was moved there."""
    LISTED = 110
    """Listed activities do not belong to the one that lists them."""


def name_commits(
    commits: DataFrame[RawCommits], contents: Names | None = None, work: Names | None = None
) -> pd.Series[str]:
    """Return the names of each commit: its own, those of commits it replaces, and those that survive a rewrite.

    Args:
        commits: Commits of any number of repositories.
        contents: Digests of the changed contents (`same_work.digest_contents`), where known.
        work: Digests that are the same in any repository (`same_work.digest_work`), where known.
    """
    repositories = commits["repository"]
    replaced = commits["replaces"][commits["replaces"] != ""].str.replace(" ", '","commit:', regex=False)
    names = '"commit:' + commits["sha"] + '"'
    for more in (
        "commit:" + replaced,
        _changes(repositories, commits["authored_at"], commits["subject"]),
        "contents:" + repositories.str.lower() + "/" + contents if contents is not None else None,
        "work:" + work if work is not None else None,
    ):
        if more is not None and not more.empty:
            names += (',"' + more + '"').reindex(commits.index).fillna("")
    return "[" + names + "]"


def link_commits(
    commits: DataFrame[RawCommits],
    merged_in: Names | None = None,
    work: Names | None = None,
    same_issue: Names | None = None,
) -> pd.Series[str]:
    """Return the links of each commit: to its pull request, to issues, and to the same commit elsewhere.

    A subject is read like a title, because that of a squash is one, unless the commit is a merge, whose subject names a
    branch. In the body, issues need magic words.

    Args:
        commits: Commits of any number of repositories.
        merged_in: Object names of the commits in each merge, indexed by the merge's row.
        work: As in `name_commits`.
        same_issue: Object names of the leading commit for the same issue (`same_issue.find_same_issue`).
    """
    subjects, bodies = commits["subject"], commits["body"]
    numbers = messages.merged_numbers(subjects)
    titles = subjects[commits["diff"] != DiffState.MERGE]
    references = read_texts(subjects + "\n\n" + bodies)
    return links_column(
        commits.index,
        (
            (Rank.MERGE_SUBJECT, LinkTo.PARENT, "pull:" + commits["repository"].str.lower() + "#" + numbers),
            (Rank.MERGED_BRANCH, LinkTo.CHILD, "commit:" + (_NOTHING if merged_in is None else merged_in)),
            (Rank.ISSUE_IN_TITLE, LinkTo.PARENT, issue_names(references.without(read_titles(titles)))),
            (Rank.ISSUE_IN_DESCRIPTION, LinkTo.PARENT, issue_names(references.belongs)),
            (Rank.SAME_ISSUE, LinkTo.PARENT, "commit:" + (_NOTHING if same_issue is None else same_issue)),
            (Rank.SAME_COMMIT, LinkTo.PARENT, "commit:" + commits["sha"]),
            (Rank.SAME_WORK, LinkTo.ELSEWHERE, "work:" + (_NOTHING if work is None else work)),
            (Rank.LISTED, LinkTo.LISTED, issue_names(references.related)),
        ),
    )


def name_pull_requests(
    pull_requests: DataFrame[RawPullRequests], commits: DataFrame[RawPullRequestCommits]
) -> pd.Series[str]:
    """Return the names of each pull request: its number, and the commits on its branch, which a squash drops."""
    own = _own_commits(pull_requests, commits)
    return names_column(pull_requests.index, [pull_names(pull_requests), "branch:" + own["sha"]])


def link_pull_requests(
    pull_requests: DataFrame[RawPullRequests], commits: DataFrame[RawPullRequestCommits], work: Names | None = None
) -> pd.Series[str]:
    """Return the links of each pull request: to its commits and to issues.

    Issues in its commit messages are listed, because a squash drops those messages.

    Args:
        pull_requests: Pull requests of any number of repositories.
        commits: The commits on their branches.
        work: Digests of these commits that are the same in any repository (`same_work.digest_work`), where known.
    """
    own = _own_commits(pull_requests, commits)
    references = read_texts(pull_requests["title"] + "\n\n" + pull_requests["body"])
    also = pd.concat([references.related, _named_by_commits(own)])
    in_branch = references.without(read_branches(pull_requests["branch"]))
    closed = pull_requests["closes"].map(json.loads).explode().dropna()
    hosts = replace(pull_requests["repository"].str.lower(), _AFTER_HOST, "").reindex(closed.index)
    return links_column(
        pull_requests.index,
        (
            (Rank.MERGE_COMMIT, LinkTo.CHILD, "commit:" + pull_requests["merge_commit"]),
            (Rank.OWN_COMMIT, LinkTo.CHILD, "commit:" + own["sha"]),
            (
                Rank.REBASED_COMMIT,
                LinkTo.CHILD,
                _changes(own["repository"], own["authored_at"], own["subject"]),
            ),
            (Rank.ISSUE_IN_TITLE, LinkTo.PARENT, issue_names(references.without(read_titles(pull_requests["title"])))),
            (Rank.ISSUE_IN_DESCRIPTION, LinkTo.PARENT, issue_names(references.belongs)),
            (Rank.ISSUE_IN_BRANCH, LinkTo.PARENT, issue_names(in_branch)),
            (Rank.SAME_WORK, LinkTo.ELSEWHERE, "work:" + (_NOTHING if work is None else work)),
            (Rank.CLOSED_ISSUE, LinkTo.PARENT, "issue:" + hosts + "/" + closed.astype("str").str.lower()),
            (Rank.LISTED, LinkTo.LISTED, issue_names(also)),
        ),
    )


def link_reviews(reviews: pd.DataFrame) -> pd.Series[str]:
    """Return the links of reviews: each lists its pull request (``repository``, ``number``)."""
    return links_column(reviews.index, [(Rank.LISTED, LinkTo.LISTED, pull_names(reviews))])


def pull_names(rows: pd.DataFrame) -> Names:
    """Return the names of pull requests by their ``repository`` and ``number``."""
    return "pull:" + rows["repository"].str.lower() + "#" + rows["number"].astype("str")


def issue_names(identifiers: pd.Series) -> Names:
    """Return the names of issues by their identifiers."""
    return "issue:" + identifiers.astype("str").str.lower()


def _changes(repositories: pd.Series, authored_at: pd.Series, subjects: pd.Series) -> Names:
    """Return names that survive a rebase; missing without an author date.

    Only the first words of the subject are used, because entries in a btree must be small and contain no quotes or
    backslashes.
    """
    if subjects.empty:
        return subjects
    seconds = authored_at.dt.strftime("%Y%m%dT%H%M%SZ").astype("str")
    words = replace(subjects, _BETWEEN_WORDS, "-").str.slice(0, _WORDS_OF_CHANGE).str.lower()
    changes: Names = "change:" + repositories.str.lower() + "/" + seconds + "/" + words
    return changes


def _own_commits(pull_requests: pd.DataFrame, commits: pd.DataFrame) -> pd.DataFrame:
    """Return the commits of each pull request, indexed by its row, oldest first."""
    if commits.empty:
        return commits
    rows = pull_requests[["repository", "number"]].assign(row=pull_requests.index)
    own = commits.merge(rows, on=["repository", "number"])
    return own.sort_values(["row", "position"]).set_index("row")


def _named_by_commits(own: pd.DataFrame) -> pd.Series[str]:
    """Return the issues in each commit message, as read by `link_commits`; the index is that of ``own``."""
    if own.empty:
        return _NOTHING
    messages_alone = own.reset_index()
    references = read_texts(messages_alone["subject"] + "\n\n" + messages_alone["body"])
    titles = references.without(read_titles(messages_alone["subject"]))
    named = pd.concat([titles, references.belongs, references.related]).sort_index(kind="stable")
    return named.set_axis(own.index[named.index])


def names_column(index: pd.Index, named: Iterable[Names]) -> pd.Series[str]:
    """Return a JSON list of the names of each row."""
    names = pd.concat(list(named)).astype("str")
    rows = pd.Series(index.get_indexer(names.index))
    once = pd.DataFrame({"row": rows, "name": names.array}).drop_duplicates().sort_values("row", kind="stable")
    quoted = once["name"].map(json.dumps).astype("str").reset_index(drop=True)
    return _by_row(index, quoted, once["row"].reset_index(drop=True))


def links_column(index: pd.Index, stated: Iterable[tuple[Rank, LinkTo, Names]]) -> pd.Series[str]:
    """Return a JSON list of the links of each row, by rank. Duplicate links keep their lowest rank."""
    some = [(rank, to, names) for rank, to, column in stated if not (names := column.dropna()).empty]
    if not some:
        return pd.Series("[]", index=index, dtype="str")
    ranks, relations, known = zip(*some, strict=True)
    sizes = [len(names) for names in known]
    names = pd.concat(known)
    links = pd.DataFrame(
        {
            "row": index.get_indexer(names.index),
            "rank": np.repeat([rank.value for rank in ranks], sizes),
            "to": np.repeat([to.value for to in relations], sizes),
            "name": names.astype("str").array,
        }
    )
    links = links.sort_values(["row", "rank"], kind="stable").drop_duplicates(["row", "to", "name"])
    links = links.reset_index(drop=True)
    return _by_row(index, json_objects(links[["rank", "to", "name"]]), links["row"])


def _by_row(index: pd.Index, values: pd.Series[str], rows: pd.Series) -> pd.Series[str]:
    return json_lists(values, rows).reindex(range(len(index)), fill_value="[]").set_axis(index).astype("str")
