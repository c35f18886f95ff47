"""One way to speak HTTP with every API: send, parse, classify, and again where that can help.

What an answer means differs from API to API (Linear says "rate limited" as HTTP 400, GitHub as 403, or as 200), so each
source brings a function that classifies its answers; timeouts, retries, waiting and words for people stand here, once.
The loop is around parsing and classifying too: a cut body or a rate limit inside a 200 is no fault of the connection,
and the retries of the connection never see it.

Secrets live in the request's authorization only, as `SecretStr`. Errors are raised outside of the handler that caught
the library's own, so that no exception carries a request with its headers along, and their words are redacted.
"""

import datetime as dt
import json
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

NOT_JSON: Final = object()
"""The body of an answer that could not be parsed."""

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_PROGRESS_EVERY = 30.0
_CHUNK = 65536
_CLOCK_MARGIN = 1.0
_HEAVY_ATTEMPTS = 2


class TransientError(Exception):
    """An answer, or none, that the same request may better later on."""

    def __init__(self, reason: str, *, wait: float | None = None, heavy: bool = False) -> None:
        """Say why.

        Args:
            reason: A clause for people: "the rate limit is reached".
            wait: Seconds until the moment that the server named; without one the wait grows from try to try.
            heavy: Whether asking for less may help too: given up after two tries, as `TooHeavyError`.
        """
        super().__init__(reason)
        self.wait = wait
        self.heavy = heavy


class TooHeavyError(SourceError):
    """The server can't answer so much at once: ask for less."""


class UnreachableError(SourceError):
    """The server gives no answer, whatever it is asked: nothing else can be had of it for now."""


class RefusedError(SourceError):
    """The server can't or won't show this one thing; others it may."""


Problem = TransientError | SourceError
"""What can be wrong with an answer: worth another try, or not."""


class _EndlessAnswerError(requests.RequestException):
    """An answer is larger than any that is asked for."""


@dataclass(frozen=True)
class Wire:
    """How patient requests are, and the clock that they are patient by.

    `timeout` bounds connecting and each read, in seconds; `answer_seconds` and `answer_bytes` a whole answer, which may
    come in drops or without end; `attempts` the tries of one request; `patience` the seconds that one client waits
    altogether. GitHub and Linear count by the hour, so the default outlasts one reset.
    `progress` hears a sentence when a wait begins and every half minute while it lasts.
    """

    timeout: tuple[float, float] = (10.0, 60.0)
    attempts: int = 6
    patience: float = 3900.0
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    progress: Callable[[str], None] = lambda _: None
    answer_seconds: float = 300.0
    answer_bytes: int = 256 * 2**20


@dataclass(frozen=True)
class Answer:
    """What a server answered: `body` is parsed JSON or `NOT_JSON`, `sent_at` the moment by the server's own clock."""

    status: int
    headers: Mapping[str, str]
    body: Any
    sent_at: float
    links: Mapping[str, str]

    def seconds_until(self, epoch: float) -> float:
        """The wait until a moment that the server named, measured by the server's clock: ours may be wrong."""
        return max(0.0, epoch - self.sent_at) + _CLOCK_MARGIN

    @property
    def retry_after(self) -> float | None:
        """Seconds that a Retry-After header asks to wait, which may name a number or a date; None without one."""
        value = self.headers.get("Retry-After", "").strip()
        if value.isdecimal():
            return float(value)
        named = _parse_http_date(value)
        return None if named is None else self.seconds_until(named)


class Authorization(AuthBase):
    """Sets the Authorization header, and shows it to nobody else."""

    def __init__(self, secret: SecretStr, scheme: str = "Bearer") -> None:
        """Take the secret that follows the scheme; an empty scheme sends it bare, as Linear's personal keys want it."""
        value = secret.get_secret_value().strip()
        if not value or not value.isascii() or not value.isprintable():
            # http.client would quote the whole header in its error
            raise SourceError("The token is empty or holds characters that no token has: copy it again.")
        self._secret = SecretStr(value)
        self._scheme = scheme

    @classmethod
    def basic(cls, username: str, password: SecretStr) -> "Authorization":
        """Authorization by user name and password."""
        pair = f"{username}:{password.get_secret_value()}".encode()
        return cls(SecretStr(b64encode(pair).decode("ascii")), "Basic")

    def __call__(self, r: requests.PreparedRequest) -> requests.PreparedRequest:
        """Sign a request."""
        r.headers["Authorization"] = f"{self._scheme} {self._secret.get_secret_value()}".strip()
        return r

    def redact(self, text: str) -> str:
        """Return the text without the secret, should a server have quoted it."""
        return text.replace(self._secret.get_secret_value(), "***")


