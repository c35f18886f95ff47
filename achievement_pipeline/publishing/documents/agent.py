"""What the user's AI agent reads: achievements as compact JSON, each field only where it has a value."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from achievement_pipeline.publishing.documents.parts import facts
from achievement_pipeline.publishing.gate.privacy import PublicAchievement

_LONGEST_LINE = 300
_MOST_SKILLS = 12


def write_for_agent(achievements: Sequence[PublicAchievement]) -> str:
    """Write all that an agent can read of the achievements, the best first."""
    return as_json({"achievements": [everything(each) for each in facts.best_first(achievements)]})


def everything(achievement: PublicAchievement) -> dict[str, Any]:
    """Return an achievement with its ledger and evidence."""
    return {**row(achievement), **scores(achievement), **evidence(achievement)}


def row(achievement: PublicAchievement) -> dict[str, Any]:
    """Return what a list shows of an achievement."""
    return _filled(
        id=achievement.id,
        title=facts.cut(achievement.title, _LONGEST_LINE),
        category=achievement.category,
        repository=achievement.repository,
        completed=facts.day(achievement.completed_at),
        impact=round(achievement.impact_score),
        complexity=round(achievement.complexity_score),
        outcome=facts.cut(facts.outcome(achievement), _LONGEST_LINE),
        skills=[skill.name for skill in achievement.skills[:_MOST_SKILLS]],
        pinned=achievement.pinned,
    )


def scores(achievement: PublicAchievement) -> dict[str, Any]:
    """Return the lines that sum to the scores."""
    return {
        "ledger": [
            _filled(score=line.score, rule=line.rule, points=line.points, evidence=line.evidence)
            for line in achievement.ledger
        ]
    }


def evidence(achievement: PublicAchievement) -> dict[str, Any]:
    """Return the text and the activities of an achievement, and what shows its skills."""
    return _filled(
        description=achievement.description.strip(),
        release=facts.release(achievement),
        evidence=[
            _filled(kind=each.kind, title=each.title, url=each.url, day=facts.day(each.at))
            for each in achievement.evidence
        ],
        shown_by={skill.name: skill.evidence for skill in achievement.skills if skill.evidence},
    )


def as_json(value: object) -> str:
    """Return JSON without spaces that cost tokens."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def size(item: dict[str, Any]) -> int:
    """Return the bytes that an item takes in a list."""
    return len(as_json(item).encode()) + 1


def _filled(**fields: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    return {name: value for name, value in fields.items() if value or value == 0}


def fitting(items: Iterable[dict[str, Any]], budget: int) -> list[dict[str, Any]]:
    """Return the first items that together are at most `budget` bytes of JSON."""
    fit: list[dict[str, Any]] = []
    left = budget
    for item in items:
        left -= size(item)
        if left < 0:
            break
        fit.append(item)
    return fit
