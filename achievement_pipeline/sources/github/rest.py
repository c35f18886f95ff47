"""Read merged pull requests of public repositories without a token, over REST, within the rate limit.

GraphQL requires a token, and REST without one allows 60 requests per hour and IP address. The list of closed pull
requests has no sizes, commits, files and reviews; these take four requests per pull request. So this reads the whole
list, 100 per request, then the details of the newest until few requests are left for other repositories. The others
stay pending and are read by later runs.
"""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

import pandas as pd
from pydantic import BaseModel, BeforeValidator

from achievement_pipeline.frames import RawPullRequests
from achievement_pipeline.http import HttpClient, RefusedError, Response, read_number
from achievement_pipeline.sources.github.client import GitHubClient
from achievement_pipeline.sources.github.rows import (
    PENDING,
    Part,
    PullRequests,
    Row,
    Rows,
    body,
    full_login,
    merge_rows,
    named_number,
    placeholder,
    replace_rows,
    subject,
    to_json,
    watermark,
)
from achievement_pipeline.sources.records import Count, Instant, Number, parse_records

_RESERVE = 10
"""Requests left for listing other repositories in the same hour."""

_REQUESTS_EACH = 4

_SIZES = ["merged_by", "additions", "deletions", "changed_files", "commit_count"]


_GHOST = 10137
"""Id of the account "ghost", which REST returns for a deleted account. GraphQL returns null."""


class _Account(BaseModel):
    login: str
    id: Number
    type: str

    @property
    def full_login(self) -> str:
        return full_login(self.login, self.type)


def _known(account: Any) -> Any:  # noqa: ANN401 - JSON
    return None if isinstance(account, dict) and account.get("id") == _GHOST else account


_Person = Annotated[_Account | None, BeforeValidator(_known)]


class _Repository(BaseModel):
    full_name: str


class _Head(BaseModel):
    ref: str
    repo: _Repository | None


class _Base(BaseModel):
    ref: str


class _Label(BaseModel):
    name: str


class _Milestone(BaseModel):
    title: str


class _Listed(BaseModel):
    number: Count
    title: str
    body: str | None
    html_url: str
    user: _Person
    head: _Head
    base: _Base
    labels: list[_Label]
    milestone: _Milestone | None
    merge_commit_sha: str | None
    created_at: Instant
    merged_at: Instant
    updated_at: Instant

    def row(self) -> Row:
        return self.model_dump(include={"number", "title", "created_at", "merged_at", "updated_at"}) | {
            "body": self.body or "",
            "url": self.html_url,
            "author": self.user and self.user.full_login,
            "author_id": self.user and self.user.id,
            "author_kind": self.user and self.user.type,
            "base": self.base.ref,
            "branch": self.head.ref,
            "head_repository": self.head.repo and self.head.repo.full_name,
            "merge_commit": self.merge_commit_sha,
            "labels": to_json(label.name for label in self.labels),
            "closes": "[]",
            "milestone": self.milestone and self.milestone.title,
            **PENDING,
        }


class _Sizes(BaseModel):
    additions: Count
    deletions: Count
    changed_files: Count
    commits: Count
    merged_by: _Person

    def row(self) -> Row:
        return self.model_dump(include={"additions", "deletions", "changed_files"}) | {
            "merged_by": self.merged_by and self.merged_by.full_login,
            "commit_count": self.commits,
            "detail": "read",
        }


class _CommitAuthor(BaseModel):
    email: str | None
    date: Instant | None = None


class _CommitBody(BaseModel):
    author: _CommitAuthor | None
    message: str


class _CommitUser(BaseModel):
    login: str | None = None  # a deleted account is an empty object


class _Commit(BaseModel):
    sha: str
    commit: _CommitBody
    author: _CommitUser | None

    def row(self) -> Row:
        return {
            "sha": self.sha,
            "author_email": self.commit.author and self.commit.author.email,
            "author_login": self.author and self.author.login,
            "authored_at": self.commit.author and self.commit.author.date,
            "subject": subject(self.commit.message),
            "body": body(self.commit.message),
        }


class _File(BaseModel):
    filename: str
    status: str
    additions: Count
    deletions: Count

    def row(self) -> Row:
        return {
            "path": self.filename,
            "change": "deleted" if self.status == "removed" else self.status,
            "additions": self.additions,
            "deletions": self.deletions,
        }


class _Review(BaseModel):
    html_url: str
    user: _Person
    state: Literal["APPROVED", "CHANGES_REQUESTED", "COMMENTED", "DISMISSED"]
    body: str | None
    submitted_at: Instant

    def row(self) -> Row:
        return {
            "url": self.html_url,
            "reviewer": self.user and self.user.full_login,
            "reviewer_id": self.user and self.user.id,
            "reviewer_kind": self.user and self.user.type,
            "state": self.state.lower(),
            "body": self.body or "",
            "submitted_at": self.submitted_at,
        }


_PARTS = {
    "commits": Part(_Commit, "sha"),
    "files": Part(_File, "filename"),
    "reviews": Part(_Review, "html_url"),
}
"""The parts of a pull request by frame, each with the field that identifies a row in messages."""


