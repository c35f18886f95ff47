"""The HTTP client for all APIs: timeouts, retries, rate limits and error messages.

APIs use status codes differently (a rate limit is HTTP 400 in Linear, and 403 or 200 in GitHub), so each source passes
a function that classifies its responses. Parsing and classifying are part of the retry loop, because a truncated body
or a rate limit inside a 200 is not a connection error.

Secrets are kept only in `Authorization`, as `SecretStr`. Errors are raised outside the handler of the library's
exceptions, so that no exception carries a request with its headers, and their messages are redacted.
"""

import datetime as dt
import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import unquote, urlsplit, urlunsplit

import requests
import tenacity
from pydantic import SecretStr
from requests.auth import AuthBase

from achievement_pipeline import __version__
from achievement_pipeline.errors import SourceError
from achievement_pipeline.parsing.addresses import is_secure
from achievement_pipeline.parsing.untrusted import UnreadableTextError, parse_json

NOT_JSON: Final = object()
"""The body of a response that is not JSON."""

_PROGRESS_EVERY = 30.0
_CHUNK = 65536
_CLOCK_MARGIN = 1.0
_HEAVY_ATTEMPTS = 2
_LONGEST_NUMBER = 15
"""Digits: enough for milliseconds since 1970."""
_LONGEST_QUOTE = 500


class TransientError(Exception):
    """A failure that may succeed when retried."""

    def __init__(self, reason: str, *, wait: float | None = None, heavy: bool = False) -> None:
        """Describe the failure.

        Args:
            reason: A clause for people: "the rate limit is reached".
            wait: Seconds until the time that the server named. Without it, the wait backs off exponentially.
            heavy: Whether a smaller request may help. It is tried twice, then raises `TooHeavyError`.
        """
        super().__init__(reason)
        self.wait = wait
        self.heavy = heavy


class TooHeavyError(SourceError):
    """The request is too heavy for the server: request less."""


class UnreachableError(SourceError):
    """The server does not respond. Other requests to it will fail too for now."""


class RefusedError(SourceError):
    """The server does not return this one object. Requests for others may succeed."""


Problem = TransientError | SourceError
"""A failed response: worth retrying (`TransientError`) or not (`SourceError`)."""


class _OversizedResponseError(requests.RequestException):
    """A response is larger than `RequestOptions.response_bytes`."""


@dataclass(frozen=True)
class RequestOptions:
    """Timeouts, retries and the clock of an `HttpClient`.

    Attributes:
        timeout: Seconds to connect, and seconds per read.
        attempts: Maximum attempts per request.
        max_wait_seconds: Maximum total wait of one client. GitHub and Linear have hourly rate limits, so the default is
            longer than an hour.
        clock: Returns seconds since the epoch.
        sleep: Sleeps for a number of seconds.
        progress: Called with a sentence when a wait begins, and every 30 seconds while it lasts.
        response_seconds: Maximum seconds to read a whole response.
        response_bytes: Maximum bytes of a response body.
    """

    timeout: tuple[float, float] = (10.0, 60.0)
    attempts: int = 6
    max_wait_seconds: float = 3900.0
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    progress: Callable[[str], None] = lambda _: None
    response_seconds: float = 300.0
    response_bytes: int = 64 * 2**20


DEFAULT_OPTIONS: Final = RequestOptions()


@dataclass(frozen=True)
class Response:
    """A response.

    Attributes:
        status: The HTTP status code.
        headers: The headers, with case-insensitive names.
        body: The parsed JSON, or `NOT_JSON`.
        sent_at: When it was sent by the server's clock, in seconds since the epoch.
        links: URLs of the ``Link`` header by relation.
    """

    status: int
    headers: Mapping[str, str]
    body: Any
    sent_at: float
    links: Mapping[str, str]

    def seconds_until(self, epoch: float) -> float:
        """Return the seconds until a time that the server named, by the server's clock, since ours may be wrong."""
        return max(0.0, epoch - self.sent_at) + _CLOCK_MARGIN

    @property
    def retry_after(self) -> float | None:
        """The seconds to wait by the Retry-After header, which holds a number or a date. None without one."""
        value = self.headers.get("Retry-After", "")
        seconds = read_number(value)
        if seconds is not None:
            return float(seconds)
        named = _parse_http_date(value)
        return None if named is None else self.seconds_until(named)


