"""Labels: what people call the kind of a piece of work, on GitHub and in Linear."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pandas as pd

from achievement_pipeline.judging.categories.categorise import Category
from achievement_pipeline.patterns import compile_pattern

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
"""The whole names of labels, plain. GitHub and Linear bring bug, documentation, enhancement, feature and improvement
along; the others are usual. The categories stand in the order in which they win: what says most first, and feature,
which many projects put on everything, last."""

_CATEGORY = {name: (position, category) for position, (category, names) in enumerate(_NAMES.items()) for name in names}

_PREFIX = compile_pattern(r"[/:]")
_BETWEEN_WORDS = compile_pattern(r"[\s_-]+")
_DECORATION = compile_pattern(r"^\W*(?:[a-z]-(?=\w{2}))?|\W+$")
"""Emoji and signs around it, and the letter that some projects begin with: ``C-bug``, ``T-enhancement``."""


def plain_label(label: str) -> str:
    """Return a label without case, decoration and what it is filed under: ``kind/bug``, ``Type: Bug`` are ``bug``."""
    last = _PREFIX.split(label.casefold())[-1]
    return _BETWEEN_WORDS.sub(" ", _DECORATION.sub("", last.strip()))


def categorise_labels(labels: pd.Series[str]) -> pd.DataFrame:
    """Say what kind of work labels tell of, and which label does.

    Args:
        labels: JSON lists of names.

    Returns:
        ``category`` and ``rule``, both missing where no label tells, with the index of ``labels``.
    """
    found = [_category(json.loads(names)) for names in labels]
    return pd.DataFrame(found, index=labels.index, columns=["category", "rule"], dtype="str")


def _category(names: list[str]) -> tuple[str | None, str | None]:
    known = [(_CATEGORY[plain], name) for name in names if (plain := plain_label(name)) in _CATEGORY]
    if not known:
        return None, None
    (_, category), name = min(known)
    return category.value, f"label:{name}".replace(",", " ")
