"""The achievements that a command decides about: named by their keys, or chosen by conditions after a preview."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import click

from achievement_pipeline.app.decide.decisions import Decisions
from achievement_pipeline.cli.look.achievements import print_achievements
from achievement_pipeline.cli.options.filter_options import Conditions, achievement_filter, condition_options
from achievement_pipeline.cli.output.printing import counted
from achievement_pipeline.store.reading import AchievementView, find_achievements

_Command = TypeVar("_Command", bound=Callable[..., Any])
_PREVIEWED = 20


class Choice(Conditions):
    """The values of `choice_options`."""

    keys: Sequence[str]
    yes: bool


def choice_options(command: _Command) -> _Command:
    """Add the argument KEY... and the options that choose achievements instead of it."""
    command = click.option("--yes", "-y", is_flag=True, help="Don't ask before deciding about all that are chosen.")(
        command
    )
    return click.argument("keys", nargs=-1, metavar="[KEY]...")(condition_options(command))


def choose(decisions: Decisions, what: str, choice: Choice, *, hidden: bool = False) -> list[AchievementView]:
    """Return the achievements that the user names or, once they agree, those that meet the conditions.

    Args:
        decisions: The database and the settings.
        what: The command, as in "approve 3 achievements?".
        choice: The values of `choice_options`.
        hidden: Choose among hidden achievements instead of those that are shown.

    Raises:
        click.UsageError: There are both keys and conditions, or neither.
        click.Abort: The user does not agree, or there is nobody to ask.
    """
    keys = choice["keys"]
    if bool(keys) == _has_condition(choice):
        raise click.UsageError("Give keys, or conditions such as --repo and --min-impact: one of the two.")
    if keys:
        return [decisions.find(key) for key in keys]
    with decisions.engine.connect() as connection:
        wanted = achievement_filter(connection, decisions.settings, choice)
        found = find_achievements(connection, replace(wanted, only_hidden=hidden))
    if found and not choice["yes"]:
        _preview(found)
        click.confirm(f"{what} {counted(len(found), 'achievement')}?", abort=True, err=True)
    return found


def _has_condition(choice: Choice) -> bool:
    values = {name: value for name, value in choice.items() if name in Conditions.__annotations__}
    return any(value is not None and value is not False for value in values.values())


def _preview(achievements: Sequence[AchievementView]) -> None:
    print_achievements(achievements[:_PREVIEWED])
    if len(achievements) > _PREVIEWED:
        click.echo(f"... and {len(achievements) - _PREVIEWED:,} more", err=True)