class Authorization(AuthBase):
    """Sets the Authorization header, and keeps the secret out of logs and messages."""

    def __init__(self, secret: SecretStr, scheme: str = "Bearer") -> None:
        """Send the secret after the scheme. An empty scheme sends it bare, as Linear's personal keys require."""
        value = secret.get_secret_value().strip()
        if not value or not value.isascii() or not value.isprintable():
            # http.client would quote the whole header in its error
            raise SourceError("The token is empty or contains invalid characters: copy it again.")
        self._secret = SecretStr(value)
        self._scheme = scheme

    @classmethod
    def basic(cls, username: str, password: SecretStr) -> "Authorization":
        """HTTP basic authentication."""
        pair = f"{username}:{password.get_secret_value()}".encode()
        return cls(SecretStr(b64encode(pair).decode("ascii")), "Basic")

    def __call__(self, r: requests.PreparedRequest) -> requests.PreparedRequest:
        """Set the header of a request."""
        r.headers["Authorization"] = f"{self._scheme} {self._secret.get_secret_value()}".strip()
        return r

    def redact(self, text: str) -> str:
        """Remove the secret from a text, in case a server has quoted it."""
        return text.replace(self._secret.get_secret_value(), "***")


class HttpClient:
    """A client for one JSON API.

    Args:
        name: The API's name, for messages: "GitHub".
        address: The base URL. A user and password in it are sent as basic authentication and never shown.
        classify: Returns the problem with a response by the API's own rules, or None to apply the rules of HTTP.
        authorization: Authorizes each request. Without it, ``.netrc`` applies.
        headers: Headers of each request.
        options: Timeouts, retries, clock and progress.

    Raises:
        SourceError: The address is not an http or https URL, or would receive a secret unencrypted.
    """

    def __init__(  # noqa: PLR0913 - a client is configured in one place
        self,
        name: str,
        address: str,
        *,
        classify: Callable[[Response], Problem | None],
        authorization: Authorization | None = None,
        headers: Mapping[str, str] | None = None,
        options: RequestOptions | None = None,
    ) -> None:
        self.name = name
        self.address, inline = _split_address(name, address)
        self._classify = classify
        self._authorization = authorization or inline
        if self._authorization and not is_secure(self.address):
            raise SourceError(
                f"{name} at {self.address} is not an https URL, so its token would be sent unencrypted. Use an https "
                "URL, or an ssh tunnel on this machine (http://127.0.0.1:PORT)."
            )
        self._options = options or RequestOptions()
        self._waited = 0.0
        self._session = requests.Session()
        self._session.auth = self._authorization
        self._session.headers.update(
            {"Accept": "application/json", "User-Agent": f"achievement-pipeline/{__version__}"}
        )
        self._session.headers.update(headers or {})

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> Response:
        """Send a GET request for a path below the base URL, or for an absolute link of an earlier response.

        Raises:
            SourceError: The request failed, after all retries.
        """
        return self._request("GET", self._locate(path), params=params)

    def post(self, path: str, payload: Mapping[str, Any]) -> Response:
        """Send a POST request with JSON to a path below the base URL. It is retried, so it must be idempotent.

        Raises:
            SourceError: The request failed, after all retries.
        """
        return self._request("POST", self._locate(path), json=payload)

    def _locate(self, path: str) -> str:
        if "://" not in path:
            return f"{self.address}{path}"
        if _origin(path) != _origin(self.address):
            raise SourceError(
                f"{self.name} at {self.address} links to {_origin(path)}, where its token must not go: "
                "set the base URL to the one that the server itself uses."
            )
        return path

    def _request(self, method: str, url: str, **content: Any) -> Response:  # noqa: ANN401 - as requests has it
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(TransientError),
            wait=_wait,
            stop=self._should_stop,
            sleep=self._sleep,
            before_sleep=self._announce,
            retry_error_callback=self._give_up,
        )
        return retrying(self._attempt, method, url, **content)

    def _attempt(self, method: str, url: str, **content: Any) -> Response:  # noqa: ANN401
        response = self._send(method, url, **content)
        problem = self._classify(response) or self._classify_http(response)
        if isinstance(problem, SourceError):
            raise type(problem)(self._redact(str(problem)))
        if problem is not None:
            raise problem
        return response

    def _send(self, method: str, url: str, **content: Any) -> Response:  # noqa: ANN401
        try:
            reply = self._session.request(
                method, url, timeout=self._options.timeout, allow_redirects=method == "GET", stream=True, **content
            )
            body = read_json(reply, self._options)
        except requests.RequestException as fault:
            problem = self._describe(fault)
        else:
            sent_at = _parse_http_date(reply.headers.get("Date", ""))
            return Response(
                status=reply.status_code,
                headers=reply.headers,
                body=body,
                sent_at=self._options.clock() if sent_at is None else sent_at,
                links={name: link["url"] for name, link in reply.links.items()},
            )
        raise problem

    def _describe(self, fault: requests.RequestException) -> Problem:
        """Describe a failed request. The library's own messages would quote URLs and headers."""
        where = f"{self.name} at {self.address}"
        match fault:
            case requests.exceptions.SSLError():
                return SourceError(
                    f"The TLS connection to {where} failed: if its certificate is your organisation's own, set "
                    "REQUESTS_CA_BUNDLE to the organisation's certificates; else correct the address."
                )
            case requests.Timeout():
                return TransientError("it timed out")
            case _OversizedResponseError():
                return SourceError(f"{where} sent a response that is too large: correct the address.")
            case requests.exceptions.ChunkedEncodingError() | requests.exceptions.ContentDecodingError():
                return TransientError("its response was cut off")
            case requests.ConnectionError():
                return TransientError("the connection failed")
            case _:
                return SourceError(f"The request to {where} failed ({type(fault).__name__}): correct the address.")

    def _classify_http(self, response: Response) -> Problem | None:
        where = f"{self.name} at {self.address}"
        if response.status == requests.codes.too_many_requests:
            return TransientError("too many requests", wait=response.retry_after)
        if response.status >= requests.codes.server_error or response.status == requests.codes.request_timeout:
            return TransientError(f"the server failed with HTTP {response.status}", wait=response.retry_after)
        if response.status in {requests.codes.unauthorized, requests.codes.forbidden}:
            return SourceError(f"{where} denies access (HTTP {response.status}): check the token and its permissions.")
        if response.status != requests.codes.ok:
            return RefusedError(f"{where} returned HTTP {response.status}: check the address and the request.")
        if response.body is NOT_JSON and "html" in response.headers.get("Content-Type", ""):
            return SourceError(
                f"{where} returned a web page, not JSON: check the address, and the user and password or token "
                "if the page is a login form."
            )
        return TransientError("its response is not JSON") if response.body is NOT_JSON else None

    def _should_stop(self, state: tenacity.RetryCallState) -> bool:
        fault = _fault_of(state)
        attempts = min(self._options.attempts, _HEAVY_ATTEMPTS) if fault.heavy else self._options.attempts
        return state.attempt_number >= attempts or self._waited + state.upcoming_sleep > self._options.max_wait_seconds

    def _give_up(self, state: tenacity.RetryCallState) -> Response:
        fault = _fault_of(state)
        tries = f"{state.attempt_number} attempts" if state.attempt_number > 1 else "1 attempt"
        problem = f"{self.name} at {self.address} failed after {tries}: {self._redact(str(fault))}."
        if fault.heavy:
            raise TooHeavyError(f"{problem} Run again later.")
        if fault.wait is not None:
            raise UnreachableError(f"{problem} Run again at {self._time_after(fault.wait)}.")
        raise UnreachableError(f"{problem} Check the network and the address, or run again later.")

    def _announce(self, state: tenacity.RetryCallState) -> None:
        self._progress(_fault_of(state), state.upcoming_sleep)

    def _progress(self, fault: TransientError, left: float) -> None:
        reason = self._redact(str(fault))
        self._options.progress(f"{self.name}: {reason}; retrying in {left:.0f} s, at {self._time_after(left)}")

    def _sleep(self, seconds: float) -> None:
        """Sleep until a time of the wall clock: the wait may be over when a suspended laptop wakes."""
        self._waited += seconds
        end = self._options.clock() + seconds
        while (left := end - self._options.clock()) > 0:
            self._options.sleep(min(left, _PROGRESS_EVERY))
            if left > _PROGRESS_EVERY:
                self._options.progress(f"{self.name}: still waiting, {left - _PROGRESS_EVERY:.0f} s left")

    def _time_after(self, seconds: float) -> str:
        try:
            return dt.datetime.fromtimestamp(self._options.clock() + seconds, dt.UTC).strftime("%H:%M:%S UTC")
        except (ValueError, OverflowError):
            return "a time in thousands of years"

    def _redact(self, text: str) -> str:
        return text if self._authorization is None else self._authorization.redact(text)


