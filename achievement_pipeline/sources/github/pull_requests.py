"""Read the merged pull requests of a repository, asking only for those that changed since they were stored.

GitHub moves ``updatedAt`` with every change of a pull request, and gives the last changed first: what is newer than the
newest stored change is all there is to read. (ETags, GitHub's other way to say "nothing new", are for REST only, where
a pull request takes five requests instead of a hundredth of one.)
"""

import re
from typing import Any

from achievement_pipeline.errors import SourceError
from achievement_pipeline.sources.github import documents
from achievement_pipeline.sources.github.client import GitHubClient
from achievement_pipeline.sources.github.records import Commit, File, PullRequest, Review
from achievement_pipeline.sources.github.rest import read_through_rest
from achievement_pipeline.sources.github.rows import PullRequests, Rows, merge_rows, watermark
from achievement_pipeline.sources.records import parse_records


def read_pull_requests(client: GitHubClient, repository: str, stored: PullRequests | None = None) -> PullRequests:
    """Read the merged pull requests of a repository, with their commits, files and reviews.

    With a token, GraphQL gives all of a hundred pull requests in a request; where nothing changed, one small request
    tells. Without a token, `read_through_rest` reads what can be had.

    Args:
        client: The way to GitHub.
        repository: Key of the repository: host/owner/name.
        stored: What an earlier reading of the same repository gave. It is only a cache. What changes without touching
            a pull request (a renamed label or account) shows when the pull request is read anew.

    Raises:
        SourceError: The repository can't be read.
    """
    if not re.fullmatch(r"[^/]+/[^/]+/[^/]+", repository):
        raise SourceError(f"{repository} is no repository on GitHub: its key should be host/owner/name.")
    if stored is not None and stored.pull_requests.empty:
        stored = None
    if not client.is_known:
        return read_through_rest(client, repository, stored)
    nodes, total, public = _read_changed(client, repository, stored)
    if stored is not None and total < len(stored.pull_requests):
        # some are gone, which no watermark can show
        stored = None
        nodes, _, public = _read_changed(client, repository, stored)
    warnings: list[str] = []
    rows = _to_rows(repository, nodes, warnings)
    numbers = [node["number"] for node in nodes if isinstance(node, dict) and node.get("number")]
    return merge_rows(stored, numbers, rows)._replace(warnings=tuple(warnings), public=public)


def _read_changed(client: GitHubClient, repository: str, stored: PullRequests | None) -> tuple[list[Any], int, bool]:
    """Return what changed, the last change first, how many are merged, and whether everybody can see the repository."""
    _, owner, name = repository.split("/")
    since = watermark(stored) if stored else ""
    nodes: list[Any] = []
    total = 0
    public = False
    for page in client.graphql.pages(
        documents.PULL_REQUESTS,
        {"owner": owner, "name": name},
        ["repository", "pullRequests"],
        client.page,
        start=min(documents.PROBE, client.page) if stored else None,
    ):
        total = page.total_count
        # what is for the members of an enterprise only counts as private there too
        public = page.holder.get("isPrivate") is False
        changed = [node for node in page.nodes if not _is_older(node, since)]
        rest = documents.REST_OF_PULL_REQUEST
        nodes.extend(client.graphql.complete(node, "node", rest, documents.PAGE) for node in changed)
        if len(changed) < len(page.nodes):
            break
    return nodes, total, public


def _is_older(node: Any, since: str) -> bool:  # noqa: ANN401 - JSON
    return isinstance(node, dict) and str(node.get("updatedAt")) < since


def _to_rows(repository: str, nodes: list[Any], warnings: list[str]) -> Rows:
    rows = Rows()
    what = f"Pull request of {repository},"
    records = parse_records(PullRequest, nodes, what, by="number", warnings=warnings)
    for pull_request in {record.number: record for record in records}.values():
        key = {"repository": repository, "number": pull_request.number}
        where = f"of {repository}#{pull_request.number}"
        commits = parse_records(Commit, pull_request.commits, f"Commit {where},", warnings=warnings)
        files = parse_records(File, pull_request.files, f"File {where},", by="path", warnings=warnings)
        reviews = parse_records(Review, pull_request.reviews, f"Review {where},", by="url", warnings=warnings)
        rows.pull_requests.append(key | pull_request.row())
        rows.commits += [key | {"position": i} | commit.row() for i, commit in enumerate(commits)]
        rows.files += [key | file.row() for file in files]
        rows.reviews += [key | review.row() for review in reviews if review.submitted_at]
    return rows
