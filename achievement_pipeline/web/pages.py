"""The content of each page."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from starlette.requests import Request

from achievement_pipeline.app.decide.decisions import Decisions
from achievement_pipeline.app.decide.proposals import with_open_proposals
from achievement_pipeline.app.decide.questions import QUESTION
from achievement_pipeline.app.me import Author
from achievement_pipeline.app.overview import read_overview
from achievement_pipeline.app.publish.accounts import login_warning, outbox_of, posting_channels
from achievement_pipeline.app.publish.rendering import names_known, render_one
from achievement_pipeline.channels import CHANNELS
from achievement_pipeline.errors import PublishingError
from achievement_pipeline.publishing.channel import Channel, Format
from achievement_pipeline.publishing.gate.privacy import Held, Known, PublicAchievement
from achievement_pipeline.publishing.portfolio.charts import TimeAxis, bars
from achievement_pipeline.store.decisions.approvals import name_people
from achievement_pipeline.store.decisions.edits import edits_of, recent_edits
from achievement_pipeline.store.publications import find_publications
from achievement_pipeline.store.reading import (
    AchievementFilter,
    activities_of,
    authors_of_achievements,
    find_achievements,
    get_achievement,
    skills_of,
    summarise,
)
from achievement_pipeline.store.tables import PublicationState
from achievement_pipeline.web.differences import changes
from achievement_pipeline.web.query import ORDERS, PAGE_SIZE, STATES, Query
from achievement_pipeline.web.several import several

Content = Mapping[str, Any]

_RECENT = 100
_OFFERED = 40
"""Names in a list to choose from, the most frequent ones."""
_AUTHORS = 200


def browse(decisions: Decisions, request: Request) -> Content:
    """Achievements, filtered, searched, page by page."""
    query = Query.of(request.query_params)
    with decisions.engine.connect() as connection:
        author, wanted = query.resolve(decisions, connection)
        everything = summarise(connection, AchievementFilter(authors=author.addresses))
        number = summarise(connection, wanted).achievements
        query = query.within(number)
        new = summarise(connection, AchievementFilter(authors=author.addresses, decided=False)).achievements
        proposed = with_open_proposals(connection, AchievementFilter(authors=author.addresses))
        found = find_achievements(connection, wanted, PAGE_SIZE, skip=query.skip, order=query.sorted_by)
        names, authors = name_people(connection), authors_to_choose(connection)
    return {
        "achievements": found,
        "author": author,
        "usual_author": decisions.author_name or "Me",
        "names": names,
        "everything": everything,
        "authors": authors,
        "categories": _counted(everything.categories),
        "skills": _counted(everything.skills),
        "repositories": _counted(everything.repositories),
        "number": number,
        "new": new,
        "proposed": proposed[:_OFFERED],
        "query": query,
        "pages": query.pages(number),
        "states": STATES,
        "orders": ORDERS,
        "login": login_notice(decisions),
    }


def overview(decisions: Decisions, request: Request) -> Content:
    """A person's years, projects and skills, and the outcomes that are missing."""
    query = Query.of({"author": request.query_params.get("author", "")})
    with decisions.engine.connect() as connection:
        author = decisions.author(connection, query.given["author"])
        found = read_overview(connection, author)
        names = name_people(connection)
    moments = [each.completed_at for each in found.achievements if each.completed_at]
    axis = TimeAxis.over(moments)
    return {
        "overview": found,
        "author": author,
        "names": names,
        "query": query,
        "timeline": bars(axis.labels, axis.count(moments)),
        "unit": axis.unit.value,
        "question": QUESTION,
    }


def achievement(decisions: Decisions, request: Request) -> Content:
    """One achievement: its text, its scores, where it is published, and the decisions about it."""
    from achievement_pipeline.store.decisions.grouping import is_part  # noqa: PLC0415 - takes pandas

    with decisions.engine.connect() as connection:
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
        known = names_known(connection, decisions.settings)
        author = decisions.author(connection)
    answers = decisions.verdicts([found], CHANNELS.values())[found.key]
    held = {channel.name for channel, answer in answers.items() if isinstance(answer, Held)}
    content["live_posts"] = [post for post in decisions.live_posts(found.key) if post.channel in held]
    rows = [_row(decisions, channel, answer, known, author) for channel, answer in answers.items()]
    proposed = {
        "proposals": decisions.proposals([found]).get(found.key, ()),
        "outdated": decisions.outdated_wordings(found),
    }
    return {**content, **proposed, "channels": rows}


def posts(decisions: Decisions, _request: Request) -> Content:
    """Posts that were published, are planned, or have to be settled."""
    found = []
    for channel in posting_channels():
        outbox_of(channel, decisions.settings, decisions.engine).tidy()
        with decisions.engine.connect() as connection:
            found += [(channel, post) for post in find_publications(connection, channel.name)]
    return {
        "posts": sorted(found, key=lambda each: (each[1].state is not PublicationState.UNKNOWN, -each[1].id)),
        "states": Counter(post.state for _, post in found),
        "channels": posting_channels(),
        "login": login_notice(decisions),
    }


def add(_decisions: Decisions, _request: Request) -> Content:
    """The form for work that no source records."""
    return {}


def history(decisions: Decisions, _request: Request) -> Content:
    """The latest decisions."""
    with decisions.engine.connect() as connection:
        return {"edits": recent_edits(connection, _RECENT)}


PAGES: Mapping[str, tuple[str, Callable[[Decisions, Request], Content]]] = {
    "/": ("browse", browse),
    "/overview": ("overview", overview),
    "/several": ("several", several),
    "/achievement": ("achievement", achievement),
    "/changes": ("changes", changes),
    "/posts": ("posts", posts),
    "/add": ("add", add),
    "/history": ("history", history),
}
"""The name of the template and what fills it, by address."""


def _counted(names: Mapping[str, int]) -> Mapping[str, str]:
    """Return names to choose from, each with its count."""
    return {name: f"{name} ({number:,})" for name, number in list(names.items())[:_OFFERED]}


def authors_to_choose(connection: sa.Connection) -> Mapping[str, str]:
    """Return the authors of the most achievements by address, each with a name and the number; others are typed."""
    names, numbers = name_people(connection), authors_of_achievements(connection)
    return {address: f"{names.get(address, address)} ({numbers[address]:,})" for address in list(numbers)[:_AUTHORS]}


def _row(
    decisions: Decisions, channel: Channel, answer: PublicAchievement | Held, known: Known, author: Author
) -> Content:
    """Return how an achievement is shown on a channel, or why it is held."""
    text = None
    if isinstance(answer, PublicAchievement) and channel.format is not Format.HTML:
        text = render_one(answer, decisions.settings, known, author).release()
    return {"channel": channel, "answer": answer, "is_shown": isinstance(answer, PublicAchievement), "text": text}


def login_notice(decisions: Decisions) -> str:
    """Return the warning about the login to LinkedIn; without LinkedIn the keyring is not read."""
    if decisions.settings.environment.linkedin_client_id is None:
        return ""
    try:
        return login_warning(decisions.settings)
    except PublishingError as error:
        return str(error)
