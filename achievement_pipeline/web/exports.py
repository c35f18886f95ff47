"""The exports: what each channel would show now, narrowed down as `achievements export` does it, and its file."""

import base64
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from achievement_pipeline.app.decide.decisions import Decisions
from achievement_pipeline.app.me import find_author
from achievement_pipeline.app.projects import members_of, read_projects, short_id
from achievement_pipeline.app.publish.accounts import outbox_of
from achievement_pipeline.app.publish.held import count_held
from achievement_pipeline.app.publish.rendering import Rendering, render, usual_period
from achievement_pipeline.app.publish.selection import Selection
from achievement_pipeline.channels import CHANNELS, UnknownChannelError, find_channel
from achievement_pipeline.errors import AchievementPipelineError, PublishingError
from achievement_pipeline.publishing.channel import Channel, Format, Rendered
from achievement_pipeline.publishing.documents.period import Period, parse_period
from achievement_pipeline.publishing.gate.privacy import Held, Reason
from achievement_pipeline.store.names import find_repository_key
from achievement_pipeline.store.reading import AchievementFilter, summarise
from achievement_pipeline.web import markdown
from achievement_pipeline.web.guard import DOCUMENT_POLICY
from achievement_pipeline.web.pages import Content, authors_to_choose, login_notice

_HELD_SHOWN = 100
_POSTS_SHOWN = 20
_OFFERED = 200
"""Names in a list to choose from."""
_PAGES = frozenset({Format.HTML, Format.MARKDOWN})
"""Formats that are shown as pages."""
_TO_DECIDE = frozenset({Reason.UNSURE, Reason.TELLS, Reason.FAULTY, Reason.NOT_APPROVED, Reason.CHANGED})
_HIGHEST_IMPACT = 100


