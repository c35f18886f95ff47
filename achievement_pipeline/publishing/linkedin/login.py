"""Logging in to LinkedIn: OAuth 2.0 by the browser, with the answer coming back to this machine.

LinkedIn takes the app's name and secret in the body of the form only; Basic is refused. A login lives 60 days, and apps
that are no marketing partner's get no refresh token: then the user has to log in again.
https://learn.microsoft.com/linkedin/shared/authentication/authorization-code-flow
"""

from __future__ import annotations

import datetime as dt
import secrets
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

import requests
from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError, field_serializer

from achievement_pipeline.errors import PublishingError
from achievement_pipeline.http import brief, read_json
from achievement_pipeline.publishing.linkedin.settings import API_URL, OAUTH_URL, WARNED_BEFORE

if TYPE_CHECKING:
    from achievement_pipeline.publishing.outbox.secret_store import SecretStore

SCOPES = ("openid", "profile", "w_member_social")

_NAME = "linkedin"
_TIMEOUT = (10, 60)
_A_LOOK = 0.5
_PAGE = "<!doctype html><meta charset=utf-8><title>LinkedIn</title><p>{}</p>"


class Login(BaseModel):
    """The tokens that LinkedIn issued for the user's consent."""

    model_config = ConfigDict(frozen=True)

    access_token: SecretStr
    expires_at: dt.datetime
    refresh_token: SecretStr | None = None
    refresh_expires_at: dt.datetime | None = None
    author: str = ""
    """``urn:li:person:...``; requested once, because requests are limited."""
    address: str = API_URL
    """Address of its API; it is sent nowhere else."""

    @field_serializer("access_token", "refresh_token", when_used="json-unless-none")
    def _open(self, secret: SecretStr) -> str:
        return secret.get_secret_value()


class App(BaseModel):
    """The user's LinkedIn app, and the address of its login."""

    model_config = ConfigDict(frozen=True)

    client_id: str
    client_secret: SecretStr
    oauth_url: str = OAUTH_URL
    redirect_port: int

    @property
    def redirect_url(self) -> str:
        """The redirect URL, which must be authorized in the app."""
        return f"http://localhost:{self.redirect_port}/callback"

    def authorization_url(self, state: str) -> str:
        """Return the address at which the user consents.

        Args:
            state: What comes back with the answer, so that nobody else's answer is taken.
        """
        query = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_url,
            "state": state,
            "scope": " ".join(SCOPES),
        }
        return f"{self.oauth_url}/authorization?{urlencode(query)}"

    def exchange(self, code: str, now: dt.datetime) -> Login:
        """Turn the code of an answer into a login.

        Raises:
            PublishingError: LinkedIn refuses it.
        """
        return self._ask({"grant_type": "authorization_code", "code": code, "redirect_uri": self.redirect_url}, now)

    def refresh(self, login: Login, now: dt.datetime) -> Login:
        """Return a login that lives longer; its refresh token stays, and so does that one's end.

        Raises:
            PublishingError: LinkedIn refuses it.
        """
        token = login.refresh_token.get_secret_value() if login.refresh_token else ""
        fresh = self._ask({"grant_type": "refresh_token", "refresh_token": token}, now)
        kept = {"refresh_token": login.refresh_token, "refresh_expires_at": login.refresh_expires_at}
        return fresh.model_copy(
            update={"author": login.author, "address": login.address, **({} if fresh.refresh_token else kept)}
        )

    def _ask(self, form: Mapping[str, str], now: dt.datetime) -> Login:
        credentials = {"client_id": self.client_id, "client_secret": self.client_secret.get_secret_value()}
        try:
            response = requests.post(
                f"{self.oauth_url}/accessToken",
                data={**form, **credentials},
                timeout=_TIMEOUT,
                allow_redirects=False,
                stream=True,
            )
            answer = read_json(response)
        except requests.RequestException as fault:
            # the library's words may quote the form
            problem = PublishingError(
                f"LinkedIn gives no login ({type(fault).__name__} at {self.oauth_url}). Check the network, try again."
            )
        else:
            if response.ok and isinstance(answer, dict):
                return _read_login(answer, now)
            problem = self._refusal(response.status_code, answer)
        raise problem

    def _refusal(self, status: int, answer: Any) -> PublishingError:  # noqa: ANN401 - JSON
        reason = answer.get("error_description") or answer.get("error") if isinstance(answer, dict) else None
        words = brief(reason or "no reason given").replace(self.client_secret.get_secret_value(), "***")
        return PublishingError(
            f"LinkedIn gives no login (HTTP {status}): {words}. Check LINKEDIN_CLIENT_ID, LINKEDIN_CLIENT_SECRET, and "
            f"that {self.redirect_url} is among the app's authorized redirect URLs."
        )


