"""How templates show values."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup, escape

from achievement_pipeline.app.decide.decisions import describe_edit, describe_live_post
from achievement_pipeline.judging.announced.phrases import where_announced
from achievement_pipeline.keys import GIT, without_host
from achievement_pipeline.publishing.documents.parts.comparison import noun
from achievement_pipeline.store.reading import AchievementView


def address_of(key: str) -> str:
    """Return the address of an achievement."""
    return f"/achievement?{urlencode({'key': key})}"


def code(text: str) -> Markup:
    """Return a text with what stands between backticks as code."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return escape(text)
    return Markup().join(Markup("<code>{}</code>").format(part) if n % 2 else part for n, part in enumerate(parts))


def changes_of(achievement: AchievementView) -> str:
    """Return the address of what the commits of an achievement changed; empty where it has none."""
    has_commits = any(GIT.parse(line["key"]) for line in achievement.evidence)
    return f"/changes?{urlencode({'key': achievement.key})}" if has_commits else ""


FILTERS: Mapping[str, Callable[..., Any]] = {
    "address": address_of,
    "changes": changes_of,
    "code": code,
    "day": lambda moment: f"{moment:%Y-%m-%d}" if moment else "",
    "noun": noun,
    "moment": lambda moment: f"{moment:%Y-%m-%d %H:%M}",
    "score": lambda number: f"{number:.1f}".removesuffix(".0"),
    "points": lambda number: f"{number:g}",
    "signed": lambda number: f"{number:+.2f}",
    "short": lambda repository: without_host(repository or ""),
    "words": lambda name: str(name).replace("_", " "),
    "edit": describe_edit,
    "live_post": describe_live_post,
    "where_announced": where_announced,
}
"""By the name that templates use."""
