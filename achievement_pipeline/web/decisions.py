"""The actions of the forms; each returns the address to redirect to."""

import datetime as dt
from collections.abc import Callable, Mapping

from pydantic import ValidationError
from sqlalchemy.orm import Session

from achievement_pipeline.app.decide.decisions import Decisions
from achievement_pipeline.app.decide.statements import AchievementCreate, create_achievement
from achievement_pipeline.app.publish.accounts import outbox_of
from achievement_pipeline.channels import find_channel
from achievement_pipeline.errors import StoreError
from achievement_pipeline.parsing.validation import describe_problems
from achievement_pipeline.store.reading import AchievementView
from achievement_pipeline.store.tables import EditField
from achievement_pipeline.web.forms import Form, back_to, page_of
from achievement_pipeline.web.several import FLAGS, decide_several

_FLAGS: Mapping[str, tuple[EditField, bool]] = {"withdraw": (EditField.APPROVED, False), **FLAGS}


def decide(decisions: Decisions, form: Form) -> str:
    """Approve, hide or pin, or the reverse."""
    what = form.first("what")
    if what not in _FLAGS:
        raise StoreError(f"{what!r} is not a decision.")
    field, value = _FLAGS[what]
    channel = form.first("channel") or None
    if channel is not None:
        find_channel(channel)
    # the approval is for the text that the page showed
    shown = form.first("text") if what == "approve" else ""
    decisions.record(decisions.find(form.first("key")).key, {field: shown or value}, [channel])
    return back_to(form, what)


def let_pass(decisions: Decisions, form: Form) -> str:
    """Accept a doubted text that the user has read."""
    decisions.record(decisions.find(form.first("key")).key, {EditField.REVIEWED: form.first("fingerprint")})
    return back_to(form, "let_pass")


def edit(decisions: Decisions, form: Form) -> str:
    """Save the fields of an achievement that the form has and changes."""
    achievement = decisions.find(form.first("key"))
    given = {field: read(form) for field, (name, read) in _FIELDS.items() if name in form.fields}
    changes = {field: value for field, value in given.items() if value != _shown(achievement, field)}
    if changes:
        decisions.record(achievement.key, changes)
    did = "edited" if changes else "unchanged"
    return back_to(form, did) if form.first("back") else page_of(achievement.key, did)


def decide_proposal(decisions: Decisions, form: Form) -> str:
    """Accept a proposal as edited in the form, or reject it."""
    number, what = form.first("number"), form.first("what")
    if not number.isdecimal() or what not in {"accept", "reject"}:
        raise StoreError(f"{what!r} of proposal {number!r} is not a decision.")
    if what == "accept":
        decisions.accept(int(number), form.first("value").replace("\r\n", "\n").strip())
    else:
        decisions.reject(int(number))
    return page_of(form.first("key"), "accepted" if what == "accept" else "rejected")


def merge_into(decisions: Decisions, form: Form) -> str:
    """Make other achievements parts of one."""
    names = [form.first("key"), *form.first("others").split()]
    return page_of(decisions.merge(names), "merged")


def split_off(decisions: Decisions, form: Form) -> str:
    """Make the chosen activities achievements of their own."""
    if not (chosen := form.all("activity")):
        raise StoreError("Select the activities to split off.")
    key, _ = decisions.split(form.first("key"), chosen)
    return page_of(key, "split")


def settle(decisions: Decisions, form: Form) -> str:
    """Record whether a post in doubt exists, or the address of a published one."""
    found = {"yes": True, "no": False}.get(form.first("found"))
    if found is None:
        raise StoreError("Choose whether the post is there.")
    outbox = outbox_of(find_channel(form.first("channel")), decisions.settings, decisions.engine)
    outbox.settle(form.first("key"), found=found, address=form.first("url") or None)
    return "/posts?did=settled"


def undo(decisions: Decisions, form: Form) -> str:
    """Undo an edit, or the latest decision."""
    number = form.first("number")
    if number and not number.isdecimal():
        raise StoreError(f"There is no edit {number}.")
    decisions.take_back(int(number) if number else None)
    return back_to(form, "undone")


def add(decisions: Decisions, form: Form) -> str:
    """Add an achievement."""
    me = decisions.settings.my_address or ""
    completed = form.first("completed")
    try:
        achievement = AchievementCreate(
            title=form.first("title"),
            description=form.first("description"),
            category=form.first("category") or None,
            author=form.first("author") or me,
            source_url=form.first("url") or None,
            repository=form.first("repository") or None,
            completed_at=dt.datetime.fromisoformat(completed).replace(tzinfo=dt.UTC) if completed else None,
            impact_score=form.number("impact") if form.first("impact") else None,
            complexity_score=form.number("complexity") if form.first("complexity") else None,
            skills_demonstrated=form.words("skills"),
            portfolio_ready=bool(form.first("portfolio")),
        )
    except ValidationError as error:
        problems = (f"{field}: {words}" for field, words in describe_problems(error, AchievementCreate))
        raise StoreError("; ".join(problems)) from error
    except ValueError as error:
        raise StoreError(f"completed: {completed} is not a date.") from error
    with Session(decisions.engine) as session, session.begin():
        create_achievement(session, achievement)
    return page_of(achievement.key, "added")


DECISIONS: Mapping[str, Callable[[Decisions, Form], str]] = {
    "/decide": decide,
    "/several": decide_several,
    "/let-pass": let_pass,
    "/edit": edit,
    "/proposal": decide_proposal,
    "/merge": merge_into,
    "/split": split_off,
    "/settle": settle,
    "/undo": undo,
    "/add": add,
}
"""By address."""


_FIELDS: Mapping[EditField, tuple[str, Callable[[Form], object]]] = {
    EditField.TITLE: ("title", lambda form: form.first("title")),
    EditField.DESCRIPTION: ("description", lambda form: form.first("description")),
    EditField.OUTCOME: ("outcome", lambda form: form.first("outcome")),
    EditField.CATEGORY: ("category", lambda form: form.first("category")),
    EditField.IMPACT_SCORE: ("impact", lambda form: form.number("impact")),
    EditField.COMPLEXITY_SCORE: ("complexity", lambda form: form.number("complexity")),
    EditField.PORTFOLIO_READY: ("portfolio", lambda form: any(form.all("portfolio"))),
}
"""The name of each field in the forms, and how it is read. An empty field `portfolio` stands for an unchecked box."""


def _shown(achievement: AchievementView, field: EditField) -> object:
    """Return the value that the form shows."""
    value = getattr(achievement, field.value)
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else value