class Logins:
    """Keeps the login between commands."""

    def __init__(self, secret_store: SecretStore) -> None:
        """Take where secrets are kept."""
        self._secrets = secret_store

    def keep(self, login: Login) -> str:
        """Keep a login, and return where, for people."""
        return self._secrets.write(_NAME, login.model_dump_json())

    def find(self) -> Login | None:
        """Return the login, expired or not; none where there is none."""
        kept = self._secrets.read(_NAME)
        try:
            return Login.model_validate_json(kept) if kept else None
        except ValidationError:
            return None

    def forget(self) -> None:
        """Forget the login."""
        self._secrets.delete(_NAME)

    def usable(self, app: App, now: dt.datetime) -> Login:
        """Return a login that has not expired, refreshed where that is possible and it soon will.

        Raises:
            PublishingError: There is none.
        """
        login = self.find()
        if login is None:
            raise PublishingError("You are not logged in to LinkedIn. Run `achievements login linkedin`.")
        if is_near(login, now) and login.refresh_token and (login.refresh_expires_at or now) >= now:
            login = self._refreshed(app, login, now)
        if login.expires_at <= now:
            raise PublishingError("The login to LinkedIn has expired. Run `achievements login linkedin`.")
        return login

    def _refreshed(self, app: App, login: Login, now: dt.datetime) -> Login:
        """Return a login that lives longer, or the same one where LinkedIn does not give any and it is still valid."""
        try:
            fresh = app.refresh(login, now)
        except PublishingError:
            if login.expires_at <= now:
                raise
            return login
        self.keep(fresh)
        return fresh


def is_near(login: Login, now: dt.datetime) -> bool:
    """Whether the end of a login is so near that people are warned."""
    return login.expires_at - now <= WARNED_BEFORE


def warning(login: Login | None, now: dt.datetime) -> str:
    """Return a warning about the end of the login, empty if it is far away; for doctor, digest and command line."""
    if login is None or not is_near(login, now):
        return ""
    renewed = login.refresh_expires_at if login.refresh_token else None
    if renewed and renewed - now > WARNED_BEFORE:
        return ""
    end = f"{login.expires_at:%Y-%m-%d}"
    ends = f"The login to LinkedIn expires on {end}" if login.expires_at > now else f"The login expired on {end}"
    return f"{ends}. Run `achievements login linkedin`."


def new_state() -> str:
    """Return what nobody can guess."""
    return secrets.token_urlsafe(32)


def wait_for_code(port: int, state: str, seconds: float = 300) -> str:
    """Serve the redirect URL on this machine until the browser brings the user's answer, and return its code.

    What comes with another state is refused and waited past: somebody else may have sent it.

    Raises:
        PublishingError: The port is taken, the user refused, or nothing came in time.
    """
    try:
        server = _Callback(("127.0.0.1", port), _Handler)
    except OSError as error:
        raise PublishingError(
            f"Port {port} can't be used ({error.strerror}). End what uses it, or set publishing.linkedin.redirect_port."
        ) from error
    with server:
        server.state, server.timeout = state, _A_LOOK
        end = time.monotonic() + seconds
        while not server.answer and time.monotonic() < end:
            server.handle_request()
    if "code" in server.answer:
        return server.answer["code"]
    if server.answer:
        reason = server.answer.get("error_description") or server.answer["error"]
        raise PublishingError(f"LinkedIn gives no login: {reason}.")
    raise PublishingError("Nobody answered in the browser in time. Run `achievements login linkedin` again.")


class _Callback(HTTPServer):
    state: str
    answer: Mapping[str, str] = {}


class _Handler(BaseHTTPRequestHandler):
    server: _Callback
    timeout = 5
    """Seconds: a browser that connects and sends nothing must not block the others."""

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        answer = {name: values[0] for name, values in parse_qs(url.query).items()}
        known = secrets.compare_digest(answer.get("state", "").encode(), self.server.state.encode())
        if url.path != "/callback" or not known or not answer.keys() & {"code", "error"}:
            self._say(400, "This is not the answer that is waited for.")
            return
        self.server.answer = answer
        self._say(200, "Done: you can close this page." if "code" in answer else "LinkedIn gave no login.")

    def _say(self, status: int, words: str) -> None:
        content = _PAGE.format(words).encode()
        self.send_response(status)
        for name, value in {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Length": str(len(content)),
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Log nothing: the address contains the code."""


def _read_login(answer: Mapping[str, Any], now: dt.datetime) -> Login:
    try:
        refresh_seconds = answer.get("refresh_token_expires_in")
        return Login(
            access_token=answer["access_token"],
            expires_at=now + dt.timedelta(seconds=int(answer["expires_in"])),
            refresh_token=answer.get("refresh_token"),
            refresh_expires_at=now + dt.timedelta(seconds=int(refresh_seconds)) if refresh_seconds else None,
        )
    except (KeyError, ValueError, TypeError, OverflowError) as error:
        raise PublishingError(f"LinkedIn's answer is no login: {type(error).__name__}.") from None
