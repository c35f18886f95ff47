"""Achievement Auto-Collection: a developer's work becomes scored, explained achievements."""

__version__ = "0.1.0"
