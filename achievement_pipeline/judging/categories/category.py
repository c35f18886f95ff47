"""The kinds of work, without pandas: the vocabulary of skills names them."""

from enum import StrEnum


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
    OTHER = "other"
    """It is not known: neither the message nor the files say it."""
