"""Read the merged pull requests of a GitHub repository, with their reviews, as dataframes."""

from typing import TYPE_CHECKING

from achievement_pipeline.lazy import lazy_names

if TYPE_CHECKING:
    from achievement_pipeline.sources.github.addresses import API_URL, GRAPHQL_URL
    from achievement_pipeline.sources.github.client import GitHubClient
    from achievement_pipeline.sources.github.pull_requests import read_pull_requests
    from achievement_pipeline.sources.github.rows import PullRequests, no_pull_requests

_MODULES = {
    "API_URL": "addresses",
    "GRAPHQL_URL": "addresses",
    "GitHubClient": "client",
    "PullRequests": "rows",
    "no_pull_requests": "rows",
    "read_pull_requests": "pull_requests",
}

__all__ = [
    "API_URL",
    "GRAPHQL_URL",
    "GitHubClient",
    "PullRequests",
    "no_pull_requests",
    "read_pull_requests",
]

__getattr__ = lazy_names(__name__, _MODULES)
