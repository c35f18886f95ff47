"""Read the merged pull requests of a repository incrementally.

Every change of a pull request updates ``updatedAt``, and GitHub can sort by it, so only pull requests newer than the
newest stored change are read. (ETags exist for REST only, where a pull request takes five requests instead of 1/100.)

A pull request that changed and can't be read keeps its stored rows, is marked pending and is retried by number in later
runs. The total count reveals pull requests that are missing and were never stored.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from achievement_pipeline.errors import SourceError
from achievement_pipeline.frames import RawPullRequestCommits, RawPullRequestFiles, RawPullRequests, RawReviews, typed
from achievement_pipeline.parsing.patterns import compile_pattern
from achievement_pipeline.parsing.untrusted import find_value
from achievement_pipeline.sources.github import documents
from achievement_pipeline.sources.github.client import GitHubClient
from achievement_pipeline.sources.github.records import Commit, File, PullRequest, Review
from achievement_pipeline.sources.github.rest import read_through_rest
from achievement_pipeline.sources.github.rows import Part, PullRequests, Rows, merge_rows, named_number, watermark
from achievement_pipeline.sources.records import parse_records

_REPOSITORY = compile_pattern(r"[^/]+/[^/]+/[^/]+")

_MAX_FAILED = 10
"""Maximum failed reads of single pull requests per run. The others are left to the next run."""

_PERMISSIONS = "read access to Contents, Issues and Pull requests"


def read_pull_requests(
    client: GitHubClient, repository: str, stored: PullRequests | None = None, *, cached: bool = True
) -> PullRequests:
    """Read the merged pull requests of a repository, with their commits, files and reviews.

    With a token, one GraphQL request returns 100 complete pull requests, and one small request is enough if nothing
    changed. Without a token, `read_through_rest` reads what the rate limit allows.

    Args:
        client: The GitHub client.
        repository: Key of the repository: host/owner/name.
        stored: The result of an earlier call for the same repository. Rows that can't be read now are kept.
        cached: Whether to read only changed pull requests. A renamed label or account does not update a pull request,
            and shows only when all are read.

    Raises:
        SourceError: The repository, or every one of its pull requests, can't be read.
    """
    if not _REPOSITORY.fullmatch(repository):
        raise SourceError(f"{repository} is not a repository on GitHub: its key should be host/owner/name.")
    if stored is not None and stored.pull_requests.empty:
        stored = None
    if not client.is_known:
        return read_through_rest(client, repository, stored)
    return _Reading(client, repository).read(stored, cached=cached)


@dataclass
class _Reading:
    """One read of one repository, with its warnings."""

    client: GitHubClient
    repository: str
    warnings: list[str] = field(default_factory=list)
    hidden: Counter[str] = field(default_factory=Counter)
    """Number of pull requests without each field that the token may not see."""
    public: bool = False
    total: int = 0

    def read(self, stored: PullRequests | None, *, cached: bool) -> PullRequests:
        self.client.graphql.partial_errors.clear()
        nodes = self._read_changed(watermark(stored) if stored and cached else "")
        changed = self._to_rows(nodes)
        held = merge_rows(stored, changed)
        if None in nodes or self.total != len(held.pull_requests):
            held, missing = self._compare_numbers(held)
            held = self._read_by_number(held, missing)
        pending = held.pull_requests.loc[held.pull_requests["detail"] == "pending", "number"]
        held = self._read_by_number(held, sorted(set(pending) - changed.unread - changed.numbers, reverse=True))
        if nodes and held.pull_requests.empty:
            raise SourceError(f"No pull request of {self.repository} can be read. {self._first_problem()}")
        return held._replace(warnings=(*self.warnings, *self._describe_missing(held)), public=self.public)

    def _read_changed(self, since: str) -> list[Any]:
        """Return the changed pull requests, the latest change first."""
        nodes: list[Any] = []
        start = min(documents.PROBE, self.client.page) if since else None
        path = ["repository", "pullRequests"]
        for page in self.client.graphql.pages(documents.PULL_REQUESTS, self._name, path, self.client.page, start=start):
            self.total = page.total_count
            # a repository that is internal to an enterprise is private too
            self.public = page.holder.get("isPrivate") is False
            changed = [node for node in page.nodes if not _is_older(node, since)]
            nodes.extend(map(self._complete, changed))
            if page.nodes and _is_older(page.nodes[-1], since):
                break
        return nodes

    def _compare_numbers(self, held: PullRequests) -> tuple[PullRequests, list[int]]:
        """List all numbers. Drop deleted pull requests, and return the numbers of missing or changed ones."""
        pages = self.client.graphql.pages(documents.NUMBERS, self._name, ["repository", "pullRequests"], documents.PAGE)
        nodes = [node for page in pages for node in page.nodes]
        listed = {number: str(node.get("updatedAt")) for node in nodes if (number := named_number(node)) is not None}
        stored = held.pull_requests
        unlisted = set(stored["number"]) - listed.keys()
        held = _without(held, unlisted) if len(listed) == len(nodes) else merge_rows(held, Rows(unread=unlisted))
        times = zip(stored["number"], stored["updated_at"].dt.strftime("%Y-%m-%dT%H:%M:%SZ"), strict=True)
        known = {number: updated_at for number, updated_at in times if number in listed}
        changed = [number for number, updated_at in listed.items() if known.get(number, "") < updated_at]
        return held, sorted(changed, reverse=True)

    def _read_by_number(self, held: PullRequests, numbers: Iterable[int]) -> PullRequests:
        """Read single pull requests until too many have failed."""
        failed = 0
        for number in numbers:
            rows = self._to_rows([self._read_one(number)])
            rows.unread = {number} - rows.numbers
            held = merge_rows(held, rows)
            failed += any(row["detail"] == "pending" for row in rows.pull_requests) or bool(rows.unread)
            if failed >= _MAX_FAILED:
                break
        return held

    def _read_one(self, number: int) -> Any:  # noqa: ANN401 - JSON
        """Return one pull request. If it can't be read, add a warning and return None."""
        try:
            data = self.client.graphql.run(documents.PULL_REQUEST, {**self._name, "number": number})
            node = find_value(data, "repository.pullRequest")
            return self._complete(node) if named_number(node) == number else None
        except SourceError as error:
            self.warnings.append(f"{self.repository}#{number} can't be read now: {error}")
            return None

    def _complete(self, node: Any) -> Any:  # noqa: ANN401 - JSON
        return self.client.graphql.complete(node, "node", documents.REST_OF_PULL_REQUEST, documents.PAGE)

    def _to_rows(self, nodes: list[Any]) -> Rows:
        rows = Rows()
        what = f"Pull request of {self.repository},"
        known = [node for node in nodes if node is not None]
        records = parse_records(PullRequest, known, what, by="number", warnings=self.warnings)
        for pull_request in {record.number: record for record in records}.values():
            self._add_rows(rows, pull_request)
        # without a time it is a draft that only its author sees
        rows.reviews = [row for row in rows.reviews if row["submitted_at"]]
        rows.unread = {number for node in nodes if (number := named_number(node)) is not None} - rows.numbers
        return rows

    def _add_rows(self, rows: Rows, pull_request: PullRequest) -> None:
        key = {"repository": self.repository, "number": pull_request.number}
        self.hidden.update(pull_request.hidden)
        raw = {name: getattr(pull_request, name) for name in _PARTS}
        rows.add_pull_request(key | pull_request.row(), _PARTS, raw, self.warnings)

    def _describe_missing(self, held: PullRequests) -> Iterable[str]:
        """Yield a warning if GitHub did not return all of the data, quoting its error."""
        stale = int((held.pull_requests["detail"] == "pending").sum())
        absent = self.total - len(held.pull_requests)
        if self.hidden:
            fields = ", ".join(f"{name.replace('_', ' ')} ({count})" for name, count in self.hidden.items())
            yield (
                f"GitHub does not return all fields of the pull requests of {self.repository}: {fields} missing. "
                f"{self._quote()}Give GITHUB_TOKEN {_PERMISSIONS}."
            )
        elif absent > 0 or stale:
            yield (
                f"GitHub does not return {max(absent, 0) + stale} of {self.total} pull requests of {self.repository} "
                f"completely. {self._quote()}Stored data is kept, and the next run reads them again."
            )

    def _first_problem(self) -> str:
        return self._quote() or next(iter(self.warnings), "")

    def _quote(self) -> str:
        """Return GitHub's errors about missing data as a sentence."""
        errors = "; ".join(dict.fromkeys(self.client.graphql.partial_errors))
        return f"GitHub says: {errors}. " if errors else ""

    @property
    def _name(self) -> dict[str, str]:
        _, owner, name = self.repository.split("/")
        return {"owner": owner, "name": name}


_PARTS = {
    "commits": Part(Commit, "commit.oid"),
    "files": Part(File, "path"),
    "reviews": Part(Review, "url"),
}
"""The parts of a pull request by frame, each with the field that identifies a row in messages."""


def _is_older(node: Any, since: str) -> bool:  # noqa: ANN401 - JSON
    moment = find_value(node, "updatedAt")
    return isinstance(moment, str) and moment < since


def _without(held: PullRequests, gone: set[int]) -> PullRequests:
    def left(frame: pd.DataFrame) -> pd.DataFrame:
        return frame[~frame["number"].isin(list(gone))].reset_index(drop=True)

    return PullRequests(
        typed(RawPullRequests, left(held.pull_requests)),
        typed(RawPullRequestCommits, left(held.commits)),
        typed(RawPullRequestFiles, left(held.files)),
        typed(RawReviews, left(held.reviews)),
    )
