"""The options that choose achievements, the same for every command that lists, decides about or exports them."""

import datetime as dt
from collections.abc import Callable
from typing import Any, TypedDict, TypeVar

import click
import sqlalchemy as sa

from achievement_pipeline.cli.options.authors import announce_author, author_option
from achievement_pipeline.errors import did_you_mean
from achievement_pipeline.settings import Settings
from achievement_pipeline.store.names import find_repository_key
from achievement_pipeline.store.reading import AchievementFilter, summarise

_Command = TypeVar("_Command", bound=Callable[..., Any])
_DAY = click.DateTime(["%Y-%m-%d"])


class Filters(TypedDict):
    """The values of `filter_options`."""

    repository: str | None
    path: str | None
    category: str | None
    skill: str | None
    min_impact: float | None


class Conditions(Filters):
    """The values of `condition_options`."""

    author: str | None
    search: str | None
    since: dt.datetime | None
    until: dt.datetime | None
    portfolio: bool


_FILTERS = (
    click.option(
        "--repo", "--repository", "repository", metavar="NAME", help="Only this repository: name, owner/name or key."
    ),
    click.option("--path", metavar="FOLDER", help="Only work in this folder of a repository: packages/api."),
    click.option("--category", help="Only this kind of work: feature, bugfix, performance, ..."),
    click.option("--skill", help="Only work that shows this skill."),
    click.option("--min-impact", type=click.FloatRange(0, 100), help="Only work of at least this impact."),
)
_CONDITIONS = (
    author_option,
    *_FILTERS,
    click.option("--search", metavar="WORDS", help="All of these words in title, text, skills, tags or key."),
    click.option("--since", type=_DAY, help="Completed on this day or later."),
    click.option("--until", type=_DAY, help="Completed on this day or earlier."),
    click.option("--portfolio", is_flag=True, help="Ready for the portfolio."),
)


project_option = click.option(
    "--project", metavar="ID", help="Only this project: an id that `achievements projects` lists."
)


def filter_options(command: _Command) -> _Command:
    """Add the options by which a document is narrowed down, beside its author and period."""
    return _with_options(command, _FILTERS)


def condition_options(command: _Command) -> _Command:
    """Add all options that choose achievements."""
    return _with_options(command, _CONDITIONS)


def _with_options(command: _Command, options: tuple[Callable[[_Command], _Command], ...]) -> _Command:
    for option in reversed(options):
        command = option(command)
    return command


def with_repository_key(connection: sa.Connection, filters: Filters) -> Filters:
    """Return the values with the name of the repository resolved to its key, and hint at typing errors in others.

    Raises:
        StoreError: No repository has that name, or several have it.
    """
    _hint(connection, filters)
    name = filters["repository"]
    return {**filters, "repository": find_repository_key(connection, name) if name is not None else None}


def achievement_filter(connection: sa.Connection, settings: Settings, conditions: Conditions) -> AchievementFilter:
    """Return the filter for the values of `condition_options`, and print the author on standard error.

    Raises:
        AchievementPipelineError: The author or the repository is unknown, or several repositories have that name.
    """
    since, until = conditions["since"], conditions["until"]
    return AchievementFilter(
        authors=announce_author(connection, settings, conditions["author"]).addresses,
        repository=with_repository_key(connection, conditions)["repository"],
        path=conditions["path"],
        category=conditions["category"],
        skill=conditions["skill"],
        min_impact=conditions["min_impact"],
        text=conditions["search"],
        since=since.replace(tzinfo=dt.UTC) if since else None,
        before=_end_of(until.replace(tzinfo=dt.UTC)) if until else None,
        portfolio=True if conditions["portfolio"] else None,
    )


def _hint(connection: sa.Connection, filters: Filters) -> None:
    """Say on standard error what was probably meant by a category or skill that no achievement has."""
    if filters["category"] is None and filters["skill"] is None:
        return
    known = summarise(connection, AchievementFilter())
    for what, name, names in (
        ("category", filters["category"], known.categories),
        ("skill", filters["skill"], known.skills),
    ):
        if name is not None and name.casefold() not in map(str.casefold, names):
            click.echo(f"No achievement has the {what} {name!r}.{did_you_mean(name, names)}", err=True)


def _end_of(day: dt.datetime) -> dt.datetime | None:
    """Return when a day is over; None for the last one that there is."""
    return day + dt.timedelta(days=1) if day.date() < dt.date.max else None
