"""What each page shows."""

import base64
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from achievement_pipeline.app.accounts import login_warning, outgoing_of
from achievement_pipeline.app.decisions import Desk
from achievement_pipeline.app.me import Author
from achievement_pipeline.app.rendering import (
    Outcome,
    finish_document,
    finish_one,
    finish_profile,
    names_known,
    period_of,
)
from achievement_pipeline.errors import PublishingError
from achievement_pipeline.publishing.gate.finished import Finished
from achievement_pipeline.publishing.gate.policy import Channel
from achievement_pipeline.publishing.gate.privacy import Held, Known, PublicAchievement, Reason
from achievement_pipeline.publishing.linkedin.commentary import as_read
from achievement_pipeline.store.approvals import name_people
from achievement_pipeline.store.edits import edits_of, recent_edits
from achievement_pipeline.store.grouping import is_part
from achievement_pipeline.store.publications import find_publications
from achievement_pipeline.store.reading import (
    AchievementFilter,
    activities_of,
    find_achievements,
    get_achievement,
    skills_of,
    summarise,
)
from achievement_pipeline.store.tables import PublicationState
from achievement_pipeline.web.guard import DOCUMENT_POLICY
from achievement_pipeline.web.query import ORDERS, PAGE_SIZE, STATES, Query

Content = Mapping[str, Any]

_RECENT = 100
_HELD_SHOWN = 100
_POSTS_SHOWN = 20
_OFFERED = 40
"""So many names stand in a list to choose from, the most frequent ones."""
_AS_PAGE = frozenset({Channel.PORTFOLIO})
"""Ways out whose document is a page, and is shown as one."""


def browse(desk: Desk, request: Request) -> Content:
    """Achievements, filtered, searched, page by page."""
    query = Query.of(request.query_params)
    with desk.engine.connect() as connection:
        author = desk.author(connection)
        wanted = replace(query.filter, authors=author.addresses)
        everything = summarise(connection, AchievementFilter(authors=author.addresses))
        number = summarise(connection, wanted).achievements
        new = summarise(connection, AchievementFilter(authors=author.addresses, decided=False)).achievements
        found = find_achievements(connection, wanted, PAGE_SIZE, skip=query.skip, order=query.sorted_by)
    return {
        "achievements": found,
        "author": str(author),
        "everything": everything,
        "categories": _counted(everything.categories),
        "skills": _counted(everything.skills),
        "repositories": _counted(everything.repositories),
        "number": number,
        "new": new,
        "query": query,
        "pages": query.pages(number),
        "states": STATES,
        "orders": ORDERS,
        "login": _login(desk),
    }


def achievement(desk: Desk, request: Request) -> Content:
    """One achievement: what it says, why it counts, where it goes out, what was decided."""
    with desk.engine.connect() as connection:
        found = get_achievement(connection, request.query_params.get("key", ""))
        keys = [line["key"] for line in found.evidence]
        content = {
            "achievement": found,
            "skills": skills_of(connection, found.key),
            "activities": {each.key: each for each in activities_of(connection, keys)},
            "parts": [line["key"] for line in found.evidence if is_part(line, found.key)],
            "edits": edits_of(connection, found.key)[::-1],
        }
        content["names"] = name_people(connection)
        known = names_known(connection, desk.settings)
        author = desk.author(connection)
    answers = desk.verdicts([found])[found.key]
    goes_out = isinstance(answers[Channel.LINKEDIN], PublicAchievement)
    content["live_posts"] = [] if goes_out else desk.live_posts(found.key)
    return {**content, "ways": [_way(desk, channel, answer, known, author) for channel, answer in answers.items()]}


def previews(desk: Desk, _request: Request) -> Content:
    """The ways out, and what holds for each."""
    policy = desk.settings.privacy.policy
    return {
        "ways": [
            {"channel": channel, "private": policy.treatment(channel), "rule": policy.auto_approval(channel)}
            for channel in Channel
        ],
        "login": _login(desk),
    }


def preview(desk: Desk, request: Request) -> Content:
    """What one way out would show now, and what it would not, and why."""
    match _channel(request):
        case Channel.LINKEDIN:
            return _preview_of_posts(desk)
        case Channel.GITHUB_PROFILE:
            with desk.engine.connect() as connection:
                outcome = finish_profile(connection, desk.settings)
            content = _preview(Channel.GITHUB_PROFILE, len(outcome.cleared.public), outcome.cleared.held)
            if not outcome.finished.is_fit:
                return {**content, "problems": _problems(outcome.finished)}
            block = outcome.finished.release()
            return {
                **content,
                "text": block.markdown,
                "pictures": {name: _data(svg) for name, svg in block.pictures.items()},
            }
        case channel:
            document = _document(desk, channel)
            content = _preview(channel, len(document.cleared.public), document.cleared.held)
            if not document.finished.is_fit:
                return {**content, "problems": _problems(document.finished)}
            as_page = channel in _AS_PAGE
            return {**content, "as_page": as_page, "text": None if as_page else document.finished.release()}


