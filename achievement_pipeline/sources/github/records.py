"""Models of GitHub's GraphQL objects, with the fields used here, and their conversion to rows."""

from typing import Any, Literal

from pydantic import Field

from achievement_pipeline.sources.github.rows import Row, body, full_login, subject, to_json
from achievement_pipeline.sources.records import Count, Instant, Number, Record


class _Account(Record):
    kind: str = Field(alias="__typename")
    login: str
    database_id: Number | None = None

    @property
    def full_login(self) -> str:
        return full_login(self.login, self.kind)


class _Repository(Record):
    name_with_owner: str


class _Milestone(Record):
    title: str


class _Issue(Record):
    number: Count
    repository: _Repository
    milestone: _Milestone | None

    def __str__(self) -> str:
        return f"{self.repository.name_with_owner}#{self.number}"


class _Label(Record):
    name: str


class _Object(Record):
    oid: str


class _Count(Record):
    total_count: Count


OPTIONAL = ("labels", "closing_issues_references", "commits", "files", "reviews")
"""Fields that may be missing, because a fine-grained token may lack the permission for each."""


class PullRequest(Record):
    """A merged pull request. Its commits, files and reviews are parsed separately, since any of them may be invalid."""

    number: Count
    title: str
    body: str
    url: str
    created_at: Instant
    merged_at: Instant
    updated_at: Instant
    additions: Count
    deletions: Count
    changed_files: Count
    base_ref_name: str
    head_ref_name: str
    head_repository: _Repository | None
    author: _Account | None
    merged_by: _Account | None
    merge_commit: _Object | None
    milestone: _Milestone | None
    all_commits: _Count
    # each is null if the token may not see it
    labels: list[_Label] | None
    closing_issues_references: list[_Issue] | None
    commits: list[Any] | None
    files: list[Any] | None
    reviews: list[Any] | None

    def row(self) -> Row:
        """Return its columns of `RawPullRequests`, except `repository`."""
        same = {"number", "title", "body", "url", "created_at", "merged_at", "updated_at"}
        sizes = {"additions", "deletions", "changed_files"}
        return self.model_dump(include=same | sizes) | {
            "author": self.author and self.author.full_login,
            "author_id": self.author and self.author.database_id,
            "author_kind": self.author and self.author.kind,
            "merged_by": self.merged_by and self.merged_by.full_login,
            "base": self.base_ref_name,
            "branch": self.head_ref_name,
            "head_repository": self.head_repository and self.head_repository.name_with_owner,
            "merge_commit": self.merge_commit and self.merge_commit.oid,
            "labels": None if self.labels is None else to_json(label.name for label in self.labels),
            "closes": None if (closes := self.closing_issues_references) is None else to_json(map(str, closes)),
            "milestone": self._milestone,
            "commit_count": self.all_commits.total_count,
            "detail": "pending" if self.hidden else "read",
        }

    @property
    def _milestone(self) -> str | None:
        """Title of its milestone, else of that of the first issue of its repository that it closes and that has one."""
        closed = self.closing_issues_references or []
        own = [issue.milestone for issue in closed if f"/{issue.repository.name_with_owner}/" in self.url]
        return next((milestone.title for milestone in [self.milestone, *own] if milestone), None)

    @property
    def hidden(self) -> list[str]:
        """Names of the fields that the token may not see."""
        return [name for name in OPTIONAL if getattr(self, name) is None]


class _CommitUser(Record):
    login: str


class _CommitAuthor(Record):
    email: str | None
    user: _CommitUser | None


class _Commit(Record):
    oid: str
    message: str
    authored_date: Instant
    author: _CommitAuthor | None


class Commit(Record):
    """A commit of a pull request."""

    commit: _Commit

    def row(self) -> Row:
        """Return its own columns of `RawPullRequestCommits`."""
        author = self.commit.author
        return {
            "sha": self.commit.oid,
            "author_email": author and author.email,
            "author_login": author and author.user and author.user.login,
            "authored_at": self.commit.authored_date,
            "subject": subject(self.commit.message),
            "body": body(self.commit.message),
        }


class File(Record):
    """A file that a pull request changed."""

    path: str
    change_type: str
    additions: Count
    deletions: Count

    def row(self) -> Row:
        """Return its own columns of `RawPullRequestFiles`."""
        return self.model_dump(exclude={"change_type"}) | {"change": self.change_type.lower()}


class Review(Record):
    """A review of a pull request. Without `submitted_at` it is a draft that only its author sees."""

    url: str
    state: Literal["APPROVED", "CHANGES_REQUESTED", "COMMENTED", "DISMISSED", "PENDING"]
    body: str
    submitted_at: Instant | None
    author: _Account | None

    def row(self) -> Row:
        """Return its own columns of `RawReviews`."""
        return {
            "url": self.url,
            "reviewer": self.author and self.author.full_login,
            "reviewer_id": self.author and self.author.database_id,
            "reviewer_kind": self.author and self.author.kind,
            "state": self.state.lower(),
            "body": self.body,
            "submitted_at": self.submitted_at,
        }
