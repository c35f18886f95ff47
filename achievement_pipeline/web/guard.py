"""Who may use the page, and what the page may do: only the user's own browser, and nothing that it did not bring.

Every process and every user of a machine reaches its loopback addresses, and so does any web site by a name that leads
there (DNS rebinding). So the name that was asked for is checked; the browser shows that it was let in by the address
that `achievements web` printed; and a form shows that it stands on one of these pages.
"""

import hashlib
import hmac
from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ENTRANCE = "/enter"
_COOKIE = "achievements"
_SAFE_METHODS = frozenset({"GET", "HEAD"})
_PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; frame-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)
DOCUMENT_POLICY = (
    "sandbox allow-scripts; default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:;"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
"""Of a document that is shown as it would be published: it can reach neither these pages nor anything else."""
_HEADERS = {
    "Content-Security-Policy": _PAGE_POLICY,
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


class Guard:
    """Stands before the application."""

    def __init__(self, app: ASGIApp, *, token: str, hosts: Collection[str]) -> None:
        """Let in who has the token and asks for one of the hosts.

        Args:
            app: What is behind it.
            token: The secret of the address that was printed.
            hosts: Names and addresses that the page answers to, without ports.
        """
        self._app = app
        self._token = token
        self._hosts = frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or hand it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        answer = self._refuse(Request(scope)) or self._app
        await answer(scope, receive, send_with_headers)

    def _refuse(self, request: Request) -> Response | None:
        """Return the answer to a request that is not handed on."""
        if _host_name(request.headers.get("host", "")) not in self._hosts:
            return PlainTextResponse(f"This page answers to {', '.join(sorted(self._hosts))} only.", 421)
        if request.url.path == ENTRANCE and _are_equal(request.query_params.get("token", ""), self._token):
            answer = HTMLResponse(_ENTERED)
            answer.set_cookie(_COOKIE, self._token, httponly=True, samesite="strict")
            return answer
        if not _are_equal(request.cookies.get(_COOKIE, ""), self._token):
            return PlainTextResponse("Open the address that `achievements web` printed: it lets this browser in.", 403)
        if request.method not in _SAFE_METHODS and not _is_from_here(request):
            return PlainTextResponse("This was sent from another site, and was not done.", 403)
        return None


def form_token(token: str) -> str:
    """Return what a form shows to prove that it stands on one of these pages; it does not tell the token."""
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


def _is_from_here(request: Request) -> bool:
    """Whether what the browser says of the page that sent a request, if anything, is that it is one of these."""
    origin = request.headers.get("origin")
    site = request.headers.get("sec-fetch-site", "same-origin")
    return site == "same-origin" and (origin is None or urlsplit(origin).netloc == request.headers["host"])