def read_through_rest(client: GitHubClient, repository: str, stored: PullRequests | None) -> PullRequests:
    """Read the merged pull requests of a public repository, with details for as many as the rate limit allows.

    A warning gives the number of pending ones. REST does not return the issues that a pull request closes.

    Args:
        client: The GitHub client.
        repository: Key of the repository: host/owner/name.
        stored: The result of an earlier call. Unchanged pull requests are reused with their details.

    Raises:
        SourceError: The repository can't be read.
    """
    warnings: list[str] = []
    reader = _Reader(client.rest, repository, warnings)
    changed, unread = reader.list_changed(stored)
    listed = merge_rows(stored, Rows(unread=unread))
    new = unread - set(listed.pull_requests["number"])
    changed |= {number: placeholder(repository, number) for number in new}
    rows = [_carry_sizes(row, listed.pull_requests) for row in changed.values()]
    listed = listed._replace(pull_requests=replace_rows(RawPullRequests, listed.pull_requests, list(changed), rows))
    details = reader.read_details(listed.pull_requests)
    read = merge_rows(listed, details)
    pending = int((read.pull_requests["detail"] == "pending").sum())
    if pending:
        warnings.append(
            f"{pending} of {len(read.pull_requests)} pull requests of {repository} have no sizes, commits, files and "
            "reviews yet: GitHub allows 60 requests an hour without a token. Set GITHUB_TOKEN, or run again in an hour."
        )
    # it was read without a token, so everybody can see it
    return read._replace(warnings=tuple(warnings), public=True)


def _carry_sizes(row: Row, stored: pd.DataFrame) -> Row:
    """Keep the sizes of a stored pull request until they are read again. They do not change after the merge."""
    known = stored[stored["number"] == row["number"]]
    return row | (known[_SIZES].iloc[0].to_dict() if len(known) else {})


class _Reader:
    """Reads one repository and keeps track of the remaining requests."""

    def __init__(self, rest: HttpClient, repository: str, warnings: list[str]) -> None:
        self._rest = rest
        self._repository = repository
        self._path = f"/repos/{repository.partition('/')[2]}/pulls"
        self._warnings = warnings
        self._left: float = 0

    def list_changed(self, stored: PullRequests | None) -> tuple[dict[int, Row], set[int]]:
        """Return the rows of changed pull requests by number, and the numbers of changed ones that can't be read."""
        since = watermark(stored) if stored else ""
        known = (
            dict(zip(stored.pull_requests["number"], stored.pull_requests["updated_at"], strict=True)) if stored else {}
        )
        order = {"state": "closed", "sort": "updated", "direction": "desc", "per_page": 100}
        merged = []
        for item in self._pages(self._path, order):
            if not isinstance(item, dict):
                continue
            if str(item.get("updated_at")) < since:
                break
            if item.get("merged_at"):
                merged.append(item)
        what = f"Pull request of {self._repository},"
        records = parse_records(_Listed, merged, what, by="number", warnings=self._warnings)
        key = {"repository": self._repository}
        unread = {number for item in merged if (number := named_number(item)) is not None}
        unread -= {record.number for record in records}
        changed = [record for record in records if known.get(record.number) != record.updated_at]
        return {record.number: key | record.row() for record in changed}, unread

    def read_details(self, pull_requests: pd.DataFrame) -> Rows:
        """Read the details of pending pull requests, newest merge first, while the rate limit allows."""
        rows = Rows()
        pending = pull_requests[pull_requests["detail"] == "pending"].sort_values("merged_at", ascending=False)
        for row in pending.to_dict("records"):
            if self._left < _RESERVE + _REQUESTS_EACH:
                break
            try:
                self._read_detail({str(column): value for column, value in row.items()}, rows)
            except RefusedError as error:
                self._warnings.append(f"{self._repository}#{row['number']} has no details: {error}")
        return rows

    def _read_detail(self, row: Row, rows: Rows) -> None:
        path = f"{self._path}/{row['number']}"
        key = {"repository": self._repository, "number": row["number"]}
        whole = self._get(path).body
        parts = {name: list(self._pages(f"{path}/{name}", {"per_page": 100})) for name in _PARTS}
        what = f"Pull request of {self._repository},"
        headers = parse_records(_Listed, [whole], what, by="number", warnings=self._warnings)
        sizes = parse_records(_Sizes, [whole], what, by="number", warnings=self._warnings)
        for header, size in zip(headers, sizes, strict=False):
            read = header.row() | {"closes": row["closes"]} | size.row() | key
            rows.add_pull_request(read, _PARTS, parts, self._warnings)

    def _pages(self, path: str, params: Row) -> Iterator[Any]:
        response = self._get(path, params)
        seen: set[str] = set()
        while True:
            if not isinstance(response.body, list):
                raise RefusedError(f"GitHub returned no list at {path}: check GITHUB_API_URL.")
            yield from response.body
            url = response.links.get("next")
            if url is None:
                return
            if url in seen:
                raise RefusedError(f"GitHub returned a page of {path} twice: run again later.")
            seen.add(url)
            response = self._get(url)

    def _get(self, path: str, params: Row | None = None) -> Response:
        response = self._rest.get(path, params)
        left = read_number(response.headers.get("X-RateLimit-Remaining", ""))
        self._left = float("inf") if left is None else left  # an Enterprise server may have no limit
        return response
