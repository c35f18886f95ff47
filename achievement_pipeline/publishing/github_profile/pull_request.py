"""Opens the pull request for the block of the profile, by GitHub's REST API; one that is open already is found."""

from __future__ import annotations

from typing import Any

import requests
from pydantic import SecretStr

from achievement_pipeline.errors import PublishingError
from achievement_pipeline.http import Authorization, brief, read_json
from achievement_pipeline.parsing.addresses import is_secure
from achievement_pipeline.parsing.untrusted import find_value
from achievement_pipeline.sources.git.remotes import Remote

API_URL = "https://api.github.com"
_HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
_TIMEOUT = (10, 60)


def open_pull_request(  # noqa: PLR0913 - what a pull request is made of
    remote: Remote, *, branch: str, base: str, title: str, token: SecretStr, address: str = API_URL
) -> str:
    """Open a pull request, and return where it can be seen.

    Args:
        remote: The repository.
        branch: What is to be merged.
        base: Where to.
        title: One line.
        token: May write pull requests of the repository.
        address: Of the REST API.

    Raises:
        PublishingError: GitHub does not do it.
    """
    if not is_secure(address):
        raise PublishingError(f"{address} is no https address: GITHUB_TOKEN would be read by everybody on the way.")
    url, authorization = f"{address.rstrip('/')}/repos/{remote.path}/pulls", Authorization(token)
    try:
        wanted = {"title": title, "head": branch, "base": base}
        answer = _request("POST", url, authorization, json=wanted)
        if answer.status_code == requests.codes.unprocessable_entity:
            # there is one already: the branch that was pushed is in it
            head = f"{remote.path.partition('/')[0]}:{branch}"
            query = {"head": head, "base": base, "state": "open"}
            answer = _request("GET", url, authorization, params=query)
        found = read_json(answer)
    except requests.RequestException as fault:
        problem = f"no answer ({type(fault).__name__})"
    else:
        if seen := _address_of(found):
            return seen
        problem = authorization.redact(f"HTTP {answer.status_code}, {_said(found)}")
    raise PublishingError(
        f"The branch {branch} is pushed, but no pull request was opened: {problem}. Check GITHUB_TOKEN (pull requests: "
        "write), or open it by hand."
    )


def _request(method: str, url: str, authorization: Authorization, **content: Any) -> requests.Response:  # noqa: ANN401
    return requests.request(method, url, headers=_HEADERS, auth=authorization, timeout=_TIMEOUT, stream=True, **content)


def _address_of(found: Any) -> str | None:  # noqa: ANN401 - JSON
    one = found[0] if isinstance(found, list) and found else found
    address = find_value(one, "html_url")
    return address if isinstance(address, str) and address.startswith(("https://", "http://")) else None


def _said(found: Any) -> str:  # noqa: ANN401 - JSON
    return brief(found.get("message")) if isinstance(found, dict) else "no pull request is open"
