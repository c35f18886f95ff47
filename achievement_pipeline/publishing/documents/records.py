"""Achievements as data for other programs: CSV, one row each, and JSON with everything. The schema: docs/exports.md."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import io
import json
from collections.abc import Sequence
from typing import Any

from achievement_pipeline.publishing.documents.parts import facts
from achievement_pipeline.publishing.gate.privacy import PublicAchievement

JSON_VERSION = "1"
"""Of the form of the JSON export: raised when a field changes its meaning, gets another type or goes; not when one
comes."""

_NOT_EXPORTED = frozenset({"gate", "channel"})
_BETWEEN = "; "
_BEGINS_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_COLUMNS = (
    "id", "title", "category", "kind", "repository", "completed_at", "started_at", "impact_score", "complexity_score",
    "author", "author_name", "coauthors", "assisted_by", "skills", "tags", "portfolio_ready", "visibility", "redacted",
    "url", "evidence", "result", "outcome", "description",
)  # fmt: skip


def write_csv(achievements: Sequence[PublicAchievement]) -> str:
    """Write one row an achievement, the newest first; lists are separated by semicolons, lines end as in RFC 4180."""
    with io.StringIO(newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_COLUMNS)
        writer.writerows(map(_row, facts.newest_first(achievements)))
        return file.getvalue()


def write_json(achievements: Sequence[PublicAchievement]) -> str:
    """Write all achievements with everything that may be shown of them, the newest first."""
    document = {
        "version": JSON_VERSION,
        "achievements": [_object(achievement) for achievement in facts.newest_first(achievements)],
    }
    return json.dumps(document, indent=2, ensure_ascii=False, default=_moment) + "\n"


def _row(achievement: PublicAchievement) -> list[str | float]:
    values = {
        **_object(achievement),
        "skills": _BETWEEN.join(skill.name for skill in achievement.skills),
        "tags": _BETWEEN.join(achievement.tags),
        "coauthors": _BETWEEN.join(achievement.coauthors),
        "assisted_by": _BETWEEN.join(achievement.assisted_by),
        "evidence": " ".join(each.url for each in achievement.evidence if each.url),
        "result": _BETWEEN.join(facts.results(achievement)),
        "outcome": facts.outcome(achievement),
    }
    return [_cell(values[column]) for column in _COLUMNS]


def _cell(value: Any) -> str | float:  # noqa: ANN401 - any field
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return value
    text = _moment(value) if isinstance(value, dt.datetime) else str(value)
    # a spreadsheet would run it as a formula
    return f"'{text}" if text.startswith(_BEGINS_FORMULA) else text


def _object(achievement: PublicAchievement) -> dict[str, Any]:
    return {name: value for name, value in dataclasses.asdict(achievement).items() if name not in _NOT_EXPORTED}


def _moment(value: dt.datetime) -> str:
    return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
