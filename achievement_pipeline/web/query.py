"""Parse the address of a list; unknown parts are ignored."""

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

import sqlalchemy as sa

from achievement_pipeline.app.decide.decisions import Decisions
from achievement_pipeline.app.me import Author
from achievement_pipeline.app.projects import members_of
from achievement_pipeline.settings import ALL
from achievement_pipeline.store.reading import AchievementFilter, Order

PAGE_SIZE = 50
STATES = {"": "Everything", "new": "New", "decided": "Decided", "hidden": "Hidden", "retracted": "Retracted"}
"""Which achievements a list shows: those that count and are not hidden, or one of these."""
ORDERS = {"": "Highest impact", "newest": "Newest"}
_NAMES = (
    *("q", "author", "state", "category", "skill", "repository", "path", "project"),
    *("since", "until", "impact", "order"),
)


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

    def resolve(self, decisions: Decisions, connection: sa.Connection) -> tuple[Author, AchievementFilter]:
        """Return the author and which of their achievements are wanted.

        Raises:
            AchievementPipelineError: The author or the project is unknown.
        """
        author = decisions.author(connection, self.given["author"])
        project, state = self.given["project"], self.given["state"]
        return author, AchievementFilter(
            authors=author.addresses,
            keys=members_of(connection, project, author.addresses) if project else None,
            category=self.given["category"] or None,
            skill=self.given["skill"] or None,
            repository=self.given["repository"] or None,
            path=self.given["path"] or None,
            since=_start_of(self.given["since"]),
            before=_end_of(self.given["until"]),
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
        """Whether the list is narrowed further than by state, search, or to everybody's."""
        given = {(name, value) for name, value in self.given.items() if value and name not in {"q", "state"}}
        return bool(given - {("author", ALL)})

    @property
    def all_of_its_state(self) -> str:
        """Where the list without any condition but its state is; empty if this is it."""
        everything = Query({**dict.fromkeys(_NAMES, ""), "state": self.given["state"]}, 1)
        return everything.address() if everything.given != self.given else ""

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

    def within(self, number: int) -> "Query":
        """Return the same query on the last page that so many achievements fill, if its own is behind that."""
        return replace(self, page=min(self.page, self.pages(number)))

    def address(self, page: int = 1, **changes: str) -> str:
        """Return where another page of the same list is, or of a list that differs in some fields."""
        parameters = {name: value for name, value in {**self.given, **changes}.items() if value}
        parameters |= {"page": str(page)} if page > 1 else {}
        return f"/?{urlencode(parameters)}" if parameters else "/"


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _start_of(text: str) -> dt.datetime | None:
    try:
        return dt.datetime.combine(dt.date.fromisoformat(text), dt.time(), dt.UTC)
    except ValueError:
        return None


def _end_of(text: str) -> dt.datetime | None:
    day = _start_of(text)
    return day + dt.timedelta(days=1) if day and day.date() < dt.date.max else None
