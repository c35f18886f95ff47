"""The REST and GraphQL addresses of GitHub or an Enterprise server. Both must be on the host that the token is for."""

from urllib.parse import urlsplit

from achievement_pipeline.errors import SettingsError

API_URL = "https://api.github.com"
GRAPHQL_URL = "https://api.github.com/graphql"


def complete_addresses(api_url: str | None, graphql_url: str | None) -> tuple[str, str]:
    """Return the REST and GraphQL addresses. One that is not given is derived from the other.

    Raises:
        SettingsError: It can't be derived, or the two are on different hosts.
    """
    api = (api_url or _api_beside(graphql_url)).rstrip("/")
    graphql = (graphql_url or _graphql_beside(api_url)).rstrip("/")
    if _host(api) != _host(graphql):
        raise SettingsError(
            f"GITHUB_API_URL is on {_host(api)} and GITHUB_GRAPHQL_URL on {_host(graphql)}, but GITHUB_TOKEN is for "
            "one host. Correct one of them, or leave one out."
        )
    return api, graphql


def served_host(api_url: str | None) -> str | None:
    """Return the host of the repositories that a REST address serves, or None for the address of a proxy."""
    address = urlsplit(api_url or API_URL)
    host = address.hostname or ""
    if host.startswith("api."):
        return host.removeprefix("api.")
    return host if address.path.rstrip("/").endswith("/api/v3") else None


def _graphql_beside(api_url: str | None) -> str:
    address = urlsplit((api_url or API_URL).rstrip("/"))
    if address.path.endswith("/api/v3"):
        return address._replace(path=f"{address.path.removesuffix('/v3')}/graphql").geturl()
    if (address.hostname or "").startswith("api.") and not address.path:
        return address._replace(path="/graphql").geturl()
    raise SettingsError(
        f"GITHUB_API_URL is {api_url}. Set GITHUB_GRAPHQL_URL too: it can't be derived from this address."
    )


def _api_beside(graphql_url: str | None) -> str:
    address = urlsplit((graphql_url or GRAPHQL_URL).rstrip("/"))
    if address.path.endswith("/api/graphql"):
        return address._replace(path=f"{address.path.removesuffix('/graphql')}/v3").geturl()
    if (address.hostname or "").startswith("api.") and address.path == "/graphql":
        return address._replace(path="").geturl()
    raise SettingsError(
        f"GITHUB_GRAPHQL_URL is {graphql_url}. Set GITHUB_API_URL too: it can't be derived from this address."
    )


def _host(address: str) -> str:
    return urlsplit(address).hostname or ""
