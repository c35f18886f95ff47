"""The names that activities have, and the links by which they name each other: which of them are one piece of work.

A link leads to a name, whether an activity of that name is known or not: ``UTF-8`` is a link to nothing where no team
of Linear's is called UTF. Names compare without case, so they are lower case:

===================================  ================================================================================
``commit:<sha>``                     a commit, in whatever repository it is
``change:<repository>/<when>/<what>``  what a commit keeps when it is rebased: its author's date, and its subject
``contents:<repository>/<digest>``   what a commit keeps when it is reworded: which contents it turns into which
``pull:<host>/<owner>/<name>#12``    a pull request
``branch:<sha>``                     a pull request, by a commit of its branch
``issue:<host>/<owner>/<name>#12``   an issue of a tracker, by the GitHub issue that it is attached to
``issue:eng-12``                     an issue of a tracker, also by the identifiers that it had in other teams
===================================  ================================================================================

Each ``name_...`` function returns the column ``names`` of `Activities` for the rows of a raw frame, each ``link_...``
function the column ``links``, with the frame's index. What a text says of Linear issues is read in
`achievement_pipeline.judging.links.linear_references`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from enum import IntEnum

import pandas as pd
from pandera.typing import DataFrame

from achievement_pipeline.columns.json import json_lists, json_objects
from achievement_pipeline.columns.text import extract_groups, replace
from achievement_pipeline.frames import (
    DiffState,
    LinkTo,
    RawCommits,
    RawLinearIssues,
    RawLinearProjects,
    RawMlflowRuns,
    RawPullRequestCommits,
    RawPullRequests,
)
from achievement_pipeline.judging.categories import messages
from achievement_pipeline.judging.links.linear_references import read_branches, read_texts, read_titles

_ON_GITHUB = r"^https?://(?P<repository>[^/]+/[\w.-]+/[\w.-]+)/(?P<kind>issues|pull)/(?P<number>\d+)(?:[/?#].*)?$"
_AFTER_HOST = "/.*$"
_BETWEEN_WORDS = r"[^\pL\pN_]+"
_WORDS_OF_CHANGE = 60
"""Characters of a subject that tell a change from others of the same second."""

_NOTHING = pd.Series(dtype="str")

Names = pd.Series
"""Names (``str``) by row of a frame; a row may stand several times, in the order in which it names them."""


class Rank(IntEnum):
    """How an activity is known to belong to another one; where several ways lead to a parent, the lowest decides."""

    MERGE_COMMIT = 10
    """A pull request names the commit that its merge made: the merge itself, the squash, the last rebased commit."""
    OWN_COMMIT = 20
    """A pull request names the commits of its branch. Of several that do, the one that was merged first brought it."""
    REBASED_COMMIT = 30
    """The same, by what a commit keeps when it is rebased."""
    MERGED_BRANCH = 35
    """A merge brought the commit."""
    MERGE_SUBJECT = 40
    """A commit's subject is one that GitHub gives a squash, ``Say hello (#12)``, or a merge."""
    LOGGED_COMMIT = 45
    """A run logged the commit that its working directory was at."""
    LOGGED_BRANCH = 47
    """A run logged a commit of a pull request's branch."""
    ISSUE_IN_TITLE = 50
    ISSUE_IN_DESCRIPTION = 60
    """With a magic word: ``Fixes ENG-12``."""
    ISSUE_IN_BRANCH = 70
    CLOSED_ISSUE = 80
    """A pull request closed the GitHub issue that a Linear issue is attached to."""
    ATTACHMENT = 90
    """A Linear issue has the pull request attached."""
    SAME_COMMIT = 100
    """A commit is the same one as in another repository: a fork, a mirror."""
    LISTED = 110
    """Nothing belongs to what only lists it."""


def name_commits(commits: DataFrame[RawCommits], contents: Names | None = None) -> pd.Series[str]:
    """Return the names of each commit: its own, those of commits that it replaces, and what it keeps when rewritten.

    Args:
        commits: Commits of any number of repositories.
        contents: Digests of what they change (`same_work.digest_contents`), for those where it is known.
    """
    repositories = commits["repository"]
    replaced = commits["replaces"][commits["replaces"] != ""].str.replace(" ", '","commit:', regex=False)
    names = '"commit:' + commits["sha"] + '"'
    for more in (
        "commit:" + replaced,
        _changes(repositories, commits["authored_at"], commits["subject"]),
        "contents:" + repositories.str.lower() + "/" + contents if contents is not None else None,
    ):
        if more is not None:
            names += (',"' + more + '"').reindex(commits.index).fillna("")
    return "[" + names + "]"


