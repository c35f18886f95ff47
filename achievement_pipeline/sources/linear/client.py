"""The Linear client: address, key, and classification of responses."""

from pydantic import SecretStr

from achievement_pipeline.errors import SourceError
from achievement_pipeline.http import (
    Authorization,
    HttpClient,
    Problem,
    RequestOptions,
    Response,
    TooHeavyError,
    TransientError,
    read_number,
)
from achievement_pipeline.parsing.untrusted import find_value
from achievement_pipeline.sources.graphql import GraphQLClient, error_messages, errors_of
from achievement_pipeline.sources.linear.documents import PAGE, catalogues

API_URL = "https://api.linear.app/graphql"

_UNNAMED_WAIT = 60.0


class LinearClient(GraphQLClient):
    """A client for the Linear workspace that the key belongs to.

    Args:
        key: A personal API key, or an OAuth access token.
        url: The GraphQL address.
        page: Rows per page, at most 250.
        options: Timeouts, retries, clock and progress.

    Raises:
        SourceError: The key or the address is invalid.
    """

    def __init__(
        self, key: SecretStr, url: str = API_URL, *, page: int = PAGE, options: RequestOptions | None = None
    ) -> None:
        # Linear rejects a personal key with "Bearer"
        scheme = "" if key.get_secret_value().strip().startswith("lin_api_") else "Bearer"
        super().__init__(
            HttpClient("Linear", url, classify=_classify, authorization=Authorization(key, scheme), options=options)
        )
        self.page = page

    def examine(self) -> str:
        """Describe the remaining rate limit.

        Raises:
            SourceError: Linear can't be reached or rejects the key.
        """
        query = {"query": catalogues("teams"), "variables": {"first": 1, "after": None}}
        headers = self._http.post("", query).headers
        left, limit = (headers.get(f"X-RateLimit-Requests-{name}", "") for name in ("Remaining", "Limit"))
        return f"{left} of {limit} requests left this hour" if left and limit else "no rate limit reported"


def _classify(response: Response) -> Problem | None:
    """Classify a response by the errors in its body: a rate limit and an invalid query are both HTTP 400."""
    errors = errors_of(response.body)
    codes = {str(find_value(error, "extensions.code")) for error in errors}
    message = error_messages(response.body)
    if "RATELIMITED" in codes or response.status == 429:  # noqa: PLR2004
        return TransientError("the rate limit is reached", wait=_wait_for_reset(response))
    if "too complex" in message:
        return TooHeavyError(f"Linear rejects a query as too complex: {message}")
    if "AUTHENTICATION_ERROR" in codes or "API key as a Bearer token" in message:
        return SourceError(
            f"Linear rejects the key ({message}): create a personal API key in Linear's settings under "
            "Security & access, and set LINEAR_API_KEY to it."
        )
    if "INTERNAL_SERVER_ERROR" in codes:
        return TransientError("Linear reports an internal error")
    has_data = isinstance(response.body, dict) and response.body.get("data")
    if errors and not has_data and response.status < 500:  # noqa: PLR2004
        return SourceError(f"Linear query failed: {message}. Check LINEAR_API_URL and what the key may see.")
    return None


def _wait_for_reset(response: Response) -> float:
    """Return the seconds until the exhausted limit resets, or until the latest reset if none is marked exhausted."""
    resets = {}
    for limit in ("Requests", "Complexity", "Endpoint-Requests"):
        reset = read_number(response.headers.get(f"X-RateLimit-{limit}-Reset", ""))
        if reset is not None:
            exhausted = response.headers.get(f"X-RateLimit-{limit}-Remaining", "").strip() in {"0", "0.0"}
            resets[limit] = (exhausted, reset / 1000)
    named = [time for exhausted, time in resets.values() if exhausted] or [time for _, time in resets.values()]
    if named:
        return response.seconds_until(max(named))
    return response.retry_after or _UNNAMED_WAIT
