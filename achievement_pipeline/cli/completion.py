"""What the shell completes beside commands and options: ids of achievements, repositories, authors, skills, ...

A completion has to be there before the user goes on typing: it starts no database and imports neither Dagster nor
pandas.
"""

import shlex
from collections.abc import Mapping

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    add_completion_class,
    get_completion_class,
)

from achievement_pipeline.errors import AchievementPipelineError
from achievement_pipeline.parsing.patterns import compile_pattern

_PLAIN_WORD = compile_pattern(r"[\w@%+=:,./-][\w@%+=:,./#-]*")
_VALUES: Mapping[str, str] = {
    "key": "achievements",
    "keys": "achievements",
    "repo": "repositories",
    "repository": "repositories",
    "repositories": "repositories",
    "author": "authors",
    "authors": "authors",
    "coauthors": "authors",
    "category": "categories",
    "skill": "skills",
    "skills": "skills",
}
"""What is completed for a parameter, by its name: `achievement_pipeline.app.completion_values.Completed`."""
_FOLDERS = frozenset({"locations", "repos"})
"""Parameters that take folders."""


def complete_value(parameter: click.Parameter, incomplete: str) -> list[CompletionItem[str]] | None:
    """Return what the beginning of a value may become; None where its type decides.

    A name may also begin in the middle: ``engine`` becomes ``github.com/ada/engine``.
    """
    if parameter.name in _FOLDERS:
        return [CompletionItem(incomplete, type="dir")]
    if parameter.name not in _VALUES:
        return None
    # imported here: the names of commands need no settings
    from achievement_pipeline.app.completion_values import Completed, completion_values  # noqa: PLC0415
    from achievement_pipeline.settings import load_settings  # noqa: PLC0415

    try:
        known = completion_values(load_settings(), Completed(_VALUES[parameter.name]))
    except AchievementPipelineError:
        return []  # the command itself reports it
    begun = incomplete.casefold()
    return [
        CompletionItem(value, help=text or None)
        for value, text in known
        if value.casefold().startswith(begun) or f"/{begun}" in value.casefold()
    ]


@add_completion_class
class _Bash(BashComplete):
    """Quotes values: bash puts them into the line as they are, and an author's address may be ``$(reboot)@host``."""

    def format_completion(self, item: CompletionItem[str]) -> str:
        value = item.value if _PLAIN_WORD.fullmatch(item.value) else shlex.quote(item.value)
        return f"{item.type},{value if item.type == 'plain' else item.value}"


@add_completion_class
class _Fish(FishComplete):
    """Keeps commas: click's script ends a value, or the text beside it, at its first one."""

    source_template = FishComplete.source_template.replace('string split ","', 'string split --max 1 ","')


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the script that lets a shell complete commands, options and values.

    Values are what the last `achievements collect` found: ids, repositories, authors, categories and skills.

    \b
    achievements completion bash > ~/.local/share/bash-completion/completions/achievements
    achievements completion zsh > ~/.zfunc/_achievements     (a folder in your $fpath)
    achievements completion fish > ~/.config/fish/completions/achievements.fish
    """  # noqa: D301 - click's own mark
    root = click.get_current_context().find_root()
    complete = get_completion_class(shell)
    assert complete is not None  # noqa: S101 - the choices are click's own
    click.echo(complete(root.command, {}, "achievements", "_ACHIEVEMENTS_COMPLETE").source(), nl=False)