class HttpClient:
    """Speaks JSON with one API below one base address.

    Args:
        name: The API for people: "GitHub".
        address: The base address. A user and password in it are sent as such, and shown to nobody.
        classify: Returns what, by the API's own rules, is wrong with an answer; where that is nothing, the rules of
            HTTP decide.
        authorization: Signs each request; without one, a ``.netrc`` may.
        headers: Sent with each request.
        wire: Limits of patience, clock and progress.

    Raises:
        SourceError: The address is none, or a secret would be sent to it unencrypted.
    """

    def __init__(  # noqa: PLR0913 - a client is configured in one place
        self,
        name: str,
        address: str,
        *,
        classify: Callable[[Answer], Problem | None],
        authorization: Authorization | None = None,
        headers: Mapping[str, str] | None = None,
        wire: Wire | None = None,
    ) -> None:
        self.name = name
        self.address, inline = _split_address(name, address)
        self._classify = classify
        self._authorization = authorization or inline
        if self._authorization and not is_private(self.address):
            raise SourceError(
                f"{name} at {self.address} is no https address: its token could be read on the way. Give an https "
                "address, or an ssh tunnel's on this machine (http://127.0.0.1:PORT)."
            )
        self._wire = wire or Wire()
        self._waited = 0.0
        self._session = requests.Session()
        self._session.auth = self._authorization
        self._session.headers.update(
            {"Accept": "application/json", "User-Agent": f"achievement-pipeline/{__version__}"}
        )
        self._session.headers.update(headers or {})

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> Answer:
        """Ask for a path below the base address, or for a link of an earlier answer, followed as it is.

        Raises:
            SourceError: It can't be had, now and after all patience; the message says what to do.
        """
        return self._persist("GET", self._locate(path), params=params)

    def post(self, path: str, payload: Mapping[str, Any]) -> Answer:
        """Post JSON to a path below the base address; it is repeated like a reading, so it must only be one.

        Raises:
            SourceError: It can't be had, now and after all patience; the message says what to do.
        """
        return self._persist("POST", self._locate(path), json=payload)

    def _locate(self, path: str) -> str:
        if "://" not in path:
            return f"{self.address}{path}"
        if _origin(path) != _origin(self.address):
            raise SourceError(
                f"{self.name} at {self.address} points to {_origin(path)}, where its token must not go: "
                "set the base address to the one that the server itself uses."
            )
        return path

    def _persist(self, method: str, url: str, **content: Any) -> Answer:  # noqa: ANN401 - as requests has it
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(TransientError),
            wait=_wait,
            stop=self._is_hopeless,
            sleep=self._sleep,
            before_sleep=self._announce,
            retry_error_callback=self._give_up,
        )
        return retrying(self._attempt, method, url, **content)

    def _attempt(self, method: str, url: str, **content: Any) -> Answer:  # noqa: ANN401
        answer = self._send(method, url, **content)
        problem = self._classify(answer) or self._classify_http(answer)
        if isinstance(problem, SourceError):
            raise type(problem)(self._redact(str(problem)))
        if problem is not None:
            raise problem
        return answer

    def _send(self, method: str, url: str, **content: Any) -> Answer:  # noqa: ANN401
        try:
            response = self._session.request(
                method, url, timeout=self._wire.timeout, allow_redirects=method == "GET", stream=True, **content
            )
            body = self._read(response)
        except requests.RequestException as fault:
            problem = self._describe(fault)
        else:
            sent_at = _parse_http_date(response.headers.get("Date", ""))
            return Answer(
                status=response.status_code,
                headers=response.headers,
                body=_parse_json(body),
                sent_at=self._wire.clock() if sent_at is None else sent_at,
                links={name: link["url"] for name, link in response.links.items()},
            )
        raise problem

    def _read(self, response: requests.Response) -> bytes:
        """Read a whole answer, as long as it keeps within its limits of time and size."""
        end = time.monotonic() + self._wire.answer_seconds
        content = bytearray()
        with response:
            for chunk in response.iter_content(_CHUNK):
                content += chunk
                if len(content) > self._wire.answer_bytes:
                    raise _EndlessAnswerError
                if time.monotonic() > end:
                    raise requests.Timeout
        return bytes(content)

    def _describe(self, fault: requests.RequestException) -> Problem:
        """Say why there was no answer in words of our own: the library's quote addresses and headers."""
        where = f"{self.name} at {self.address}"
        match fault:
            case requests.exceptions.SSLError():
                return SourceError(
                    f"No secure connection can be made to {where}: if its certificate is your organisation's own, set "
                    "REQUESTS_CA_BUNDLE to the organisation's certificates; else correct the address."
                )
            case requests.Timeout():
                return TransientError("it does not answer in time")
            case _EndlessAnswerError():
                return SourceError(f"{where} sends an answer without end: correct the address.")
            case requests.exceptions.ChunkedEncodingError() | requests.exceptions.ContentDecodingError():
                return TransientError("its answer was cut off")
            case requests.ConnectionError():
                return TransientError("no connection could be made or kept")
            case _:
                return SourceError(f"{where} can't be asked ({type(fault).__name__}): correct the address.")

    def _classify_http(self, answer: Answer) -> Problem | None:
        where = f"{self.name} at {self.address}"
        if answer.status == requests.codes.too_many_requests:
            return TransientError("too many requests", wait=answer.retry_after)
        if answer.status >= requests.codes.server_error or answer.status == requests.codes.request_timeout:
            return TransientError(f"the server failed with HTTP {answer.status}", wait=answer.retry_after)
        if answer.status in {requests.codes.unauthorized, requests.codes.forbidden}:
            return SourceError(f"{where} refuses access (HTTP {answer.status}): check the token and its permissions.")
        if answer.status != requests.codes.ok:
            return RefusedError(f"{where} answers HTTP {answer.status}: check the address and what is asked for.")
        if answer.body is NOT_JSON and "html" in answer.headers.get("Content-Type", ""):
            return SourceError(
                f"{where} answers with a web page, no API: check the address, and the user and password or token "
                "if the page asks to log in."
            )
        return TransientError("its answer is no JSON") if answer.body is NOT_JSON else None

    def _is_hopeless(self, state: tenacity.RetryCallState) -> bool:
        fault = _fault_of(state)
        attempts = min(self._wire.attempts, _HEAVY_ATTEMPTS) if fault.heavy else self._wire.attempts
        return state.attempt_number >= attempts or self._waited + state.upcoming_sleep > self._wire.patience

    def _give_up(self, state: tenacity.RetryCallState) -> Answer:
        fault = _fault_of(state)
        tries = f"after {state.attempt_number} tries" if state.attempt_number > 1 else "at the first try"
        problem = f"{self.name} at {self.address} gives no answer {tries}: {self._redact(str(fault))}."
        if fault.heavy:
            raise TooHeavyError(f"{problem} Run again later.")
        if fault.wait is not None:
            raise UnreachableError(f"{problem} It can be asked again at {self._moment(fault.wait)}: run again then.")
        raise UnreachableError(f"{problem} Check the network and the address, or run again later.")

    def _announce(self, state: tenacity.RetryCallState) -> None:
        self._progress(_fault_of(state), state.upcoming_sleep)

    def _progress(self, fault: TransientError, left: float) -> None:
        reason = self._redact(str(fault))
        self._wire.progress(f"{self.name}: {reason}; asking again in {left:.0f} s, at {self._moment(left)}")

    def _sleep(self, seconds: float) -> None:
        """Sleep to the end by the wall clock: after a suspended laptop wakes, the wait may be over."""
        self._waited += seconds
        end = self._wire.clock() + seconds
        while (left := end - self._wire.clock()) > 0:
            self._wire.sleep(min(left, _PROGRESS_EVERY))
            if left > _PROGRESS_EVERY:
                self._wire.progress(f"{self.name}: still waiting, {left - _PROGRESS_EVERY:.0f} s left")

    def _moment(self, seconds: float) -> str:
        return dt.datetime.fromtimestamp(self._wire.clock() + seconds, dt.UTC).strftime("%H:%M:%S UTC")

    def _redact(self, text: str) -> str:
        return text if self._authorization is None else self._authorization.redact(text)


