"""Commands that add to ``achievements.toml`` show what they add."""

import difflib
from collections.abc import Iterator
from pathlib import Path

import click

from achievement_pipeline.settings.additions import Additions, with_additions, write_settings
from achievement_pipeline.settings.loading import check_config
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
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    after = with_additions(before, additions)
    check_config(after, path)
    if after == before:
        click.echo(f"✅ {path} has all of this already.", err=True)
        return
    click.echo(f"\n{path}", err=True)
    for line in _difference(before, after):
        click.echo(styled(f"  {line}", "green") if line.startswith("+") else f"  {line}", err=True)
    if not yes:
        click.confirm("Write it?", default=True, abort=True, err=True)
    write_settings(path, after)
    click.echo(f"✅ Settings are in {path}", err=True)


def _difference(before: str, after: str) -> Iterator[str]:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=1, lineterm="")
    yield from (line for line in lines if not line.startswith(("---", "+++", "@@")))
