"""The GitHub client: REST and GraphQL addresses, token, and classification of responses."""

from datetime import datetime

from pydantic import BaseModel, SecretStr, ValidationError

from achievement_pipeline.errors import SourceError
from achievement_pipeline.http import (
    Authorization,
    HttpClient,
    Problem,
    RefusedError,
    RequestOptions,
    Response,
    TooHeavyError,
    TransientError,
    brief,
    read_number,
)
from achievement_pipeline.parsing.untrusted import find_value
from achievement_pipeline.sources.github.addresses import API_URL, GRAPHQL_URL
from achievement_pipeline.sources.github.documents import PAGE
from achievement_pipeline.sources.graphql import GraphQLClient, error_messages, errors_of

API_VERSION = "2022-11-28"
"""The newest version with ``merge_commit_sha``, which 2026-03-10 removed."""

_UNNAMED_WAIT = 60.0
"""Seconds to wait for a secondary rate limit without a reset time: GitHub's documented minimum."""

_TOO_HEAVY = {"RESOURCE_LIMITS_EXCEEDED", "MAX_NODE_LIMIT_EXCEEDED"}


class _Limit(BaseModel):
    limit: int
    remaining: int
    reset: datetime


class GitHubClient:
    """A client for GitHub or an Enterprise server (``https://HOST/api/v3`` and ``https://HOST/api/graphql``).

    Args:
        token: Without one, only public repositories can be read, slowly over REST. GraphQL requires a token.
        api_url: The REST address.
        graphql_url: The GraphQL address.
        page: Pull requests per page, at most 100.
        options: Timeouts, retries, clock and progress.

    Raises:
        SourceError: The token or an address is invalid.
    """

    def __init__(
        self,
        token: SecretStr | None,
        api_url: str = API_URL,
        graphql_url: str = GRAPHQL_URL,
        *,
        page: int = PAGE,
        options: RequestOptions | None = None,
    ) -> None:
        authorization = None if token is None else Authorization(token)
        headers = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": API_VERSION}
        self.is_known = token is not None
        self.page = page
        self.rest = HttpClient(
            "GitHub", api_url, classify=_classify, authorization=authorization, headers=headers, options=options
        )
        self.graphql = GraphQLClient(
            HttpClient(
                "GitHub",
                graphql_url,
                classify=_classify_graphql,
                authorization=authorization,
                headers=headers,
                options=options,
            )
        )

    def examine(self) -> str:
        """Send a request to both addresses, and describe the remaining rate limit.

        Raises:
            SourceError: GitHub can't be reached or rejects the token.
        """
        if self.is_known:
            self.graphql.run("query { __typename }", {})
        slowly = "" if self.is_known else "; without GITHUB_TOKEN public repositories are read, slowly"
        try:
            limits = self.rest.get("/rate_limit").body
            limit = _Limit.model_validate(find_value(limits, f"resources.{'graphql' if self.is_known else 'core'}"))
        except (RefusedError, ValidationError):
            return f"no rate limit{slowly}"  # an Enterprise server may have none
        return f"{limit.remaining:,} of {limit.limit:,} requests left until {limit.reset:%H:%M} UTC{slowly}"


def _classify(response: Response) -> Problem | None:
    message = brief(find_value(response.body, "message") or "")
    match response.status:
        case 401:
            return SourceError(
                f"GitHub rejects the token ({message}): it is wrong, revoked or expired. Create a new one and set "
                "GITHUB_TOKEN to it."
            )
        case 403 | 429:
            return _find_limit(response, message) or SourceError(
                f"GitHub denies access ({message}): give the token read access to the repository's contents and pull "
                "requests, and authorize it for the organization."
            )
        case 404:
            return RefusedError(
                "GitHub has no such repository or pull request: check its name. If it is private, set GITHUB_TOKEN to "
                "a token that may read it."
            )
        case _:
            return None


def _classify_graphql(response: Response) -> Problem | None:
    errors, message = errors_of(response.body), error_messages(response.body)
    kinds = {str(error.get("type")) for error in errors}
    data = find_value(response.body, "data")
    if "RATE_LIMITED" in kinds or "rate limit" in message.lower():
        return _find_limit(response, "rate limit")
    if kinds & _TOO_HEAVY:
        return TooHeavyError(f"GitHub rejects a query as too heavy: {message}")
    if response.status in {502, 504} or "executing your query" in message:
        return TransientError("the query took too long", heavy=True)
    if errors and not (isinstance(data, dict) and any(data.values())):
        return SourceError(
            f"GitHub query failed: {message}. Check the repository's name and what GITHUB_TOKEN may read."
        )
    return _classify(response)


def _find_limit(response: Response, message: str) -> TransientError | None:
    """Return the error for a rate limit, with its reset time, or None: GitHub sends 403 for denied access too."""
    ends = [response.retry_after] if response.retry_after is not None else []
    reset = read_number(response.headers.get("X-RateLimit-Reset", ""))
    if response.headers.get("X-RateLimit-Remaining") == "0" and reset is not None:
        ends.append(response.seconds_until(reset))
    if ends:
        return TransientError("the rate limit is reached", wait=max(ends))
    if response.status == 429 or "rate limit" in message.lower():  # noqa: PLR2004
        return TransientError("its secondary rate limit is reached", wait=_UNNAMED_WAIT)
    return None
