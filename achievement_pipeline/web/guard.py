"""Who may use a server on this machine: only the user's own browser, and only from the server's own pages.

Every process and every user of a machine reaches its loopback addresses, and so does any web site: by a name that leads
there (DNS rebinding), by an image or a form, by a WebSocket. So the requested host name is checked, and where a
request comes from; and the browser shows by a cookie that it was let in by the address that a command printed. This
protects the page of `achievements web` and `achievements start`, and the Dagster UI of the latter.
"""

import hashlib
import hmac
from collections.abc import Callable, Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ENTRANCE = "/enter"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
_SAFE_METHODS = frozenset({"GET", "HEAD"})
_POLICY_VIOLATION = 1008
"""Why a WebSocket is closed."""
_PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; frame-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)
_NO_FRAMES = "frame-ancestors 'none'"
DOCUMENT_POLICY = (
    "sandbox allow-scripts; default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:;"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
"""Of a document that is shown as it would be published: it can reach neither these pages nor anything else."""
_HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
_ENTERED = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>Achievements</title>'
    '<meta http-equiv="refresh" content="0; url=/"><p><a href="/">Go on to the achievements</a></p>'
)
"""A redirect would belong to wherever the address was followed from, and the browser would keep the cookie back."""


@dataclass(frozen=True)
class Behind:
    """What a guard protects.

    Attributes:
        cookie: Name of the cookie; every server on this machine needs another one, as a browser sends cookies to all.
        command: The command that prints the address.
        policy: The Content-Security-Policy of answers that have none.
        refuse: Returns why the application refuses a request; empty if it is passed on.
    """

    cookie: str
    command: str
    policy: str = _NO_FRAMES
    refuse: Callable[[Request], str | None] = lambda _: None


PAGE = Behind("achievements", "achievements web", _PAGE_POLICY)
PAGE_OF_SERVICE = Behind("achievements_page", "achievements start", _PAGE_POLICY)


class Guard:
    """Protects an application."""

    def __init__(self, app: ASGIApp, *, token: str, hosts: Collection[str], behind: Behind = PAGE) -> None:
        """Let in whoever has the token and requests one of the hosts.

        Args:
            app: The application.
            token: The secret of the address that was printed.
            hosts: Names and addresses that it answers to, without ports.
            behind: What the application is.
        """
        self._app = app
        self._token = token
        self._hosts = frozenset(hosts)
        self._behind = behind

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or hand it on."""
        if scope["type"] == "http":
            answer = self._answer(Request(scope)) or self._app
            await answer(scope, receive, self._with_headers(send))
        elif scope["type"] == "websocket" and self._refusal(HTTPConnection(scope), must_be_from_here=True):
            await receive()
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
        else:
            await self._app(scope, receive, send)

    def _with_headers(self, send: Send) -> Send:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                policy = headers.get("Content-Security-Policy", self._behind.policy)
                headers["Content-Security-Policy"] = _never_framed(policy)
            await send(message)

        return send_with_headers

    def _answer(self, request: Request) -> Response | None:
        """Return the answer to a request that is not handed on."""
        if not self._is_known(request):
            return PlainTextResponse(f"This page answers to {', '.join(sorted(self._hosts))} only.", 421)
        if request.url.path == ENTRANCE and _are_equal(request.query_params.get("token", ""), self._token):
            answer = HTMLResponse(_ENTERED)
            answer.set_cookie(self._behind.cookie, self._token, httponly=True, samesite="strict")
            return answer
        is_page = request.method in _SAFE_METHODS and request.headers.get("sec-fetch-mode", "navigate") == "navigate"
        refusal = self._refusal(request, must_be_from_here=not is_page)
        refusal = refusal or self._behind.refuse(request)
        return PlainTextResponse(refusal, 403) if refusal else None

    def _refusal(self, connection: HTTPConnection, *, must_be_from_here: bool) -> str | None:
        """Return why a connection is refused; empty if it is not."""
        if not self._is_known(connection):
            return "The request is for another host."
        if not _are_equal(connection.cookies.get(self._behind.cookie, ""), self._token):
            return f"Open the address that `{self._behind.command}` printed: it lets this browser in."
        if must_be_from_here and not _is_from_here(connection):
            return "This was sent from another site, and was not done."
        return None

    def _is_known(self, connection: HTTPConnection) -> bool:
        return _host_name(connection.headers.get("host", "")) in self._hosts


def _never_framed(policy: str) -> str:
    """A policy with `frame-ancestors`: nobody may frame the page unless the policy allows it."""
    return policy if "frame-ancestors" in policy else f"{policy.rstrip(' ;')}; {_NO_FRAMES}"


def form_token(token: str) -> str:
    """Return the value that proves that a form is from one of these pages; it does not reveal the token."""
    return hmac.new(token.encode(), b"form", hashlib.sha256).hexdigest()


def is_form_token(shown: str, token: str) -> bool:
    """Whether a form shows what it has to."""
    return _are_equal(shown, form_token(token))


def _are_equal(shown: str, secret: str) -> bool:
    return hmac.compare_digest(shown.encode(), secret.encode())


def _host_name(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _is_from_here(connection: HTTPConnection) -> bool:
    """Whether the browser names one of these pages, or none, as the sender of a request."""
    origin = connection.headers.get("origin")
    site = connection.headers.get("sec-fetch-site", "same-origin")
    return site == "same-origin" and (origin is None or urlsplit(origin).netloc == connection.headers["host"])