def link_commits(commits: DataFrame[RawCommits], merged_in: Names | None = None) -> pd.Series[str]:
    """Return the links of each commit: to its pull request, to the Linear issues that it names, to itself elsewhere.

    A subject is read as a title, for that of a squash is one, but for that of a merge, which names a branch; the rest
    of the message needs magic words.

    Args:
        commits: Commits of any number of repositories.
        merged_in: Object names of the commits that a merge brought, by its row.
    """
    subjects, bodies = commits["subject"], commits["body"]
    numbers = messages.merged_numbers(subjects)
    titles = subjects[commits["diff"] != DiffState.MERGE]
    references = read_texts(subjects + "\n\n" + bodies)
    return _links(
        commits.index,
        (
            (Rank.MERGE_SUBJECT, LinkTo.PARENT, "pull:" + commits["repository"].str.lower() + "#" + numbers),
            (Rank.MERGED_BRANCH, LinkTo.CHILD, "commit:" + (_NOTHING if merged_in is None else merged_in)),
            (Rank.ISSUE_IN_TITLE, LinkTo.PARENT, _issues(references.without(read_titles(titles)))),
            (Rank.ISSUE_IN_DESCRIPTION, LinkTo.PARENT, _issues(references.belongs)),
            (Rank.SAME_COMMIT, LinkTo.PARENT, "commit:" + commits["sha"]),
            (Rank.LISTED, LinkTo.LISTED, _issues(references.related)),
        ),
    )


def name_pull_requests(
    pull_requests: DataFrame[RawPullRequests], commits: DataFrame[RawPullRequestCommits]
) -> pd.Series[str]:
    """Return the names of each pull request: its number, and the commits of its branch, which a squash leaves out."""
    own = _own_commits(pull_requests, commits)
    return _lists(pull_requests.index, [_pulls(pull_requests), "branch:" + own["sha"]])


def link_pull_requests(
    pull_requests: DataFrame[RawPullRequests], commits: DataFrame[RawPullRequestCommits]
) -> pd.Series[str]:
    """Return the links of each pull request: to its commits, and to the Linear issues that it is for.

    What the messages of its commits name is listed, for a squash leaves them behind.

    Args:
        pull_requests: Pull requests of any number of repositories.
        commits: The commits of their branches.
    """
    own = _own_commits(pull_requests, commits)
    references = read_texts(pull_requests["title"] + "\n\n" + pull_requests["body"])
    also = pd.concat([references.related, _named_by_commits(own)])
    closed = pull_requests["closes"].map(json.loads).explode().dropna()
    hosts = replace(pull_requests["repository"].str.lower(), _AFTER_HOST, "").reindex(closed.index)
    return _links(
        pull_requests.index,
        (
            (Rank.MERGE_COMMIT, LinkTo.CHILD, "commit:" + pull_requests["merge_commit"]),
            (Rank.OWN_COMMIT, LinkTo.CHILD, "commit:" + own["sha"]),
            (
                Rank.REBASED_COMMIT,
                LinkTo.CHILD,
                _changes(own["repository"], own["authored_at"], own["subject"]),
            ),
            (Rank.ISSUE_IN_TITLE, LinkTo.PARENT, _issues(references.without(read_titles(pull_requests["title"])))),
            (Rank.ISSUE_IN_DESCRIPTION, LinkTo.PARENT, _issues(references.belongs)),
            (Rank.ISSUE_IN_BRANCH, LinkTo.PARENT, _issues(references.without(read_branches(pull_requests["branch"])))),
            (Rank.CLOSED_ISSUE, LinkTo.PARENT, "issue:" + hosts + "/" + closed.astype("str").str.lower()),
            (Rank.LISTED, LinkTo.LISTED, _issues(also)),
        ),
    )


def link_reviews(reviews: pd.DataFrame) -> pd.Series[str]:
    """Return the links of reviews: each lists its pull request (``repository``, ``number``), somebody else's work."""
    return _links(reviews.index, [(Rank.LISTED, LinkTo.LISTED, _pulls(reviews))])


def name_issues(issues: DataFrame[RawLinearIssues]) -> pd.Series[str]:
    """Return the names of each Linear issue: its identifiers, and the GitHub issues that it is attached to."""
    former = issues["previous_identifiers"].map(json.loads).explode().dropna()
    return _lists(
        issues.index, [_issues(issues["identifier"]), _issues(former), "issue:" + _attached(issues, "issues")]
    )


def link_issues(issues: DataFrame[RawLinearIssues]) -> pd.Series[str]:
    """Return the links of each Linear issue: to the pull requests that are attached to it."""
    return _links(issues.index, [(Rank.ATTACHMENT, LinkTo.CHILD, "pull:" + _attached(issues, "pull"))])


