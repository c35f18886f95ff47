"""The options that choose achievements, the same for every command that lists or exports them."""

from collections.abc import Callable
from typing import Any, TypedDict, TypeVar

import click
import sqlalchemy as sa

from achievement_pipeline.store.names import find_repository_key

_Command = TypeVar("_Command", bound=Callable[..., Any])


class Filters(TypedDict):
    """The values of the options."""

    repository: str | None
    category: str | None
    skill: str | None
    min_impact: float | None


_OPTIONS = (
    click.option(
        "--repo", "--repository", "repository", metavar="NAME", help="Only this repository: name, owner/name or key."
    ),
    click.option("--category", help="Only this kind of work: feature, bugfix, performance, ..."),
    click.option("--skill", help="Only work that shows this skill."),
    click.option("--min-impact", type=click.FloatRange(0, 100), help="Only work of at least this impact."),
)


def filter_options(command: _Command) -> _Command:
    """Add the options to a command."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def with_repository_key(connection: sa.Connection, filters: Filters) -> Filters:
    """Return the values with the name of the repository resolved to its key.

    Raises:
        StoreError: No repository has that name, or several have it.
    """
    name = filters["repository"]
    return {**filters, "repository": find_repository_key(connection, name) if name is not None else None}
