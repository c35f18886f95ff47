"""`achievements hook`: the git hook that reports each commit to the service."""

import functools
import json
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from achievement_pipeline.cli.output.printing import counted
from achievement_pipeline.settings import load_settings
from achievement_pipeline.sources.git.watching.hook import Hook, HookState, find_hook, install_hook, uninstall_hook
from achievement_pipeline.sources.git.watching.spool import read_commits

_SIGNS = {HookState.INSTALLED: "✅", HookState.OUTDATED: "❌", HookState.MISSING: "ℹ️ "}  # noqa: RUF001 - the sign is meant

_PATH = click.Path(resolve_path=True, path_type=Path)


def _of_repository(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the repository as an argument, or as ``--repo``; by default the one that the user is in."""

    @click.argument("path", required=False, type=_PATH)
    @click.option("--repo", default=".", metavar="PATH", type=_PATH, help="The same as an option.")
    @functools.wraps(command)
    def run(path: Path | None, repo: Path, **options: object) -> None:
        command(repo=path or repo, **options)

    return run


@click.group()
def hook() -> None:
    """Let git report each commit to the service, so that it need not poll.

    The hook leaves a small file and takes a few milliseconds; no commit ever fails by it. Hooks that are there, of
    husky and pre-commit too, are run as before.
    """


@hook.command()
@_of_repository
def install(repo: Path) -> None:
    """Install the hook, or update it.

    \b
    achievements hook install
    achievements hook install ~/src/engine
    """  # noqa: D301 - click's own mark
    settings = load_settings()
    installed = install_hook(repo, settings.spool_path)
    click.echo(f"✅ Hook installed: {installed.file}", err=True)
    if installed.manager:
        click.echo(
            f"⚠️  {installed.manager} writes this file again whenever it is installed, and takes the hook out. Run "
            "`achievements hook install` after that; `achievements doctor` notices when it is gone.",
            err=True,
        )
    click.echo("ℹ️  While `achievements start` runs, each commit is read within seconds.", err=True)  # noqa: RUF001


@hook.command()
@_of_repository
def uninstall(repo: Path) -> None:
    """Remove the hook; the hooks that were there before stay as they were.

    \b
    achievements hook uninstall
    """  # noqa: D301 - click's own mark
    removed = uninstall_hook(repo, load_settings().spool_path)
    click.echo(f"✅ Hook removed: {removed.hooks_folder}", err=True)


@hook.command()
@_of_repository
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def status(repo: Path, as_json: bool) -> None:
    """Show whether the hook is installed, and which commits wait to be collected.

    \b
    achievements hook status ~/src/engine
    """  # noqa: D301 - click's own mark
    spool = load_settings().spool_path
    found, waiting = find_hook(repo, spool), len(read_commits(spool))
    if as_json:
        click.echo(json.dumps(_facts(found) | {"spool": str(spool), "waiting": waiting}, indent=2))
        return
    click.echo(f"{_SIGNS[found.state]} {found.state.value}: {found.file}")
    if found.state is not HookState.INSTALLED:
        place = "" if repo == Path.cwd() else f" {shlex.quote(str(repo))}"
        click.echo(f"   → achievements hook install{place}")
    click.echo(f"🔍 {counted(waiting, 'commit')} not collected yet, in {spool}")


def _facts(hook: Hook) -> dict[str, Any]:
    return {"state": hook.state.value, "file": str(hook.file), "hooks_folder": str(hook.hooks_folder)}