def link_projects(projects: DataFrame[RawLinearProjects], issues: DataFrame[RawLinearIssues]) -> pd.Series[str]:
    """Return the links of each Linear project: it lists its issues, each of which is a piece of work of its own.

    Args:
        projects: Completed projects.
        issues: Completed issues, of these projects and of others.
    """
    rows = pd.Series(projects.index, index=projects["id"])
    of_projects = issues[issues["project_id"].isin(projects["id"])].sort_values(["completed_at", "identifier"])
    identifiers = of_projects["identifier"].set_axis(of_projects["project_id"].map(rows).array)
    return _links(projects.index, [(Rank.LISTED, LinkTo.LISTED, _issues(identifiers))])


def link_runs(runs: DataFrame[RawMlflowRuns]) -> pd.Series[str]:
    """Return the links of each MLflow run: to the commit that it logged as its source.

    Where that was left behind when its branch was squashed or rebased, it leads to the pull request.
    """
    logged = runs["source_commit"].str.lower()
    return _links(
        runs.index,
        (
            (Rank.LOGGED_COMMIT, LinkTo.PARENT, "commit:" + logged),
            (Rank.LOGGED_BRANCH, LinkTo.PARENT, "branch:" + logged),
        ),
    )


def _pulls(rows: pd.DataFrame) -> Names:
    return "pull:" + rows["repository"].str.lower() + "#" + rows["number"].astype("str")


def _issues(identifiers: pd.Series) -> Names:
    return "issue:" + identifiers.astype("str").str.lower()


def _changes(repositories: pd.Series, authored_at: pd.Series, subjects: pd.Series) -> Names:
    """Return what commits keep when they are rebased; missing where the date is.

    A btree's entry is small, and no quote or backslash may stand in it, so that of the subject only the first words
    are taken.
    """
    seconds = authored_at.dt.strftime("%Y%m%dT%H%M%SZ").astype("str")
    words = replace(subjects, _BETWEEN_WORDS, "-").str.slice(0, _WORDS_OF_CHANGE).str.lower()
    changes: Names = "change:" + repositories.str.lower() + "/" + seconds + "/" + words
    return changes


def _own_commits(pull_requests: pd.DataFrame, commits: pd.DataFrame) -> pd.DataFrame:
    """Return the commits with the index of their pull request, the oldest first."""
    rows = pull_requests[["repository", "number"]].assign(row=pull_requests.index)
    own = commits.merge(rows, on=["repository", "number"])
    return own.sort_values(["row", "position"]).set_index("row")


def _named_by_commits(own: pd.DataFrame) -> pd.Series[str]:
    """Return what each message names by itself, as `link_commits` reads it; the index is that of ``own``."""
    messages_alone = own.reset_index()
    references = read_texts(messages_alone["subject"] + "\n\n" + messages_alone["body"])
    titles = references.without(read_titles(messages_alone["subject"]))
    named = pd.concat([titles, references.belongs, references.related]).sort_index(kind="stable")
    return named.set_axis(own.index[named.index])


def _attached(issues: pd.DataFrame, what: str) -> Names:
    """Return ``host/owner/name#number`` of the pull requests, or the issues, of GitHub that issues have attached."""
    urls = issues["attachments"].map(_urls).explode().dropna().astype("str")
    found = extract_groups(urls, _ON_GITHUB)
    found = found[found["kind"] == what]
    return found["repository"].str.lower() + "#" + found["number"]


def _urls(attachments: str) -> list[str]:
    return [attachment["url"] for attachment in json.loads(attachments)]


def _lists(index: pd.Index, named: Iterable[Names]) -> pd.Series[str]:
    """Return the JSON list of the names of each row."""
    names = pd.concat(list(named)).astype("str")
    rows = pd.Series(index.get_indexer(names.index))
    once = pd.DataFrame({"row": rows, "name": names.array}).drop_duplicates().sort_values("row", kind="stable")
    quoted = once["name"].map(json.dumps).astype("str").reset_index(drop=True)
    return _by_row(index, quoted, once["row"].reset_index(drop=True))


def _links(index: pd.Index, stated: Iterable[tuple[Rank, LinkTo, Names]]) -> pd.Series[str]:
    """Return the JSON list of the links of each row, by rank. What is named twice counts where it is named first."""
    links = pd.concat([_as_links(*one) for one in stated])
    links["row"] = index.get_indexer(links.index)
    links = links.sort_values(["row", "rank"], kind="stable").drop_duplicates(["row", "to", "name"])
    links = links.reset_index(drop=True)
    return _by_row(index, json_objects(links[["rank", "to", "name"]]), links["row"])


def _as_links(rank: Rank, to: LinkTo, names: Names) -> pd.DataFrame:
    known = names.dropna().astype("str")
    return pd.DataFrame({"rank": rank.value, "to": to.value, "name": known}, index=known.index)


def _by_row(index: pd.Index, values: pd.Series[str], rows: pd.Series) -> pd.Series[str]:
    return json_lists(values, rows).reindex(range(len(index)), fill_value="[]").set_axis(index).astype("str")
