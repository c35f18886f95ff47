"""GitHub: the merged pull requests of a repository and their reviews, as dataframes."""

from achievement_pipeline.sources.github.client import GitHubClient
from achievement_pipeline.sources.github.pull_requests import read_pull_requests
from achievement_pipeline.sources.github.rows import PullRequests

__all__ = ["GitHubClient", "PullRequests", "read_pull_requests"]
