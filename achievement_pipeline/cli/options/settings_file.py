"""Commands that add to ``achievements.toml`` show what they add."""

from functools import partial
from pathlib import Path

import click

from achievement_pipeline.app.settings_change import plan_change
from achievement_pipeline.settings.additions import Additions, with_additions
from achievement_pipeline.system.terminal import styled


def add_to_settings(path: Path, additions: Additions, *, yes: bool) -> None:
    """Show what is added to the settings, and write it.

    Args:
        path: The ``achievements.toml``, which may not exist yet.
        additions: What to add.
        yes: Don't ask before.

    Raises:
        SettingsError: The file can't be added to, or not be written.
        click.Abort: The user does not agree.
    """
    change = plan_change(path, partial(with_additions, additions=additions))
    if change.is_empty:
        click.echo(f"✅ {path} has all of this already.", err=True)
        return
    click.echo(f"\n{path}", err=True)
    for line in change.difference():
        click.echo(styled(f"  {line}", "green") if line.startswith("+") else f"  {line}", err=True)
    if not yes:
        click.confirm("Write it?", default=True, abort=True, err=True)
    change.write()
    click.echo(f"✅ Settings are in {path}", err=True)
