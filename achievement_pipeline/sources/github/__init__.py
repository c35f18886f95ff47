"""GitHub: the merged pull requests of a repository and their reviews, as dataframes."""

from achievement_pipeline.sources.github.addresses import API_URL, GRAPHQL_URL
from achievement_pipeline.sources.github.client import GitHubClient
from achievement_pipeline.sources.github.pull_requests import read_pull_requests
from achievement_pipeline.sources.github.rows import PullRequests, no_pull_requests

__all__ = ["API_URL", "GRAPHQL_URL", "GitHubClient", "PullRequests", "no_pull_requests", "read_pull_requests"]
