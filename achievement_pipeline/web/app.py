"""The application: its routes."""

import secrets
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import replace
from importlib.resources import files
from urllib.parse import parse_qs

import jinja2
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from achievement_pipeline.app.decide.decisions import Decisions
from achievement_pipeline.errors import AchievementPipelineError
from achievement_pipeline.settings.watching import WatchedSettings
from achievement_pipeline.web.decisions import DECISIONS
from achievement_pipeline.web.exports import EXPORT_FILES, EXPORT_PAGES
from achievement_pipeline.web.filters import FILTERS
from achievement_pipeline.web.forms import Form
from achievement_pipeline.web.guard import LOOPBACK, PAGE, Behind, Guard, form_token, is_form_token
from achievement_pipeline.web.pages import PAGES, Content
from achievement_pipeline.web.settings import SETTINGS_PAGES, Forget, settings_decisions
from achievement_pipeline.web.several import read_counts

_DATA = files("achievement_pipeline.web")
_ASSETS = {"/style.css": "text/css", "/keys.js": "text/javascript", "/copy.js": "text/javascript"}
_LONGEST_FORM = 2_000_000
"""Bytes."""


def create_app(
    decisions: Decisions,
    *,
    forget: Forget,
    token: str | None = None,
    hosts: Collection[str] = LOOPBACK,
    behind: Behind = PAGE,
) -> Starlette:
    """Make the application.

    Args:
        decisions: Reads achievements and records decisions. Its settings are read again when their file changes.
        forget: Forgets what was collected from a repository.
        token: The secret that lets a browser in (``/enter?token=``); by default a new one.
        hosts: Host names and addresses to accept, without ports.
        behind: Which of the servers on this machine it is.
    """
    secret = token or secrets.token_urlsafe(32)
    templates = _templates(secret)
    current = _Current(decisions)

    def show(request: Request, name: str, content: Content, status: int = 200) -> Response:
        here = f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path
        did, count, *shown = [*request.query_params.get("did", "").split("."), ""]
        shared = {
            "here": here,
            "path": request.url.path,
            "did": did,
            "count": count if count.isdecimal() else "",
            "shown": read_counts(shown),
        }
        return HTMLResponse(templates.get_template(f"{name}.html.j2").render({**shared, **content}), status)

    def page(name: str, look: Callable[[Decisions, Request], Content]) -> Callable[[Request], Response]:
        def respond(request: Request) -> Response:
            return show(request, name, look(current.decisions(), request))

        return respond

    def file(make: Callable[[Decisions, Request], Response]) -> Callable[[Request], Response]:
        return lambda request: make(current.decisions(), request)

    def decision(decide: Callable[[Decisions, Form], str]) -> Callable[[Request], Awaitable[Response]]:
        async def respond(request: Request) -> Response:
            form = await _read_form(request)
            if not is_form_token(form.first("token"), secret):
                return PlainTextResponse("This form is outdated or belongs to another page. Reload the page.", 403)
            return RedirectResponse(await run_in_threadpool(decide, current.decisions(), form), 303)

        return respond

    def explain(request: Request, error: Exception) -> Response:
        if isinstance(error, HTTPException):
            return show(request, "problem", {"problem": f"{request.url.path}: {error.detail}"}, error.status_code)
        return show(request, "problem", {"problem": str(error)}, 400)

    pages = {**PAGES, **EXPORT_PAGES, **SETTINGS_PAGES}
    actions = {**DECISIONS, **settings_decisions(forget)}
    return Starlette(
        routes=[
            *(Route(path, page(name, look)) for path, (name, look) in pages.items()),
            *(Route(path, decision(decide), methods=["POST"]) for path, decide in actions.items()),
            *(Route(path, file(make)) for path, make in EXPORT_FILES.items()),
            *(Route(path, _asset(path, kind)) for path, kind in _ASSETS.items()),
        ],
        middleware=[Middleware(Guard, token=secret, hosts=hosts, behind=behind)],
        exception_handlers={AchievementPipelineError: explain, HTTPException: explain},
    )


class _Current:
    """The decisions of a page that runs for weeks, with the settings as their file is now."""

    def __init__(self, decisions: Decisions) -> None:
        self._decisions = decisions
        self._watched = WatchedSettings(decisions.settings)

    def decisions(self) -> Decisions:
        """Return them.

        Raises:
            SettingsError: The file has changed, and something in it is wrong.
        """
        if self._watched.reload():
            self._decisions = replace(self._decisions, settings=self._watched.settings)
        return self._decisions


async def _read_form(request: Request) -> Form:
    """Read a form that was sent in the way of forms without files."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > _LONGEST_FORM:
            raise AchievementPipelineError("The text is too long to be stored.")
    fields: Mapping[str, list[str]] = parse_qs(body.decode(errors="replace"), keep_blank_values=True)
    return Form(fields)


def _asset(path: str, kind: str) -> Callable[[Request], Response]:
    text = _DATA.joinpath(path.removeprefix("/")).read_text(encoding="utf-8")
    return lambda _request: Response(text, media_type=kind)


def _templates(secret: str) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("achievement_pipeline.web"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["token"] = form_token(secret)
    environment.filters.update(FILTERS)
    return environment
