"""The categories of work. Does not import pandas, because the skill vocabulary loads it."""

from enum import StrEnum


class Category(StrEnum):
    """A category of work."""

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
    MAINTENANCE = "maintenance"
    """Merging other people's work, cutting releases."""
    EXPERIMENT = "experiment"
    OTHER = "other"
    """Unknown: neither the message nor the files show it."""
