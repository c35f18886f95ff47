"""Why achievements are left out of a document, in words: for commands and pages."""

from collections import Counter
from collections.abc import Iterable

from achievement_pipeline.publishing.gate.privacy import Held, Reason

_WHY = {
    Reason.LEFT_OUT: "their repositories are not marked public",
    Reason.NOT_APPROVED: "they are not approved",
    Reason.CHANGED: "their text has changed since you approved it",
    Reason.UNSURE: "they may reveal something private",
    Reason.TELLS: "they name private repositories or servers",
    Reason.FAULTY: "they fail a check of the finished document",
}
"""Hidden and retracted ones are not worth a line."""


def count_held(held: Iterable[Held]) -> dict[Reason, tuple[int, str]]:
    """Return for each reason how many achievements are left out, and why in words."""
    counts = Counter(each.reason for each in held)
    return {reason: (counts[reason], why) for reason, why in _WHY.items() if counts[reason]}