@dataclass(frozen=True)
class Narrowing:
    """What a document covers, as the form says it: the options of `achievements export`."""

    given: Mapping[str, str]
    """The values of the form, by field; empty where nothing is chosen."""

    @classmethod
    def of(cls, parameters: Mapping[str, str]) -> "Narrowing":
        """Read the parameters of an address."""
        names = ("period", "repository", "path", "project", "category", "skill", "impact", "author")
        return cls({name: parameters.get(name, "").replace("\0", "").strip() for name in names})

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the period is chosen."""
        return any(value for name, value in self.given.items() if name != "period")

    @property
    def query(self) -> str:
        """The same as the query of an address, with its question mark; empty where nothing is chosen."""
        chosen = {name: value for name, value in self.given.items() if value}
        return f"?{urlencode(chosen)}" if chosen else ""

    def selection(self, connection: sa.Connection, decisions: Decisions, channel: Channel) -> Selection:
        """Return the achievements that are chosen.

        Raises:
            AchievementPipelineError: The author, repository, project, period or number is none.
        """
        given, settings = self.given, decisions.settings
        author = find_author(connection, settings, given["author"] or decisions.author_name)
        return Selection(
            author=author,
            period=_period(given["period"]) if given["period"] else usual_period(channel, settings),
            repository=find_repository_key(connection, given["repository"]) if given["repository"] else None,
            path=given["path"] or None,
            category=given["category"] or None,
            skill=given["skill"] or None,
            min_impact=_impact(given["impact"]) if given["impact"] else None,
            keys=members_of(connection, given["project"], author.addresses) if given["project"] else None,
        )


def exports(decisions: Decisions, _request: Request) -> Content:
    """The channels, with the policy of each."""
    policy = decisions.settings.privacy.policy
    return {
        "channels": [
            {"channel": channel, "private": policy.treatment(channel), "rule": policy.auto_approval(channel)}
            for channel in CHANNELS.values()
        ],
        "login": login_notice(decisions),
    }


def preview(decisions: Decisions, request: Request) -> Content:
    """What a channel would show now, and what is held, and why."""
    channel, chosen = _channel(request), Narrowing.of(request.query_params)
    if channel.posts:
        return {**_choices(decisions, channel, chosen), **_preview_of_posts(decisions, channel)}
    try:
        rendering = _render(decisions, channel, chosen)
    except AchievementPipelineError as error:
        return {**_choices(decisions, channel, chosen), **_preview(channel), "problems": [str(error)]}
    content = {
        **_choices(decisions, channel, chosen),
        **_preview(channel, len(rendering.cleared.public), rendering.cleared.held),
    }
    if not rendering.finished.is_fit:
        return {**content, "problems": list(rendering.finished.explain())}
    rendered = rendering.finished.release()
    return {
        **content,
        "as_page": channel.format in _PAGES,
        "text": rendered.text,
        "pictures": _pictures(rendered),
    }


def document(decisions: Decisions, request: Request) -> Response:
    """Return a page or Markdown as its readers see it, isolated from everything."""
    channel = _channel(request)
    if channel.format not in _PAGES:
        raise HTTPException(404)
    rendered = _render(decisions, channel, Narrowing.of(request.query_params)).finished.release()
    text, policy = rendered.text, DOCUMENT_POLICY
    if channel.format is Format.MARKDOWN:
        text, policy = markdown.as_page(text, channel.label, _pictures(rendered)), markdown.POLICY
    return Response(text, media_type="text/html", headers={"Content-Security-Policy": policy})


def download(decisions: Decisions, request: Request) -> Response:
    """Return the file of a channel, to be saved."""
    channel = _channel(request)
    if not channel.is_file:
        raise HTTPException(404)
    text = _render(decisions, channel, Narrowing.of(request.query_params)).finished.release().text
    headers = {"Content-Disposition": f'attachment; filename="{channel.file_name}"'}
    return Response(text, media_type="application/octet-stream", headers=headers)


EXPORT_PAGES: Mapping[str, tuple[str, Callable[[Decisions, Request], Content]]] = {
    "/previews": ("previews", exports),
    "/preview/{channel}": ("preview", preview),
}
"""The name of the template and what fills it, by address."""
EXPORT_FILES: Mapping[str, Callable[[Decisions, Request], Response]] = {
    "/preview/{channel}/document": document,
    "/preview/{channel}/file": download,
}
"""By address."""


def _choices(decisions: Decisions, channel: Channel, chosen: Narrowing) -> Content:
    """Return what the form shows; channels that are not files take no filters."""
    content: dict[str, Any] = {"chosen": chosen, "author": "", "authors": {}, "repositories": {}}
    content |= {"categories": {}, "skills": {}, "projects": {}}
    if not channel.is_file:
        return content
    with decisions.engine.connect() as connection:
        try:
            author = find_author(connection, decisions.settings, chosen.given["author"] or decisions.author_name)
        except AchievementPipelineError:  # the preview says so
            return content
        summary = summarise(connection, AchievementFilter(authors=author.addresses))
        projects = read_projects(connection, author.addresses)
        authors = authors_to_choose(connection)
    titles = zip(projects["key"], projects["title"], strict=True)
    return {
        **content,
        "author": str(author),
        "authors": authors,
        "repositories": _to_choose(summary.repositories),
        "categories": _to_choose(summary.categories),
        "skills": _to_choose(summary.skills),
        "projects": {short_id(key): title for key, title in titles},
    }


def _to_choose(names: Iterable[str]) -> Mapping[str, str]:
    return {name: name for name in list(names)[:_OFFERED]}


def _preview(channel: Channel, shown: int = 0, held: Sequence[Held] = ()) -> dict[str, Any]:
    """Return the content that every preview has."""
    to_decide = [each for each in held if each.reason in _TO_DECIDE]
    return {
        "channel": channel,
        "shown": shown,
        "reasons": count_held(held),
        "held": sorted(to_decide, key=lambda each: each.reason is Reason.NOT_APPROVED)[:_HELD_SHOWN],
        "as_page": False,
        "problems": [],
        "text": None,
        "pictures": {},
        "posts": [],
    }


def _preview_of_posts(decisions: Decisions, channel: Channel) -> Content:
    prepared = outbox_of(channel, decisions.settings, decisions.engine).prepare()
    return {
        **_preview(channel, len(prepared.ready), prepared.held),
        "problems": [
            *(line for each in prepared.refused for line in each.explain()),
            *(f"{key}: {why}" for key, why in prepared.not_sent.items()),
            *(f"{each.key} is in doubt; the same text is sent again." for each in prepared.again),
        ],
        "posts": [(each.key, each.title, channel.as_read(each.text)) for each in prepared.ready[:_POSTS_SHOWN]],
        "slot": prepared.slot,
    }


def _channel(request: Request) -> Channel:
    try:
        return find_channel(request.path_params["channel"])
    except UnknownChannelError as error:
        raise HTTPException(404, str(error)) from error


def _render(decisions: Decisions, channel: Channel, chosen: Narrowing) -> Rendering:
    wanted = chosen if channel.is_file else Narrowing.of({})
    with decisions.engine.connect() as connection:
        selection = wanted.selection(connection, decisions, channel)
        return render(connection, decisions.settings, channel, selection)


def _pictures(rendered: Rendered) -> dict[str, str]:
    """Return the pictures as ``data:`` addresses, by path."""
    return {
        path: f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"
        for path, svg in rendered.pictures.items()
    }


def _period(text: str) -> Period:
    try:
        return parse_period(text)
    except ValueError as error:
        raise PublishingError(str(error)) from error


def _impact(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 <= number <= _HIGHEST_IMPACT:
        raise PublishingError(f"{text!r} is no impact: it is a number from 0 to {_HIGHEST_IMPACT}.")
    return number