_backoff = tenacity.wait_exponential_jitter(initial=1, max=30, jitter=1)
_jitter = tenacity.wait_random(0, 1)


def _wait(state: tenacity.RetryCallState) -> float:
    """Return the seconds until the next attempt: exponential backoff, at least the server's wait, with jitter."""
    return max(_backoff(state), (_fault_of(state).wait or 0.0) + _jitter(state))


def _fault_of(state: tenacity.RetryCallState) -> TransientError:
    fault = state.outcome and state.outcome.exception()
    if not isinstance(fault, TransientError):
        raise TypeError(fault)  # tenacity retries only these, by `retry`
    return fault


def _split_address(name: str, address: str) -> tuple[str, Authorization | None]:
    """Split an address into the address without its user info, and the authorization by it."""
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        parts = urlsplit("")
    host = parts.netloc.rpartition("@")[2]
    if parts.scheme not in {"http", "https"} or not host:
        raise SourceError(f"The address of {name} is not an http or https URL. Use one such as https://HOST/PATH.")
    plain = urlunsplit((parts.scheme, host, parts.path.rstrip("/"), "", ""))
    if parts.username is None:
        return plain, None
    return plain, Authorization.basic(unquote(parts.username), SecretStr(unquote(parts.password or "")))


def _origin(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return "an address that is none"
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def read_json(response: requests.Response, options: RequestOptions = DEFAULT_OPTIONS) -> Any:  # noqa: ANN401 - JSON
    """Read a whole answer to a request with ``stream=True``, within the limits of time and size, and parse it.

    Returns:
        Parsed JSON, or `NOT_JSON`.

    Raises:
        requests.RequestException: It was cut off, or exceeds a limit.
    """
    end = time.monotonic() + options.response_seconds
    content = bytearray()
    with response:
        for chunk in response.iter_content(_CHUNK):
            content += chunk
            if len(content) > options.response_bytes:
                raise _OversizedResponseError
            if time.monotonic() > end:
                raise requests.Timeout
    try:
        return parse_json(bytes(content))
    except UnreadableTextError:
        return NOT_JSON


def brief(value: Any) -> str:  # noqa: ANN401 - JSON
    """Return the words of a server, no more than a message has room for."""
    text = str(value)
    return text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}…"


def read_number(header: str) -> int | None:
    """Read the number of seconds or requests in a header; None where it holds no number, or an absurd one."""
    digits = header.strip()
    return int(digits) if digits.isdecimal() and len(digits) <= _LONGEST_NUMBER else None


def _parse_http_date(value: str) -> float | None:
    try:
        return parsedate_to_datetime(value.strip()).timestamp()
    except (ValueError, OverflowError, TypeError):
        return None
