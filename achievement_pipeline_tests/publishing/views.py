"""Builders: achievements as the store gives them, in two lines, and the shortest way through the gate."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from achievement_pipeline.channels import BRAG
from achievement_pipeline.publishing.channel import Channel
from achievement_pipeline.publishing.gate.finished import Finished, Reader, finish
from achievement_pipeline.publishing.gate.policy import PrivacyPolicy, Visibility
from achievement_pipeline.publishing.gate.privacy import Known, PublicAchievement, clear
from achievement_pipeline.store.reading import AchievementView, SkillView

_Content = TypeVar("_Content")
ME = "ann@example.com"
PUBLIC = "github.com/ann/loom"
PRIVATE = "github.com/acme-corp/zephyr"
VISIBILITY = {PUBLIC: Visibility.PUBLIC, PRIVATE: Visibility.PRIVATE}
NOON = dt.datetime(2026, 3, 4, 12, 30, 15, tzinfo=dt.UTC)


def view(title: str = "Add a cache", repository: str | None = PUBLIC, **changes: Any) -> AchievementView:
    """Return an achievement of one pull request, or as changed."""
    number = changes.pop("number", 7)
    owner_and_name = (repository or PUBLIC).partition("/")[2]
    key = changes.pop("key", f"github:{owner_and_name}#{number}")
    url = changes.pop("source_url", f"https://github.com/{owner_and_name}/pull/{number}")
    source_type = changes.pop("source_type", "github_pull_request")
    fields: dict[str, Any] = {
        "key": key,
        "title": title,
        "category": "feature",
        "description": "",
        "outcome": "",
        "source_type": source_type,
        "source_id": key.partition(":")[2],
        "source_url": url,
        "repository": repository,
        "author": ME,
        "coauthors": [],
        "assisted_by": [],
        "started_at": None,
        "completed_at": NOON,
        "impact_score": 80.0,
        "complexity_score": 60.0,
        "score_ledger": [
            ledger_line("impact", "base", 50.0, "every pull request", key),
            ledger_line("impact", "size", 30.0, "340 effective lines", key),
            ledger_line("complexity", "base", 40.0, "every pull request", key),
            ledger_line("complexity", "files", 20.0, "4 effective files", key),
        ],
        "score_version": "1",
        "skills_demonstrated": ["Python"],
        "tags": ["github", "feat"],
        "evidence": [evidence(key, title=title, url=url, kind=source_type)],
        "announced": None,
        "first_release": None,
        "portfolio_ready": True,
        "hidden": False,
        "hidden_by": None,
        "pinned": False,
        "decided": False,
        "lapsed": False,
        "edited_at": None,
        "fingerprint": "0" * 64,
        "retracted_at": None,
        "retracted_reason": None,
        "absorbed_by": None,
        "created_at": NOON,
        "updated_at": NOON,
    }
    return AchievementView(**{**fields, **changes})


def evidence(key: str, title: str = "Add a cache", url: str | None = None, kind: str = "git_commit") -> dict[str, Any]:
    """Return a line of evidence."""
    return {"key": key, "kind": kind, "title": title, "url": url, "person": ME, "at": NOON.isoformat()}


def ledger_line(score: str, rule: str, points: float, shown: str, activity: str) -> dict[str, Any]:
    """Return a line of a ledger."""
    return {"score": score, "rule": rule, "points": points, "evidence": shown, "activity": activity}


def known(views: Sequence[AchievementView], **changes: Any) -> Known:
    """Return what the gate has to know: everything is approved, one skill has its evidence."""
    skills = {
        each.key: [SkillView(name, "language", 0.8, "3 files, +40 -2 lines") for name in each.skills_demonstrated]
        for each in views
    }
    fields: dict[str, Any] = {
        "visibility_of": VISIBILITY,
        "approved": {each.key for each in views},
        "skills": skills,
        "me": {ME, "Ann Example"},
    }
    return Known(**{**fields, **changes})


def public(
    channel: Channel, *views: AchievementView, policy: Mapping[str, Any] | None = None, **changes: Any
) -> tuple[PublicAchievement, ...]:
    """Return achievements as they may be shown on a channel; all of them have to pass."""
    cleared = clear(views, channel, PrivacyPolicy.model_validate(policy or {}), known(views, **changes))
    assert cleared.held == (), [held.detail for held in cleared.held]
    return cleared.public


def fit(content: _Content) -> Finished[_Content]:
    """Return a finished text in which nothing is wrong."""
    reader = Reader(policy=PrivacyPolicy(), known=Known())
    return finish(content, "", name="a text", channel=BRAG, reader=reader)
