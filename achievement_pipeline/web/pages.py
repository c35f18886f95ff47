"""What each page shows."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from achievement_pipeline.desk import Desk
from achievement_pipeline.previews import PREVIEWS, period_of
from achievement_pipeline.publishing.documents import clear_for
from achievement_pipeline.publishing.policy import Channel
from achievement_pipeline.publishing.privacy import Cleared, Held, PublicAchievement, Reason
from achievement_pipeline.store.edits import edits_of, recent_edits
from achievement_pipeline.store.grouping import is_part
from achievement_pipeline.store.reading import (
    AchievementFilter,
    activities_of,
    find_achievements,
    get_achievement,
    skills_of,
    summarise,
)
from achievement_pipeline.web.guard import DOCUMENT_POLICY
from achievement_pipeline.web.query import ORDERS, PAGE_SIZE, STATES, Query

Content = Mapping[str, Any]

_RECENT = 100
_HELD_SHOWN = 100
_OFFERED = 40
"""So many names stand in a list to choose from, the most frequent ones."""
_AS_PAGE = frozenset({Channel.PORTFOLIO})
"""Ways out whose document is a page, and is shown as one."""


def browse(desk: Desk, request: Request) -> Content:
    """Achievements, filtered, searched, page by page."""
    query = Query.of(request.query_params)
    with desk.engine.connect() as connection:
        everything = summarise(connection, AchievementFilter())
        number = summarise(connection, query.filter).achievements
        new = summarise(connection, AchievementFilter(decided=False)).achievements
        found = find_achievements(connection, query.filter, PAGE_SIZE, skip=query.skip, newest_first=query.newest_first)
    return {
        "achievements": found,
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
    answers = desk.verdicts(found)
    return {**content, "ways": [_way(desk, channel, answer) for channel, answer in answers.items()]}


def previews(desk: Desk, _request: Request) -> Content:
    """The ways out, and what holds for each."""
    policy = desk.settings.privacy.policy
    return {
        "ways": [
            {
                "channel": channel,
                "private": policy.treatment(channel),
                "rule": policy.auto_approval(channel),
                "has_preview": channel in PREVIEWS,
            }
            for channel in Channel
        ]
    }


def preview(desk: Desk, request: Request) -> Content:
    """What one way out would show now, and what it would not, and why."""
    channel = _channel(request)
    cleared = _cleared(desk, channel)
    worth_showing = [each for each in cleared.held if each.reason in (Reason.UNSURE, Reason.NOT_APPROVED)]
    return {
        "channel": channel,
        "shown": len(cleared.public),
        "reasons": Counter(each.reason for each in cleared.held),
        "held": sorted(worth_showing, key=lambda each: each.reason != Reason.UNSURE)[:_HELD_SHOWN],
        "as_page": channel in _AS_PAGE,
        "text": None if channel in _AS_PAGE else PREVIEWS[channel](cleared.public, desk.settings),
    }


def document(desk: Desk, request: Request) -> Response:
    """Return the document of a way out itself, shut off from everything."""
    channel = _channel(request)
    if channel not in _AS_PAGE:
        raise HTTPException(404)
    text = PREVIEWS[channel](_cleared(desk, channel).public, desk.settings)
    return Response(text, media_type="text/html", headers={"Content-Security-Policy": DOCUMENT_POLICY})


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
    "/add": ("add", add),
    "/history": ("history", history),
}
"""The name of the template and what fills it, by address."""


def _counted(names: Mapping[str, int]) -> Mapping[str, str]:
    """Return names to choose from, with what to call them."""
    return {name: f"{name} ({number:,})" for name, number in list(names.items())[:_OFFERED]}


def _way(desk: Desk, channel: Channel, answer: PublicAchievement | Held) -> Content:
    """Return where an achievement stands on its way out."""
    text = None
    if isinstance(answer, PublicAchievement) and channel in PREVIEWS.keys() - _AS_PAGE:
        text = PREVIEWS[channel]([answer], desk.settings)
    return {"channel": channel, "answer": answer, "goes_out": isinstance(answer, PublicAchievement), "text": text}


def _channel(request: Request) -> Channel:
    name = request.path_params["channel"]
    if name not in PREVIEWS:
        raise HTTPException(404, f"There is no preview of {name}.")
    return Channel(name)


def _cleared(desk: Desk, channel: Channel) -> Cleared:
    me = next((address.lower() for address in desk.settings.config.me.emails), None)
    period = period_of(channel, desk.settings)
    with desk.engine.connect() as connection:
        return clear_for(connection, channel, desk.settings.privacy, period, me)