_backoff = tenacity.wait_exponential_jitter(initial=1, max=30, jitter=1)
_jitter = tenacity.wait_random(0, 1)


def _wait(state: tenacity.RetryCallState) -> float:
    """Seconds until the next try: a wait that doubles, and never less than the server's word; both with jitter."""
    return max(_backoff(state), (_fault_of(state).wait or 0.0) + _jitter(state))


def _fault_of(state: tenacity.RetryCallState) -> TransientError:
    fault = state.outcome and state.outcome.exception()
    if not isinstance(fault, TransientError):
        raise TypeError(fault)  # tenacity asks about those only, by `retry`
    return fault


def _split_address(name: str, address: str) -> tuple[str, Authorization | None]:
    """Part the user and password of an address from the address."""
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        parts = urlsplit("")
    host = parts.netloc.rpartition("@")[2]
    if parts.scheme not in {"http", "https"} or not host:
        raise SourceError(f"The address of {name} is no http or https address: give one such as https://HOST/PATH.")
    plain = urlunsplit((parts.scheme, host, parts.path.rstrip("/"), "", ""))
    if parts.username is None:
        return plain, None
    return plain, Authorization.basic(unquote(parts.username), SecretStr(unquote(parts.password or "")))


def is_private(address: str) -> bool:
    """Whether nobody on the way can read what is sent to an address: by encryption, or as it stays on this machine."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.hostname or "") in _LOOPBACK


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def _parse_json(content: bytes) -> Any:  # noqa: ANN401 - JSON
    try:
        return json.loads(content)
    except ValueError:
        return NOT_JSON


def _parse_http_date(value: str) -> float | None:
    try:
        return parsedate_to_datetime(value).timestamp()
    except ValueError:
        return None
