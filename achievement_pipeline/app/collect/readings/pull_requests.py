"""Reads the pull requests of a run's repositories: what is stored is taken along, and a broken one stops no other."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import pandera.pandas as pa

from achievement_pipeline.app.collect.readings.stored_frames import StoredFrames, stored_frame
from achievement_pipeline.errors import SourceError
from achievement_pipeline.frames import (
    RawPullRequestCommits,
    RawPullRequestFiles,
    RawPullRequests,
    RawReviews,
    typed,
)
from achievement_pipeline.http import UnreachableError
from achievement_pipeline.sources.github import GitHubClient, PullRequests, no_pull_requests, read_pull_requests

RAW_PULL_REQUESTS: Mapping[str, type[pa.DataFrameModel]] = {
    "raw_pull_requests": RawPullRequests,
    "raw_pull_request_commits": RawPullRequestCommits,
    "raw_pull_request_files": RawPullRequestFiles,
    "raw_reviews": RawReviews,
}
"""The frames of `PullRequests`, in their order, by asset."""


@dataclass(frozen=True)
class RepositoriesRead:
    """What was read of all repositories of a run."""

    frames: PullRequests
    failed: Mapping[str, str]
    """Why a repository could not be read, by key; what is stored of it is kept."""
    public: Mapping[str, bool]
    """Whether everybody can see a repository, by key, of those that could be read."""


def read_repositories(
    client: GitHubClient,
    keys: Sequence[str],
    frames: StoredFrames,
    warn: Callable[[str], object],
    *,
    cached: bool = True,
) -> RepositoriesRead:
    """Read the pull requests of some repositories that lie on GitHub.

    Args:
        client: The client of GitHub.
        keys: The repositories.
        frames: What was stored of them the last time.
        warn: Called with each repository that can't be read, and why.
        cached: Whether stored rows are read again only where they changed.

    Raises:
        UnreachableError: GitHub does not respond, and no repository could be read.
        SourceError: No repository can be read.
    """
    read: list[PullRequests] = [no_pull_requests()]
    failed: dict[str, str] = {}
    public: dict[str, bool] = {}
    down = ""
    for key in keys:
        stored = stored_pull_requests(frames, key)
        try:
            if down:
                raise UnreachableError(down)
            # without a token an hour's requests would not do
            read.append(read_pull_requests(client, key, stored, cached=cached or not client.is_known))
            public[key] = read[-1].public
        except SourceError as error:
            failed[key] = str(error)
            down = failed[key] if isinstance(error, UnreachableError) else ""
            warn(f"{key}: {error}")
            read.extend([stored] if stored else [])
    if keys and len(failed) == len(keys):
        raise (UnreachableError if down else SourceError)("\n".join(dict.fromkeys(failed.values())))
    return RepositoriesRead(_join(read), failed, public)


def _join(read: list[PullRequests]) -> PullRequests:
    """Join the frames of several repositories."""

    def joined(name: str) -> pd.DataFrame:
        parts = [getattr(one, name) for one in read]
        whole: pd.DataFrame = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
        return whole

    return PullRequests(
        typed(RawPullRequests, joined("pull_requests")),
        typed(RawPullRequestCommits, joined("commits")),
        typed(RawPullRequestFiles, joined("files")),
        typed(RawReviews, joined("reviews")),
        tuple(warning for one in read for warning in one.warnings),
    )


def stored_pull_requests(frames: StoredFrames, key: str) -> PullRequests | None:
    """Return what was stored of a repository the last time, where all of it is there and is of today's shape."""
    pull_requests = stored_frame(frames, "raw_pull_requests", RawPullRequests, key)
    commits = stored_frame(frames, "raw_pull_request_commits", RawPullRequestCommits, key)
    files = stored_frame(frames, "raw_pull_request_files", RawPullRequestFiles, key)
    reviews = stored_frame(frames, "raw_reviews", RawReviews, key)
    if pull_requests is None or commits is None or files is None or reviews is None:
        return None
    return PullRequests(pull_requests, commits, files, reviews)
