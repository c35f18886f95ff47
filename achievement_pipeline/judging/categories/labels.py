"""Map labels from GitHub and issue trackers to categories."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pandas as pd

from achievement_pipeline.judging.categories.categorise import Category
from achievement_pipeline.parsing.patterns import compile_pattern

_NAMES: Mapping[Category, tuple[str, ...]] = {
    Category.SECURITY: ("security", "vulnerability", "cve"),
    Category.DEPENDENCY: ("dependency", "dependencies", "deps", "dependency upgrade"),
    Category.BUGFIX: ("bug", "bugfix", "fix", "hotfix", "defect", "regression", "crash", "bug fix"),
    Category.PERFORMANCE: ("performance", "perf", "optimization", "optimisation", "speed"),
    Category.REFACTORING: ("refactor", "refactoring", "tech debt", "technical debt", "cleanup", "code quality"),
    Category.DOCUMENTATION: ("documentation", "docs", "doc"),
    Category.TESTING: ("test", "tests", "testing", "test coverage"),
    Category.INFRASTRUCTURE: (
        "ci", "cd", "build", "infra", "infrastructure", "devops", "deployment", "tooling", "chore", "maintenance",
    ),
    Category.STYLE: ("style", "formatting", "lint", "linting"),
    Category.EXPERIMENT: ("experiment", "spike", "research"),
    Category.FEATURE: ("feature", "feature request", "new feature", "enhancement", "improvement", "feat", "story"),
}  # fmt: skip
"""Normalised label names. GitHub and Linear create bug, documentation, enhancement, feature and improvement by default;
the others are common. Earlier categories win: the most specific come first, and feature, which many projects put on
everything, last."""

_CATEGORY = {name: (position, category) for position, (category, names) in enumerate(_NAMES.items()) for name in names}

_PREFIX = compile_pattern(r"[/:]")
_BETWEEN_WORDS = compile_pattern(r"[\s_-]+")
_DECORATION = compile_pattern(r"^\W*(?:[a-z]-(?=\w{2}))?|\W+$")
"""Emoji and punctuation around a label, and the letter prefix of some projects: ``C-bug``, ``T-enhancement``."""


def plain_label(label: str) -> str:
    """Normalise a label: no case, decoration or namespace. ``kind/bug`` and ``Type: Bug`` become ``bug``."""
    last = _PREFIX.split(label.casefold())[-1]
    return _BETWEEN_WORDS.sub(" ", _DECORATION.sub("", last.strip()))


def categorise_labels(labels: pd.Series[str]) -> pd.DataFrame:
    """Categorise work by its labels, and name the label that decided.

    Args:
        labels: JSON lists of label names.

    Returns:
        ``category`` and ``rule``, missing if no label is known, with the index of ``labels``.
    """
    found = [_category(json.loads(names)) for names in labels]
    return pd.DataFrame(found, index=labels.index, columns=["category", "rule"], dtype="str")


def _category(names: list[str]) -> tuple[str | None, str | None]:
    known = [(_CATEGORY[plain], name) for name in names if (plain := plain_label(name)) in _CATEGORY]
    if not known:
        return None, None
    (_, category), name = min(known)
    return category.value, f"label:{name}".replace(",", " ")
