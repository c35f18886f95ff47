"""The Posts API of LinkedIn: requests, and the outbox event for each response.

A post is sent once, without retries: there is no idempotency key, and a member's posts can't be read back.
https://learn.microsoft.com/linkedin/marketing/community-management/shares/posts-api
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

import requests
import urllib3

from achievement_pipeline.errors import PublishingError
from achievement_pipeline.http import (
    Authorization,
    HttpClient,
    RequestOptions,
    Response,
    TransientError,
    brief,
    read_json,
    read_number,
)
from achievement_pipeline.parsing.untrusted import find_value
from achievement_pipeline.publishing.gate.finished import Finished
from achievement_pipeline.publishing.linkedin.login import Login
from achievement_pipeline.publishing.linkedin.settings import API_URL
from achievement_pipeline.publishing.outbox.publisher import Ready, Reply
from achievement_pipeline.publishing.outbox.states import Event

_OPTIONS = RequestOptions(timeout=(10.0, 60.0), attempts=4, max_wait_seconds=30, response_seconds=60)
_LONGEST_WAIT = dt.timedelta(days=366)
_LONGEST_ID = 200
_LOGIN_AGAIN = "Run `achievements login linkedin`"
_NOT_KNOWN_YET = 65601
"""LinkedIn's error code for a token that is a few seconds old. Later, the same code means that it was revoked."""
_TOKEN_FAULTS = {"65601": "it was revoked", "65602": "it has expired"}


class LinkedIn:
    """The Posts API for the user who logged in."""

    def __init__(self, login: Login, version: str, address: str = API_URL) -> None:
        """Use a login, a version of the API (``YYYYMM``) and the API's address."""
        self._authorization = Authorization(login.access_token)
        self._version = version
        self._address = address.rstrip("/")
        self.author = login.author

    def find_author(self) -> str:
        """Return the URN of the user who logged in: ``urn:li:person:...``.

        Raises:
            SourceError: The request fails.
        """
        client = HttpClient(
            "LinkedIn",
            self._address,
            classify=_too_new,
            authorization=self._authorization,
            options=_OPTIONS,
        )
        subject = find_value(client.get("/v2/userinfo").body, "sub")
        if not isinstance(subject, str) or not subject:
            raise PublishingError(f"LinkedIn did not name the user. {_LOGIN_AGAIN} and allow access to your profile.")
        return f"urn:li:person:{subject}"

    def send(self, finished: Finished[Ready], visibility: str, now: dt.datetime) -> Reply:
        """Send a post once, and return what became of it.

        Args:
            finished: A text that passed the gate and the final checks; nothing else can be sent.
            visibility: ``PUBLIC`` or ``CONNECTIONS``.
            now: The current time, for limits whose answers name no time.

        Raises:
            PublishingError: It may not be published; nothing was sent.
        """
        payload = {
            "author": self.author,
            "commentary": finished.release().text,
            "visibility": visibility,
            "distribution": {
                "feedDistribution": "MAIN_FEED",
                "targetEntities": [],
                "thirdPartyDistributionChannels": [],
            },
            "lifecycleState": "PUBLISHED",
            "isReshareDisabledByAuthor": False,
        }
        try:
            # the answer is in the status and the headers: a body that is cut changes nothing
            with self._request("POST", "/rest/posts", json=payload) as response:
                return self._meaning(response, now)
        except requests.RequestException as fault:
            return _unanswered(fault)

    def delete(self, remote_id: str) -> None:
        """Delete a post; one that is already gone is no error.

        Raises:
            PublishingError: LinkedIn refuses.
        """
        try:
            response = self._request("DELETE", f"/rest/posts/{quote(remote_id, safe='')}")
        except requests.RequestException as fault:
            reason = type(fault).__name__
        else:
            if response.status_code in {requests.codes.no_content, requests.codes.ok, requests.codes.not_found}:
                return
            reason = self._refusal(response.status_code, _body(response))
        raise PublishingError(f"{remote_id} was not deleted: {reason}. You can safely try again.")

    def _request(self, method: str, path: str, **content: Any) -> requests.Response:  # noqa: ANN401 - as requests has it
        headers = {"LinkedIn-Version": self._version, "X-Restli-Protocol-Version": "2.0.0"}
        return requests.request(
            method,
            f"{self._address}{path}",
            headers=headers,
            auth=self._authorization,
            timeout=_OPTIONS.timeout,
            allow_redirects=False,
            stream=True,
            **content,
        )

    def _meaning(self, response: requests.Response, now: dt.datetime) -> Reply:
        status, body = response.status_code, _body(response)
        if status in {requests.codes.created, requests.codes.ok}:
            return Reply(Event.ACCEPTED, remote_id=_remote_id(response.headers))
        if status >= requests.codes.server_error or status == requests.codes.request_timeout:
            return Reply(Event.UNCLEAR, f"LinkedIn failed with HTTP {status}: the post may be there")
        if status == requests.codes.too_many_requests:
            again = _retry_after(response.headers, now) or _next_midnight(now)
            return Reply(Event.NOT_SENT, self._refusal(status, body), not_before=again)
        if status == requests.codes.unprocessable_entity and "DUPLICATE_POST" in str(body):
            return Reply(Event.DUPLICATE, f"LinkedIn reports this text as already posted: {self._message(body)}")
        at_fault = status in {requests.codes.bad_request, requests.codes.unprocessable_entity}
        return Reply(Event.REFUSED if at_fault else Event.NOT_SENT, self._refusal(status, body))

    def _refusal(self, status: int, body: Mapping[str, Any]) -> str:
        """Explain what is wrong and what to do."""
        message = self._message(body)
        match status:
            case requests.codes.unauthorized:
                fault = _TOKEN_FAULTS.get(str(body.get("serviceErrorCode")), "it is not valid")
                return f"LinkedIn rejects the login: {fault}. {_LOGIN_AGAIN}"
            case requests.codes.forbidden:
                return (
                    f"LinkedIn refuses access ({message}). Add the product 'Share on LinkedIn' to the app, and log in"
                    f" as the member who posts: `achievements login linkedin`"
                )
            case requests.codes.upgrade_required:
                return (
                    f"LinkedIn does not serve version {self._version} of its API (any more, or yet). Set"
                    " publishing.linkedin.version to a month of this year"
                )
            case requests.codes.too_many_requests:
                return f"LinkedIn's limit is reached ({message})"
            case _:
                return f"LinkedIn rejects it (HTTP {status}): {message}"

    def _message(self, body: Mapping[str, Any]) -> str:
        return self._authorization.redact(brief(body.get("message") or "no reason given"))


