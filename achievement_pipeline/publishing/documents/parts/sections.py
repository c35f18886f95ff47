"""Sections of the brag document that the user fills by hand: notes, which are no achievements."""

from __future__ import annotations

from typing import Final

NOTES: Final = {"goals": "Goals", "learning": "Learning", "feedback": "Feedback"}
"""Headings by category, in the order in which they come. Notes are kept as achievements of these categories."""


def is_note(category: str) -> bool:
    """Whether something of this category is a note for the brag document."""
    return category in NOTES
