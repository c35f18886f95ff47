"""Report the progress of a reading."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


class Progress(Protocol):
    """Reports the number of completed steps."""

    def __call__(self, done: int, total: int, /) -> None:
        """Report progress."""


@dataclass(frozen=True)
class Reporting:
    """Where a reading reports to."""

    info: Callable[[str], object]
    warn: Callable[[str], object]
    start: Callable[[str], Progress]
    """Returns the progress of a piece of work, which it names."""
