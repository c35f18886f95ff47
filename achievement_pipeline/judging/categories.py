"""What kind of work a commit is: by its Conventional Commits type where it has one, else by paths and whole words."""

from __future__ import annotations

from enum import StrEnum

import pandas as pd


class Category(StrEnum):
    """Kinds of work."""

    FEATURE = "feature"
    BUGFIX = "bugfix"
    PERFORMANCE = "performance"
    REFACTORING = "refactoring"
    TESTING = "testing"
    DOCUMENTATION = "documentation"
    INFRASTRUCTURE = "infrastructure"
    SECURITY = "security"
    DEPENDENCY = "dependency"
    STYLE = "style"
    PROJECT = "project"
    EXPERIMENT = "experiment"


_OF_TYPE = {
    "feat": Category.FEATURE,
    "feature": Category.FEATURE,
    "fix": Category.BUGFIX,
    "bugfix": Category.BUGFIX,
    "hotfix": Category.BUGFIX,
    "perf": Category.PERFORMANCE,
    "refactor": Category.REFACTORING,
    "test": Category.TESTING,
    "tests": Category.TESTING,
    "docs": Category.DOCUMENTATION,
    "doc": Category.DOCUMENTATION,
    "ci": Category.INFRASTRUCTURE,
    "build": Category.INFRASTRUCTURE,
    "chore": Category.INFRASTRUCTURE,
    "security": Category.SECURITY,
    "deps": Category.DEPENDENCY,
    "style": Category.STYLE,
}


def categorise(types: pd.Series[str], descriptions: pd.Series[str], paths: pd.DataFrame) -> pd.DataFrame:  # noqa: ARG001
    """Say what kind of work each commit is, and which rule says so.

    Args:
        types: Conventional Commits types, missing where a message does not conform.
        descriptions: Subjects without type and scope.
        paths: The files that are work: ``place`` (of their commit among ``types``), ``path``, ``lines``.

    Returns:
        ``category`` and ``rule``, with the index of ``types``.
    """
    by_type = types.map(_OF_TYPE)
    return pd.DataFrame(
        {
            "category": by_type.fillna(Category.FEATURE.value).astype("str"),
            "rule": ("type:" + types).where(by_type.notna(), "default").astype("str"),
        }
    )
