"""The settings: who the user is, which repositories are theirs and who can see them, and which sources are on.

A change is shown as a difference of ``achievements.toml`` before it is written, by the functions that `init` uses.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol
from urllib.parse import parse_qs

import sqlalchemy as sa
from starlette.requests import Request

from achievement_pipeline.app.decide.decisions import Decisions
from achievement_pipeline.app.own_settings import (
    find_other_addresses,
    find_own,
    own_keys,
    own_repositories,
    plan_identity,
    plan_removal,
    plan_repositories,
    plan_visibility,
)
from achievement_pipeline.app.settings_change import SettingsChange
from achievement_pipeline.errors import SettingsError
from achievement_pipeline.lanes import LANES
from achievement_pipeline.publishing.gate.policy import Visibility
from achievement_pipeline.settings import Settings
from achievement_pipeline.store.repositories import KnownRepository, list_repositories
from achievement_pipeline.web.forms import Form
from achievement_pipeline.web.pages import Content

if TYPE_CHECKING:
    from achievement_pipeline.store.forgetting import Forgotten

_DONE = "/settings?did=written"


class Forget(Protocol):
    """Forgets what was collected from a repository."""

    def __call__(
        self, settings: Settings, engine: sa.Engine, known: KnownRepository, *, with_decisions: bool
    ) -> "Forgotten":
        """Forget it."""


@dataclass(frozen=True)
class _Plan:
    """A change to be shown, and agreed to."""

    title: str
    change: SettingsChange
    warning: str = ""
    """What the user has to confirm by a tick besides; empty where nothing is."""
    forgets: KnownRepository | None = None
    """The repository that is forgotten with it."""


def settings(decisions: Decisions, request: Request) -> Content:
    """The settings as they are."""
    own = decisions.settings
    suggested: Mapping[str, int] = {}
    if looks := "look" in request.query_params:
        with decisions.engine.connect() as connection:
            suggested = find_other_addresses(connection, own)
    return {
        "file": own.config_location,
        "me": own.me,
        "is_by_git": bool(own.me.emails) and not own.config.me.emails,
        "looks": looks,
        "suggested": suggested,
        "repositories": own_repositories(decisions.engine, own),
        "lanes": [(lane, lane.is_on(own)) for lane in LANES],
        "keys": list(own_keys(own)),
    }


def change(decisions: Decisions, request: Request) -> Content:
    """A change of the settings before it is written."""
    form = Form(parse_qs(request.url.query, keep_blank_values=True))
    plan = _plan(decisions, form)
    fields = [(name, value) for name, values in form.fields.items() for value in values]
    return {"plan": plan, "fields": fields, "lines": list(plan.change.difference()), "file": plan.change.path}


SETTINGS_PAGES: Mapping[str, tuple[str, Callable[[Decisions, Request], Content]]] = {
    "/settings": ("settings", settings),
    "/settings/change": ("settings_change", change),
}
"""The name of the template and what fills it, by address."""


def settings_decisions(forget: Forget) -> Mapping[str, Callable[[Decisions, Form], str]]:
    """Return the actions of the forms, by address."""

    def write(decisions: Decisions, form: Form) -> str:
        """Write a change that the user has seen."""
        plan = _plan(decisions, form)
        if form.first("agreed") != plan.change.fingerprint:
            raise SettingsError("The settings are not what they were when you saw this change. Look at it again.")
        if plan.warning and not form.first("sure"):
            raise SettingsError(f"{plan.warning} Go back and tick that you want it.")
        if not plan.change.is_empty:
            plan.change.write()
        if plan.forgets:
            forget(
                decisions.settings,
                decisions.engine,
                plan.forgets,
                with_decisions=bool(form.first("with_decisions")),
            )
        return _DONE

    return {"/settings/change": write}


def _plan(decisions: Decisions, form: Form) -> _Plan:
    """Return the change that a form describes.

    Raises:
        AchievementPipelineError: It describes none, or one that can't be.
    """
    plans = {"me": _plan_me, "add": _plan_add, "visibility": _plan_visibility, "remove": _plan_remove}
    what = form.first("what")
    if what not in plans:
        raise SettingsError(f"{what!r} is no change of the settings.")
    return plans[what](decisions, form)


def _plan_me(decisions: Decisions, form: Form) -> _Plan:
    emails = list(dict.fromkeys(filter(None, map(str.strip, [*form.all("email"), *form.words("more")]))))
    return _Plan("Who you are", plan_identity(decisions.settings, form.first("name"), emails))


def _plan_add(decisions: Decisions, form: Form) -> _Plan:
    location = form.first("location")
    if not location:
        raise SettingsError("Give a folder or a clone URL.")
    return _Plan("More repositories", plan_repositories(decisions.engine, decisions.settings, location))


def _plan_visibility(decisions: Decisions, form: Form) -> _Plan:
    known, wanted = _repository(decisions, form), form.first("visibility")
    if wanted not in {"", *Visibility}:
        raise SettingsError(f"{wanted!r} is no visibility: it is public, private, or left to the host.")
    visibility = Visibility(wanted) if wanted else None
    warning = f"Documents for strangers will show the work in {known.key}, as far as you approve it."
    if visibility is None:
        warning = f"Where its host says that everybody can see {known.key}, documents for strangers will show its work."
    return _Plan(
        f"Who can see {known.key}",
        plan_visibility(decisions.engine, decisions.settings, known, visibility),
        warning="" if visibility is Visibility.PRIVATE else warning,
    )


def _plan_remove(decisions: Decisions, form: Form) -> _Plan:
    known = _repository(decisions, form)
    own = own_repositories(decisions.engine, decisions.settings)
    variable = next(each.variable for each in own if each.key == known.key)
    again = f" {variable} names it, so that it will be collected again: remove it there." if variable else ""
    return _Plan(
        f"Remove {known.key}",
        plan_removal(decisions.settings, known),
        warning=f"Everything collected from {known.key} will be forgotten. Your own copy is not touched.{again}",
        forgets=known if known in list_repositories(decisions.engine) else None,
    )


def _repository(decisions: Decisions, form: Form) -> KnownRepository:
    return find_own(decisions.engine, decisions.settings, form.first("repository"))