def document(desk: Desk, request: Request) -> Response:
    """Return the document of a way out itself, shut off from everything."""
    channel = _channel(request)
    if channel not in _AS_PAGE:
        raise HTTPException(404)
    text = _document(desk, channel).finished.release()
    return Response(text, media_type="text/html", headers={"Content-Security-Policy": DOCUMENT_POLICY})


def posts(desk: Desk, _request: Request) -> Content:
    """What was posted, what is planned, and what has to be settled."""
    outgoing_of(desk.settings, desk.engine).check_left_behind()
    with desk.engine.connect() as connection:
        found = find_publications(connection, Channel.LINKEDIN)
    return {
        "posts": sorted(found, key=lambda each: (each.state is not PublicationState.UNKNOWN, -each.id)),
        "states": Counter(each.state for each in found),
        "login": _login(desk),
    }


def add(_desk: Desk, _request: Request) -> Content:
    """The form for what no source records."""
    return {}


def history(desk: Desk, _request: Request) -> Content:
    """The latest decisions."""
    with desk.engine.connect() as connection:
        return {"edits": recent_edits(connection, _RECENT)}


PAGES: Mapping[str, tuple[str, Callable[[Desk, Request], Content]]] = {
    "/": ("browse", browse),
    "/achievement": ("achievement", achievement),
    "/previews": ("previews", previews),
    "/preview/{channel}": ("preview", preview),
    "/posts": ("posts", posts),
    "/add": ("add", add),
    "/history": ("history", history),
}
"""The name of the template and what fills it, by address."""


def _counted(names: Mapping[str, int]) -> Mapping[str, str]:
    """Return names to choose from, with what to call them."""
    return {name: f"{name} ({number:,})" for name, number in list(names.items())[:_OFFERED]}


def _way(desk: Desk, channel: Channel, answer: PublicAchievement | Held, known: Known, author: Author) -> Content:
    """Return where an achievement stands on its way out."""
    goes_out = isinstance(answer, PublicAchievement)
    text = None
    if isinstance(answer, PublicAchievement) and channel not in _AS_PAGE:
        text = finish_one(answer, desk.settings, known, author).release()
    return {"channel": channel, "answer": answer, "goes_out": goes_out, "text": text}


def _preview(channel: Channel, shown: int, held: Sequence[Held]) -> dict[str, Any]:
    """Return what every preview has."""
    worth_showing = [
        each
        for each in held
        if each.reason in (Reason.UNSURE, Reason.TELLS, Reason.FAULTY, Reason.NOT_APPROVED, Reason.CHANGED)
    ]
    return {
        "channel": channel,
        "shown": shown,
        "reasons": Counter(each.reason for each in held),
        "held": sorted(worth_showing, key=lambda each: each.reason is Reason.NOT_APPROVED)[:_HELD_SHOWN],
        "as_page": False,
        "problems": [],
        "text": None,
        "pictures": {},
        "posts": [],
    }


def _preview_of_posts(desk: Desk) -> Content:
    prepared = outgoing_of(desk.settings, desk.engine).prepare()
    return {
        **_preview(Channel.LINKEDIN, len(prepared.ready), prepared.held),
        "problems": [
            *(line for each in prepared.refused for line in each.said()),
            *(f"{key}: {why}" for key, why in prepared.not_sent.items()),
            *(f"{each.key} is in doubt; the same text is sent again." for each in prepared.again),
        ],
        "posts": [(each.key, each.title, as_read(each.text)) for each in prepared.ready[:_POSTS_SHOWN]],
        "slot": prepared.slot,
    }


def _problems(finished: Finished[Any]) -> list[str]:
    return list(finished.said())


def _channel(request: Request) -> Channel:
    name = request.path_params["channel"]
    if name not in list(Channel):
        raise HTTPException(404, f"There is no way out {name}.")
    return Channel(name)


def _document(desk: Desk, channel: Channel) -> Outcome[str]:
    with desk.engine.connect() as connection:
        period = period_of(channel, desk.settings)
        return finish_document(connection, desk.settings, channel, period, desk.author(connection))


def _data(svg: str) -> str:
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"


def _login(desk: Desk) -> str:
    """Return what has to be said of the login to LinkedIn; where it is not used, no keyring is asked."""
    if desk.settings.environment.linkedin_client_id is None:
        return ""
    try:
        return login_warning(desk.settings)
    except PublishingError as error:
        return str(error)
