"""The tools: each takes its arguments and returns a text that has passed the gate of the channel `agent`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from pydantic import ValidationError
from sqlalchemy.orm import Session

from achievement_pipeline.agent import arguments
from achievement_pipeline.app.decide.proposals import propose_as_agent
from achievement_pipeline.app.decide.questions import QUESTION
from achievement_pipeline.app.decide.statements import AchievementCreate, create_achievement
from achievement_pipeline.app.me import Author, me
from achievement_pipeline.app.publish.rendering import finish_text, render, render_views, usual_period
from achievement_pipeline.app.publish.selection import Selection
from achievement_pipeline.channels import AGENT, CHANNELS
from achievement_pipeline.errors import AchievementPipelineError, PublishingError, SettingsError, StoreError
from achievement_pipeline.parsing.validation import describe_problems
from achievement_pipeline.publishing.channel import Channel
from achievement_pipeline.publishing.documents import agent as views
from achievement_pipeline.publishing.documents.parts import facts
from achievement_pipeline.publishing.documents.period import parse_period
from achievement_pipeline.publishing.gate.privacy import PublicAchievement, is_own_id
from achievement_pipeline.publishing.gate.titles import is_weak
from achievement_pipeline.publishing.wording.facts import facts_of
from achievement_pipeline.settings import Settings
from achievement_pipeline.store.names import find_repository_key
from achievement_pipeline.store.reading import (
    AchievementFilter,
    AchievementView,
    Order,
    find_achievements,
    find_keys,
    get_achievement,
)
from achievement_pipeline.store.tables import EditField

BUDGET = 12_000
"""Largest answer in bytes of UTF-8: three bytes or more make a token, so it has at most 4,000 tokens."""
_PAGE = 50
_LONGEST_TEXT = 2_000
_FOR_LEDGER = 6_000
_FOR_ITEMS = BUDGET - 2_000
"""Budget of the items of a list; the rest is for the text around them."""
_NOTHING = (
    "There is no more that you may read. Private work is left out, unless the user allows it: visibility of a "
    "repository, or [privacy.channels.agent], in achievements.toml."
)
_UNKNOWN_USER = "Who the user is is not known. They can set git's user.email, or [me] emails in achievements.toml."
_QUESTIONS = {
    "outcome": QUESTION,
    "title": "What was done, in one line?",
    "description": "Why was it done, and how?",
}


class RefusalError(AchievementPipelineError):
    """A call is refused. Its message is for the agent: it names nothing that the agent may not know."""


@dataclass(frozen=True)
class Tools:
    """The tools by name, on a database."""

    engine: sa.Engine
    settings: Settings

    def list_achievements(self, wanted: arguments.ListAchievements) -> str:
        """List achievements, as many as fit."""
        with self.engine.connect() as connection:
            filter_ = AchievementFilter(
                authors=self._user(connection).addresses,
                **_chosen(connection, wanted),
                text=wanted.search,
                since=_midnight(wanted.since),
                before=_midnight(wanted.until and wanted.until + dt.timedelta(days=1)),
            )
            rows = (views.row(each) for _, each in self._cleared(connection, filter_, Order(wanted.sort), wanted.after))
            return self._listed(connection, rows)

    def explain_achievement(self, wanted: arguments.OfAchievement) -> str:
        """Explain the scores of an achievement."""
        with self.engine.connect() as connection:
            _, achievement = self._find(connection, wanted.id)
            ledger = views.fitting(views.scores(achievement)["ledger"], _FOR_LEDGER)
            return self._answer(connection, {**views.row(achievement), "ledger": ledger})

    def get_evidence(self, wanted: arguments.OfAchievement) -> str:
        """Return the evidence of an achievement, and its numbered facts."""
        with self.engine.connect() as connection:
            _, achievement = self._find(connection, wanted.id)
            evidence = views.evidence(achievement)
            numbered = ({"fact": number, "text": text} for number, text in enumerate(facts_of(achievement), 1))
            answer = {
                **views.row(achievement),
                "description": facts.cut(achievement.description.strip(), _LONGEST_TEXT // 2),
                "facts": views.fitting(numbered, _LONGEST_TEXT),
                "evidence": views.fitting(evidence.get("evidence", []), _LONGEST_TEXT),
            }
            return self._answer(connection, answer)

    def find_missing(self, wanted: arguments.FindMissing) -> str:
        """List the greatest achievements that lack something."""
        with self.engine.connect() as connection:
            mine = AchievementFilter(authors=self._user(connection).addresses)
            lacking = (
                {**_briefly(each), "ask": {name: _QUESTIONS[name] for name in missing}}
                for _, each in self._cleared(connection, mine, Order.IMPACT, wanted.after)
                if (missing := list(_missing(each)))
            )
            return self._listed(connection, lacking, wanted.limit)

    def add_achievement(self, wanted: arguments.AddAchievement) -> str:
        """Write down an achievement in the user's name, without scores."""
        with Session(self.engine) as session, session.begin():
            author = self._user(session.connection())
            try:
                stated = AchievementCreate(
                    title=wanted.title,
                    description=wanted.description,
                    category=wanted.category,
                    author=author.addresses[0],
                    completed_at=_midnight(wanted.completed) or dt.datetime.now(dt.UTC),
                    source_url=wanted.url,
                    skills_demonstrated=wanted.skills,
                    tags=(AGENT.name,),
                )
            except ValidationError as error:
                problems = (f"{field}: {words}" for field, words in describe_problems(error, AchievementCreate))
                raise RefusalError("; ".join(problems)) from error
            create_achievement(session, stated)
        return views.as_json(
            {"added": stated.key, "note": "It is private and has no score: the user sets both, or hides it."}
        )

    def propose_wording(self, wanted: arguments.ProposeWording) -> str:
        """Store a proposal, which the user decides."""
        with self.engine.begin() as connection:
            key, achievement = self._find(connection, wanted.id)
            try:
                proposal = propose_as_agent(
                    connection, key, achievement, EditField(wanted.field), wanted.text, cited=wanted.facts
                )
            except (StoreError, IndexError) as error:
                raise RefusalError(str(error)) from error
        doubt = {"doubt": proposal.doubt} if proposal.doubt else {}
        return views.as_json(
            {"proposal": proposal.id, **doubt, "note": "The user decides: achievements review, or achievements web."}
        )

    def export_document(self, wanted: arguments.ExportDocument) -> str:
        """Return a part of a document, written from what the agent may read."""
        documents = {name: each for name, each in CHANNELS.items() if each.is_file and each is not AGENT}
        if wanted.document not in documents:
            raise RefusalError(f"There is no document {wanted.document!r}. There are: {', '.join(documents)}.")
        channel = as_agent_sees(documents[wanted.document])
        with self.engine.connect() as connection:
            author = self._user(connection)
            try:
                period = parse_period(wanted.period) if wanted.period else usual_period(channel, self.settings)
            except ValueError as error:
                raise RefusalError(str(error)) from error
            selection = Selection(author=author, period=period, **_chosen(connection, wanted))
            rendering = render(connection, self.settings, channel, selection)
            text = _released(rendering.finished).text
        parts = list(_parts(text))
        if wanted.part > len(parts):
            raise RefusalError(f"The document has {len(parts)} parts.")
        head = f"Part {wanted.part} of {len(parts)}.\n\n" if len(parts) > 1 else ""
        return head + parts[wanted.part - 1]

    def _listed(self, connection: sa.Connection, items: Iterator[dict[str, Any]], limit: int | None = None) -> str:
        """Answer with the first items that fit, and where to go on: by a name, which reveals nothing about the rest."""
        taken: list[dict[str, Any]] = []
        left = _FOR_ITEMS
        for item in items:
            left -= views.size(item)
            if left < 0 or len(taken) == limit:
                return self._answer(connection, {"achievements": taken, "after": taken[-1]["id"]})
            taken.append(item)
        found: dict[str, Any] = {"achievements": taken}
        return self._answer(connection, found if taken else {**found, "note": _NOTHING})

    def _user(self, connection: sa.Connection) -> Author:
        try:
            return me(connection, self.settings)
        except SettingsError as error:
            raise RefusalError(_UNKNOWN_USER) from error

    def _answer(self, connection: sa.Connection, value: dict[str, Any]) -> str:
        author = self._user(connection)
        text: str = _released(finish_text(connection, self.settings, AGENT, author, views.as_json(value)))
        return text

    def _find(self, connection: sa.Connection, name: str) -> tuple[str, PublicAchievement]:
        """Return the key and the cleared form of the achievement that the agent calls by a name.

        Raises:
            RefusalError: There is none that the agent may read.
        """
        author = self._user(connection)
        view = _owned(connection, name, author)
        cleared = render_views(connection, self.settings, AGENT, author, [view]).cleared if view else None
        if view and cleared and [each.id for each in cleared.public] == [view.key]:
            return view.key, cleared.public[0]
        everything = AchievementFilter(authors=author.addresses)
        # only clearing everything yields the names that the gate made
        for key, achievement in self._cleared(connection, everything, Order.IMPACT) if is_own_id(name) else ():
            if achievement.id == name:
                return key, achievement
        raise RefusalError(f"There is no achievement {name!r} that you may read. list_achievements lists them.")

    def _cleared(
        self, connection: sa.Connection, wanted: AchievementFilter, order: Order, after: str | None = None
    ) -> Iterator[tuple[str, PublicAchievement]]:
        """Yield the key and cleared form of what the agent may read, after the achievement of a name."""
        author = self._user(connection)
        skip = self._position(connection, wanted, order, after) if after else 0
        while found := find_achievements(connection, wanted, _PAGE, skip=skip, order=order):
            cleared = render_views(connection, self.settings, AGENT, author, found).cleared
            yield from ((cleared.keys[each.id], each) for each in cleared.public)
            skip += len(found)

    def _position(self, connection: sa.Connection, wanted: AchievementFilter, order: Order, name: str) -> int:
        """Return how many achievements of a list come before its rest, which begins after one that is named."""
        key, _ = self._find(connection, name)
        keys = find_keys(connection, wanted, order)
        if key not in keys:
            raise RefusalError(f"{name!r} is not in this list. Begin it again, without after.")
        return keys.index(key) + 1


