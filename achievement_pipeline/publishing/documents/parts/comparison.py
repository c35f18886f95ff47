"""A period beside the period before, in numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from achievement_pipeline.publishing.gate.privacy import PublicAchievement

Measure: TypeAlias = Callable[[Sequence[PublicAchievement]], int]


@dataclass(frozen=True)
class Compared:
    """A number of this period beside that of the period before."""

    label: str
    now: int
    before: int


_ONE = {
    "achievements": "achievement",
    "pieces of work": "piece of work",
    "projects": "project",
    "releases": "release",
    "repositories": "repository",
    "skills": "skill",
}


def noun(number: int, nouns: str) -> str:
    """Return what is counted, in the singular if it is one: ``1 repository``."""
    return _ONE.get(nouns, nouns) if number == 1 else nouns


def announced(work: Sequence[PublicAchievement]) -> int:
    """Return how many pieces of work release notes announced."""
    return sum(each.announced is not None for each in work)


def repositories(work: Sequence[PublicAchievement]) -> int:
    """Return in how many repositories the work was done."""
    return len({each.repository for each in work if each.repository})


def compare(
    measures: Mapping[str, Measure], work: Sequence[PublicAchievement], before: Sequence[PublicAchievement]
) -> Iterator[Compared]:
    """Yield what each measure gives for two periods, by its label; what is zero in both is left out."""
    for label, measure in measures.items():
        compared = Compared(label, measure(work), measure(before))
        if compared.now or compared.before:
            yield compared
