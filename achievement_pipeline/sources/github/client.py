"""The way to GitHub: its two addresses, its token, and what its answers mean."""

from datetime import UTC, datetime

from pydantic import SecretStr

from achievement_pipeline.errors import SourceError
from achievement_pipeline.http import (
    Answer,
    Authorization,
    HttpClient,
    Problem,
    RefusedError,
    TooHeavyError,
    TransientError,
    Wire,
)
from achievement_pipeline.sources.github.addresses import API_URL, GRAPHQL_URL
from achievement_pipeline.sources.github.documents import PAGE
from achievement_pipeline.sources.graphql import GraphQLClient, error_messages, errors_of

API_VERSION = "2022-11-28"
"""The newest version that still says which commit merged a pull request (2026-03-10 dropped ``merge_commit_sha``)."""

_UNNAMED_WAIT = 60.0
"""The least that GitHub asks for where a secondary limit names no end."""

_TOO_HEAVY = {"RESOURCE_LIMITS_EXCEEDED", "MAX_NODE_LIMIT_EXCEEDED"}


class GitHubClient:
    """Reads GitHub, or an Enterprise server by its addresses (``https://HOST/api/v3`` and ``https://HOST/api/graphql``).

    Args:
        token: Without one, public repositories are read through REST, slowly: GraphQL is for known users only.
        api_url: The REST address.
        graphql_url: The GraphQL address.
        page: Pull requests a page, at most 100.
        wire: Limits of patience, clock and progress.

    Raises:
        SourceError: The token or an address can't be one.
    """

    def __init__(
        self,
        token: SecretStr | None,
        api_url: str = API_URL,
        graphql_url: str = GRAPHQL_URL,
        *,
        page: int = PAGE,
        wire: Wire | None = None,
    ) -> None:
        authorization = None if token is None else Authorization(token)
        headers = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": API_VERSION}
        self.is_known = token is not None
        self.page = page
        self.rest = HttpClient(
            "GitHub", api_url, classify=_classify, authorization=authorization, headers=headers, wire=wire
        )
        self.graphql = GraphQLClient(
            HttpClient(
                "GitHub",
                graphql_url,
                classify=_classify_graphql,
                authorization=authorization,
                headers=headers,
                wire=wire,
            )
        )

    def examine(self) -> str:
        """Ask both addresses that collecting asks, and say for people what is left of the rate limit.

        Raises:
            SourceError: GitHub can't be reached, or refuses the token.
        """
        if self.is_known:
            self.graphql.run("query { __typename }", {})
        slowly = "" if self.is_known else "; without GITHUB_TOKEN public repositories are read, slowly"
        try:
            resources = self.rest.get("/rate_limit").body["resources"]
        except RefusedError:
            return f"no rate limit{slowly}"  # an Enterprise server may have none
        limit = resources["graphql" if self.is_known else "core"]
        resets = datetime.fromtimestamp(limit["reset"], UTC)
        return f"{limit['remaining']:,} of {limit['limit']:,} requests left until {resets:%H:%M} UTC{slowly}"


def _classify(answer: Answer) -> Problem | None:
    said = str(answer.body.get("message", "")) if isinstance(answer.body, dict) else ""
    match answer.status:
        case 401:
            return SourceError(
                f"GitHub refuses the token ({said}): it is wrong, revoked or expired. Create a new one and set "
                "GITHUB_TOKEN to it."
            )
        case 403 | 429:
            return _find_limit(answer, said) or SourceError(
                f"GitHub refuses access ({said}): give the token read access to the repository's contents and pull "
                "requests, and authorize it for the organization."
            )
        case 404:
            return RefusedError(
                "GitHub shows no such repository or pull request: check its name; if it is private, GITHUB_TOKEN must "
                "be set to a token that may read it."
            )
        case _:
            return None


def _classify_graphql(answer: Answer) -> Problem | None:
    errors, said = errors_of(answer.body), error_messages(answer.body)
    kinds = {str(error.get("type")) for error in errors}
    data = answer.body.get("data") if isinstance(answer.body, dict) else None
    if "RATE_LIMITED" in kinds or "rate limit" in said.lower():
        return _find_limit(answer, "rate limit")
    if kinds & _TOO_HEAVY:
        return TooHeavyError(f"GitHub finds a query too heavy: {said}")
    if answer.status in {502, 504} or "executing your query" in said:
        return TransientError("the query takes it too long", heavy=True)
    if errors and not any((data or {}).values()):
        return SourceError(f"GitHub can't answer: {said}. Check the repository's name, and what GITHUB_TOKEN may read.")
    return _classify(answer)


def _find_limit(answer: Answer, said: str) -> TransientError | None:
    """Tell a rate limit from a refusal, and when it ends: GitHub sends 403 for both."""
    ends = [answer.retry_after] if answer.retry_after is not None else []
    reset = answer.headers.get("X-RateLimit-Reset", "")
    if answer.headers.get("X-RateLimit-Remaining") == "0" and reset.isdecimal():
        ends.append(answer.seconds_until(int(reset)))
    if ends:
        return TransientError("the rate limit is reached", wait=max(ends))
    if answer.status == 429 or "rate limit" in said.lower():  # noqa: PLR2004
        return TransientError("its secondary rate limit is reached", wait=_UNNAMED_WAIT)
    return None
