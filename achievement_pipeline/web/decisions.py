"""What each form does; each returns the address to go on to."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from pydantic import ValidationError
from sqlalchemy.orm import Session

from achievement_pipeline.app.accounts import outgoing_of
from achievement_pipeline.app.decisions import Desk
from achievement_pipeline.app.statements import AchievementCreate, create_achievement
from achievement_pipeline.errors import StoreError
from achievement_pipeline.publishing.gate.policy import Channel
from achievement_pipeline.store.grouping import merge, split, take_back
from achievement_pipeline.store.reading import AchievementView
from achievement_pipeline.store.tables import EditField

_FLAGS: Mapping[str, tuple[EditField, bool]] = {
    "approve": (EditField.APPROVED, True),
    "withdraw": (EditField.APPROVED, False),
    "hide": (EditField.HIDDEN, True),
    "unhide": (EditField.HIDDEN, False),
    "pin": (EditField.PINNED, True),
    "unpin": (EditField.PINNED, False),
}


@dataclass(frozen=True)
class Form:
    """What was sent."""

    fields: Mapping[str, list[str]]

    def first(self, name: str) -> str:
        """Return what stands in a field, or nothing."""
        return self.fields.get(name, [""])[0].replace("\r\n", "\n").strip()

    def all(self, name: str) -> list[str]:
        """Return every choice of a field."""
        return self.fields.get(name, [])

    def words(self, name: str) -> tuple[str, ...]:
        """Return what stands in a field between commas."""
        return tuple(filter(None, (word.strip() for word in self.first(name).split(","))))

    def number(self, name: str) -> float:
        """Return the number in a field.

        Raises:
            StoreError: It is none.
        """
        try:
            return float(self.first(name))
        except ValueError as error:
            raise StoreError(f"{name}: {self.first(name)!r} is no number.") from error


def decide(desk: Desk, form: Form) -> str:
    """Approve, hide or pin, or the reverse."""
    what = form.first("what")
    if what not in _FLAGS:
        raise StoreError(f"{what!r} is nothing that can be decided.")
    field, value = _FLAGS[what]
    channel = form.first("channel") or None
    if channel is not None and channel not in list(Channel):
        raise StoreError(f"There is no way out {channel}.")
    # what was approved is the text that the page showed
    shown = form.first("text") if what == "approve" else ""
    desk.record(desk.find(form.first("key")).key, {field: shown or value}, [channel])
    return _back(form, what)


def let_pass(desk: Desk, form: Form) -> str:
    """Let a doubted text pass that the user has read."""
    desk.record(desk.find(form.first("key")).key, {EditField.REVIEWED: form.first("fingerprint")})
    return _back(form, "let_pass")


def edit(desk: Desk, form: Form) -> str:
    """Change what an achievement says, where the form says otherwise."""
    achievement = desk.find(form.first("key"))
    changes = {field: value for field, value in _said(form).items() if value != _shown(achievement, field)}
    if changes:
        desk.record(achievement.key, changes)
    return _page_of(achievement.key, "edited" if changes else "unchanged")


def merge_into(desk: Desk, form: Form) -> str:
    """Make other achievements parts of one."""
    names = [form.first("key"), *form.first("others").split()]
    return _page_of(merge(desk.engine, names, desk.compose, desk.settings.signature), "merged")


def split_off(desk: Desk, form: Form) -> str:
    """Make the chosen activities achievements of their own."""
    if not (chosen := form.all("activity")):
        raise StoreError("Choose what is to be taken out.")
    key, _ = split(desk.engine, form.first("key"), chosen, desk.compose, desk.settings.signature)
    return _page_of(key, "split")


def settle(desk: Desk, form: Form) -> str:
    """Write down whether a post is there of which LinkedIn's answer never came."""
    found = {"yes": True, "no": False}.get(form.first("found"))
    if found is None:
        raise StoreError("Say whether the post is there.")
    outgoing_of(desk.settings, desk.engine).settle(form.first("key"), found=found, address=form.first("url") or None)
    return "/posts?did=settled"


def undo(desk: Desk, form: Form) -> str:
    """Take back an edit, or the latest decision."""
    number = form.first("number")
    if number and not number.isdecimal():
        raise StoreError(f"There is no edit {number}.")
    take_back(desk.engine, desk.compose, int(number) if number else None)
    return _back(form, "undone")


def add(desk: Desk, form: Form) -> str:
    """Write down an achievement."""
    me = desk.settings.my_address or ""
    completed = form.first("completed")
    try:
        achievement = AchievementCreate(
            title=form.first("title"),
            description=form.first("description"),
            category=form.first("category"),
            author=form.first("author") or me,
            source_url=form.first("url") or None,
            repository=form.first("repository") or None,
            completed_at=dt.datetime.fromisoformat(completed).replace(tzinfo=dt.UTC) if completed else None,
            impact_score=form.number("impact"),
            complexity_score=form.number("complexity"),
            skills_demonstrated=form.words("skills"),
            portfolio_ready=bool(form.first("portfolio")),
        )
    except ValidationError as error:
        problems = (f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}" for problem in error.errors())
        raise StoreError("; ".join(problems)) from error
    except ValueError as error:
        raise StoreError(f"completed: {completed} is no day.") from error
    with Session(desk.engine) as session, session.begin():
        create_achievement(session, achievement)
    return _page_of(achievement.key, "added")


DECISIONS: Mapping[str, Callable[[Desk, Form], str]] = {
    "/decide": decide,
    "/let-pass": let_pass,
    "/edit": edit,
    "/merge": merge_into,
    "/split": split_off,
    "/settle": settle,
    "/undo": undo,
    "/add": add,
}
"""By address."""


def _said(form: Form) -> dict[EditField, object]:
    return {
        EditField.TITLE: form.first("title"),
        EditField.DESCRIPTION: form.first("description"),
        EditField.CATEGORY: form.first("category"),
        EditField.IMPACT_SCORE: form.number("impact"),
        EditField.COMPLEXITY_SCORE: form.number("complexity"),
        EditField.PORTFOLIO_READY: bool(form.first("portfolio")),
    }


def _shown(achievement: AchievementView, field: EditField) -> object:
    """Return what the form shows of an achievement."""
    value = getattr(achievement, field.value)
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else value


def _page_of(key: str, did: str) -> str:
    return f"/achievement?{urlencode({'key': key, 'did': did})}"


def _back(form: Form, did: str) -> str:
    """Return where the form was, if that is one of these pages, and what was done."""
    parts = urlsplit(form.first("back"))
    if parts.scheme or parts.netloc or not parts.path.startswith("/") or "\\" in parts.path:
        return f"/?did={did}"
    query = "&".join([*(pair for pair in parts.query.split("&") if pair and not pair.startswith("did=")), f"did={did}"])
    return parts._replace(query=query, fragment="").geturl()