def as_agent_sees(channel: Channel) -> Channel:
    """Return a channel that renders as the given one, and shows no more than the channel `agent`."""
    return replace(
        channel,
        name=AGENT.name,
        is_outward=AGENT.is_outward,
        needs_approval=AGENT.needs_approval,
        is_one_person=AGENT.is_one_person,
        names_people=AGENT.names_people,
        includes_own_resume=AGENT.includes_own_resume,
        private_work=AGENT.private_work,
    )


def _missing(achievement: PublicAchievement) -> Iterator[str]:
    if not facts.outcome(achievement):
        yield "outcome"
    if is_weak(achievement.title):
        yield "title"
    if not facts.summary(achievement):
        yield "description"


def _briefly(achievement: PublicAchievement) -> dict[str, Any]:
    row = views.row(achievement)
    return {name: row[name] for name in ("id", "title", "impact", "completed") if name in row}


def _owned(connection: sa.Connection, name: str, author: Author) -> AchievementView | None:
    """Return the user's achievement of a name, or None: without the words of errors, which list keys."""
    try:
        view = get_achievement(connection, name)
    except StoreError:
        return None
    return view if {view.author, *view.coauthors} & set(author.addresses) else None


def _chosen(connection: sa.Connection, wanted: arguments.Filter) -> dict[str, Any]:
    """Return the conditions that lists and documents share."""
    return {
        "repository": _repository(connection, wanted.repository),
        "category": wanted.category,
        "skill": wanted.skill,
        "min_impact": wanted.min_impact,
    }


def _repository(connection: sa.Connection, name: str | None) -> str | None:
    """Return the key of a repository; a name that fits none is taken as it is, and so finds nothing."""
    try:
        return find_repository_key(connection, name) if name else None
    except StoreError:
        return name


def _midnight(day: dt.date | None) -> dt.datetime | None:
    return dt.datetime.combine(day, dt.time(), dt.UTC) if day else None


def _parts(text: str) -> Iterator[str]:
    """Yield a text in parts of at most `_FOR_ITEMS` bytes, cut between lines where lines are short enough."""
    part = ""
    for line in text.splitlines(keepends=True):
        for piece in (line[start : start + _LONGEST_TEXT] for start in range(0, len(line), _LONGEST_TEXT)):
            if part and len((part + piece).encode()) > _FOR_ITEMS:
                yield part
                part = ""
            part += piece
    yield part


def _released(finished: Any) -> Any:  # noqa: ANN401 - Finished of anything
    """Return a checked text. Why one is held is for the log: the words may name what is private."""
    try:
        return finished.release()
    except PublishingError as error:
        raise StoreError(f"An answer is held. {error}") from error
