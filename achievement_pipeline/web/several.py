"""Decide about several achievements at once: first they are shown, then decided as one, undone as one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from achievement_pipeline.app.decide.decisions import Decisions
from achievement_pipeline.channels import CHANNELS, channels_with_approval
from achievement_pipeline.errors import StoreError
from achievement_pipeline.parsing.patterns import compile_pattern
from achievement_pipeline.publishing.gate.privacy import PublicAchievement
from achievement_pipeline.store.reading import AchievementFilter, AchievementView, find_achievements
from achievement_pipeline.store.tables import EditField
from achievement_pipeline.web.forms import Form, back_to
from achievement_pipeline.web.query import Query

FLAGS: Mapping[str, tuple[EditField, bool]] = {
    "approve": (EditField.APPROVED, True),
    "hide": (EditField.HIDDEN, True),
    "unhide": (EditField.HIDDEN, False),
    "pin": (EditField.PINNED, True),
    "unpin": (EditField.PINNED, False),
}
"""The decisions that are possible about several achievements, by name."""
_MOST = 5_000
"""What one form holds."""
_COUNT = compile_pattern(r"(?P<name>[a-z_]{1,30})-(?P<number>\d{1,5})")
"""How many achievements a channel shows, in an address."""
_NOTHING = "Select at least one achievement."


@dataclass(frozen=True)
class Chosen:
    """An achievement as the page showed it: its key and the fingerprint of its text."""

    key: str
    fingerprint: str

    @classmethod
    def parse(cls, text: str) -> "Chosen":
        """Read the value of a form's field."""
        fingerprint, _, key = text.partition(" ")
        return cls(key, fingerprint)


def several(decisions: Decisions, request: Request) -> Mapping[str, Any]:
    """The achievements that are about to be decided: those with a checked box, or all of a list.

    Raises:
        AchievementPipelineError: There is no such decision, or nothing is chosen.
    """
    what, query = request.query_params.get("what", ""), Query.of(request.query_params)
    _flag(what)
    found = _chosen(decisions, request, query)
    if not found:
        raise StoreError(_NOTHING)
    if len(found) > _MOST:
        raise StoreError(f"More than {_MOST:,} achievements are chosen. Narrow the list.")
    return {"what": what, "chosen": found, "query": query}


def decide_several(decisions: Decisions, form: Form) -> str:
    """Approve, hide or pin what the page showed, or the reverse."""
    what = form.first("what")
    field, value = _flag(what)
    if not (chosen := [Chosen.parse(each) for each in form.all("chosen")]):
        raise StoreError(_NOTHING)
    # an approval is for the text that the page showed
    changes = [(each.key, {field: each.fingerprint if field is EditField.APPROVED else value}) for each in chosen]
    decisions.record_each(changes)
    shown = _count_shown(decisions, [each.key for each in chosen]) if what == "approve" else {}
    return back_to(form, ".".join([what, str(len(changes)), *(f"{name}-{number}" for name, number in shown.items())]))


def read_counts(words: Sequence[str]) -> dict[str, int]:
    """Return what `decide_several` noted in the address: how many achievements each channel shows, by its label."""
    counts = (_COUNT.fullmatch(word) for word in words)
    return {
        CHANNELS[found["name"]].label: int(found["number"]) for found in counts if found and found["name"] in CHANNELS
    }


def _count_shown(decisions: Decisions, keys: Sequence[str]) -> dict[str, int]:
    """Return by its name how many achievements each channel shows that needs approval."""
    with decisions.engine.connect() as connection:
        wanted = AchievementFilter(keys=keys, include_hidden=True, include_retracted=True)
        found = find_achievements(connection, wanted, _MOST)
    answers = decisions.verdicts(found, channels_with_approval()).values()
    return {
        channel.name: sum(isinstance(verdicts[channel], PublicAchievement) for verdicts in answers)
        for channel in channels_with_approval()
    }


def _flag(what: str) -> tuple[EditField, bool]:
    if what not in FLAGS:
        raise StoreError(f"{what!r} is not a decision about several achievements.")
    return FLAGS[what]


def _chosen(decisions: Decisions, request: Request, query: Query) -> Sequence[AchievementView]:
    with decisions.engine.connect() as connection:
        if request.query_params.get("all"):
            _, wanted = query.resolve(decisions, connection)
        else:
            keys = [key.replace("\0", "") for key in request.query_params.getlist("key")]
            wanted = AchievementFilter(keys=keys, include_hidden=True, include_retracted=True)
        return find_achievements(connection, wanted, _MOST + 1, order=query.sorted_by)
