"""Parse the address of a list; unknown parts are ignored."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from achievement_pipeline.store.reading import AchievementFilter, Order

PAGE_SIZE = 50
STATES = {"": "Everything", "new": "New", "decided": "Decided", "hidden": "Hidden", "retracted": "Retracted"}
"""Which achievements a list shows: those that count and are not hidden, or one of these."""
ORDERS = {"": "Highest impact", "newest": "Newest"}
_NAMES = ("q", "state", "category", "skill", "repository", "impact", "order")


@dataclass(frozen=True)
class Query:
    """A query of the page."""

    given: Mapping[str, str]
    """The values of the form, by field."""
    page: int

    @classmethod
    def of(cls, parameters: Mapping[str, str]) -> "Query":
        """Read the parameters of an address."""
        given = {name: parameters.get(name, "").replace("\0", "").strip() for name in _NAMES}
        page = parameters.get("page", "")
        return cls(given, max(1, int(page)) if page.isdecimal() and len(page) < 7 else 1)  # noqa: PLR2004 - no bigger

    @property
    def filter(self) -> AchievementFilter:
        """Which achievements are wanted."""
        state = self.given["state"]
        return AchievementFilter(
            category=self.given["category"] or None,
            skill=self.given["skill"] or None,
            repository=self.given["repository"] or None,
            min_impact=_number(self.given["impact"]),
            text=self.given["q"] or None,
            decided={"new": False, "decided": True}.get(state),
            include_hidden=state == "decided",
            only_hidden=state == "hidden",
            only_retracted=state == "retracted",
        )

    @property
    def sorted_by(self) -> Order:
        """By what the list is sorted."""
        return Order.DATE if self.given["order"] == "newest" else Order.IMPACT

    @property
    def is_narrowed(self) -> bool:
        """Whether the list is narrowed further than by state or search."""
        return any(self.given[name] for name in ("category", "skill", "repository", "impact"))

    @property
    def is_asked(self) -> bool:
        """Whether the list is narrowed at all."""
        return any(self.given.values())

    @property
    def skip(self) -> int:
        """Number of achievements on the previous pages."""
        return (self.page - 1) * PAGE_SIZE

    def pages(self, number: int) -> int:
        """Return how many pages so many achievements fill."""
        return max(1, math.ceil(number / PAGE_SIZE))

    def address(self, page: int) -> str:
        """Return where another page of the same list is."""
        parameters = {name: value for name, value in self.given.items() if value}
        parameters |= {"page": str(page)} if page > 1 else {}
        return f"/?{urlencode(parameters)}" if parameters else "/"


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
