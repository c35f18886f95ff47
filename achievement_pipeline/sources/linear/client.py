"""The way to Linear: its address, its key, and what its answers mean."""

from pydantic import SecretStr

from achievement_pipeline.errors import SourceError
from achievement_pipeline.http import Answer, Authorization, HttpClient, Problem, TooHeavyError, TransientError, Wire
from achievement_pipeline.sources.graphql import GraphQLClient, error_messages, errors_of
from achievement_pipeline.sources.linear.documents import PAGE, catalogues

API_URL = "https://api.linear.app/graphql"

_UNNAMED_WAIT = 60.0


class LinearClient(GraphQLClient):
    """Reads one Linear workspace, the one that the key belongs to.

    Args:
        key: A personal API key, or an OAuth access token.
        url: The GraphQL address.
        page: Rows a page, at most 250.
        wire: Limits of patience, clock and progress.

    Raises:
        SourceError: The key or the address can't be one.
    """

    def __init__(self, key: SecretStr, url: str = API_URL, *, page: int = PAGE, wire: Wire | None = None) -> None:
        # a personal key with "Bearer" before it is refused
        scheme = "" if key.get_secret_value().strip().startswith("lin_api_") else "Bearer"
        super().__init__(
            HttpClient("Linear", url, classify=_classify, authorization=Authorization(key, scheme), wire=wire)
        )
        self.page = page

    def examine(self) -> str:
        """Say for people what is left of the rate limit.

        Raises:
            SourceError: Linear can't be reached, or refuses the key.
        """
        query = {"query": catalogues("teams"), "variables": {"first": 1, "after": None}}
        headers = self._http.post("", query).headers
        left, limit = (headers.get(f"X-RateLimit-Requests-{name}", "") for name in ("Remaining", "Limit"))
        return f"{left} of {limit} requests left this hour" if left and limit else "no rate limit named"


def _classify(answer: Answer) -> Problem | None:
    """Say what is wrong by the errors in the body: a rate limit and a wrong query are both HTTP 400."""
    errors = errors_of(answer.body)
    codes = {str((error.get("extensions") or {}).get("code")) for error in errors}
    said = error_messages(answer.body)
    if "RATELIMITED" in codes or answer.status == 429:  # noqa: PLR2004
        return TransientError("the rate limit is reached", wait=_wait_for_reset(answer))
    if "too complex" in said:
        return TooHeavyError(f"Linear finds a query too complex: {said}")
    if "AUTHENTICATION_ERROR" in codes or "API key as a Bearer token" in said:
        return SourceError(
            f"Linear refuses the key ({said}): create a personal API key in Linear's settings under Security & access, "
            "and set LINEAR_API_KEY to it."
        )
    if "INTERNAL_SERVER_ERROR" in codes:
        return TransientError("Linear failed within")
    has_data = isinstance(answer.body, dict) and answer.body.get("data")
    if errors and not has_data and answer.status < 500:  # noqa: PLR2004
        return SourceError(f"Linear can't answer: {said}. Check LINEAR_API_URL and what the key may see.")
    return None


def _wait_for_reset(answer: Answer) -> float:
    """Return seconds until the exhausted limit is reset, or, where no header names it, until the last of all is."""
    resets = {}
    for limit in ("Requests", "Complexity", "Endpoint-Requests"):
        reset = answer.headers.get(f"X-RateLimit-{limit}-Reset", "")
        if reset.isdecimal():
            exhausted = answer.headers.get(f"X-RateLimit-{limit}-Remaining", "").strip() in {"0", "0.0"}
            resets[limit] = (exhausted, int(reset) / 1000)
    named = [moment for exhausted, moment in resets.values() if exhausted] or [moment for _, moment in resets.values()]
    if named:
        return answer.seconds_until(max(named))
    return answer.retry_after or _UNNAMED_WAIT
