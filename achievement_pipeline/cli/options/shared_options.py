"""The options of every command: `--config` and `--verbose`."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import click

from achievement_pipeline.errors import SettingsError

_VARIABLE = "ACHIEVEMENTS_CONFIG"
_WORK_TREE_FILE = Path("achievements.toml")
_IS_VERBOSE = "achievement_pipeline.verbose"


def with_shared_options(command: click.Command) -> click.Command:
    """Give a command, and all commands below it, the options that every command has."""
    if isinstance(command, click.Group):
        for below in command.commands.values():
            with_shared_options(below)
    command.params += [option for option in (_CONFIG, _VERBOSE) if option not in command.params]
    return command


def _use_config(ctx: click.Context, _parameter: click.Parameter, value: Path | None) -> None:
    if value is not None:
        ctx.find_root().with_resource(_variable(_VARIABLE, str(value.absolute())))


def _say_files(ctx: click.Context, _parameter: click.Parameter, is_wanted: bool) -> None:
    """Print which settings files are used if the user wants to know, and always what one in the current folder adds."""
    if is_wanted:
        ctx.meta[_IS_VERBOSE] = True
    if ctx.resilient_parsing or isinstance(ctx.command, click.Group):
        return
    if not (ctx.meta.get(_IS_VERBOSE) or _WORK_TREE_FILE.is_file()):
        return
    # imported here: most commands that only look need not wait for it twice
    from achievement_pipeline.settings import load_settings  # noqa: PLC0415

    with suppress(SettingsError):  # the command itself reports it
        settings = load_settings()
        if ctx.meta.get(_IS_VERBOSE):
            click.echo(f"ℹ️  settings: {settings.files_that_count}", err=True)  # noqa: RUF001 - the sign is meant
        elif settings.work_tree:
            click.echo(f"ℹ️  {settings.work_tree.announcement}", err=True)  # noqa: RUF001


@contextmanager
def _variable(name: str, value: str) -> Iterator[None]:
    """Set a variable of the environment while a command runs: child processes see it too."""
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


_CONFIG = click.Option(
    ["--config"],
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The achievements.toml that counts, in place of the one in your configuration folder.",
    callback=_use_config,
    expose_value=False,
    is_eager=True,
)
_VERBOSE = click.Option(
    ["--verbose"],
    is_flag=True,
    help="Print which settings files are used.",
    callback=_say_files,
    expose_value=False,
)
