"""The greatest projects of a person: larger efforts that several pieces of work belong to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from achievement_pipeline.publishing.documents.parts import facts
from achievement_pipeline.publishing.gate.privacy import PublicAchievement

_PROJECTS = 5
_LEAST_OF_PROJECT = 3
"""Pieces of work shown per project; a smaller project has only these."""


def greatest_projects(
    work: Sequence[PublicAchievement], projects: Sequence[Sequence[str]]
) -> Iterator[Sequence[PublicAchievement]]:
    """Yield what is shown of each of the greatest projects; one that is mostly a part of another is left out."""
    known = {each.id: each for each in work}
    shown = [[known[key] for key in keys if key in known] for keys in projects]
    order = sorted(shown, key=lambda members: (-len(members), [each.id for each in members]))
    named: set[str] = set()
    chosen = []
    for members in order:
        new = [each for each in members if each.id not in named]
        if len(members) >= _LEAST_OF_PROJECT and len(new) * 2 > len(members):
            named.update(each.id for each in members)
            chosen.append(facts.best_first(members))
    yield from sorted(chosen, key=lambda members: -sum(each.impact_score for each in members))[:_PROJECTS]