def _too_new(answer: Response) -> TransientError | None:
    is_new = isinstance(answer.body, dict) and answer.body.get("serviceErrorCode") == _NOT_KNOWN_YET
    return TransientError("the token is not known everywhere yet") if is_new else None


def _unanswered(fault: requests.RequestException) -> Reply:
    """Distinguish a failure before the first byte was sent from one after it."""
    cause = fault.args[0] if fault.args else None
    reason = getattr(cause, "reason", cause)
    never_met = isinstance(fault, requests.ConnectTimeout) or isinstance(reason, urllib3.exceptions.NewConnectionError)
    if never_met or "CERTIFICATE_VERIFY_FAILED" in str(reason):
        return Reply(Event.NOT_SENT, f"no connection to LinkedIn could be made ({type(fault).__name__})")
    return Reply(Event.UNCLEAR, f"LinkedIn gave no answer ({type(fault).__name__}): the post may be there")


def _body(response: requests.Response) -> Mapping[str, Any]:
    try:
        body = read_json(response, _OPTIONS)
    except requests.RequestException:
        return {}
    return body if isinstance(body, dict) else {}


def _retry_after(headers: Mapping[str, str], now: dt.datetime) -> dt.datetime | None:
    """Return the moment that LinkedIn names; None where it names none, or one that is not of the next year."""
    value = headers.get("Retry-After", "").strip()
    seconds = read_number(value)
    try:
        named = parsedate_to_datetime(value) if seconds is None else now + dt.timedelta(seconds=seconds)
        return named.astimezone(dt.UTC) if named.astimezone(dt.UTC) - now < _LONGEST_WAIT else None
    except (ValueError, OverflowError):
        return None


def _remote_id(headers: Mapping[str, str]) -> str | None:
    """Return the name of the post; None where there is no such name."""
    name = headers.get("x-restli-id", "").strip()
    return name if name.isprintable() and 0 < len(name) <= _LONGEST_ID else None


def _next_midnight(now: dt.datetime) -> dt.datetime:
    """The time at which LinkedIn resets its limits: midnight in UTC."""
    today = now.astimezone(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today + dt.timedelta(days=1)
