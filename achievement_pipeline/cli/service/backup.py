"""`achievements backup` and `achievements restore`: all that collecting again would not bring back, in one file."""

from collections.abc import Mapping
from pathlib import Path

import click

from achievement_pipeline import __version__
from achievement_pipeline.cli.decide.commands import open_decisions
from achievement_pipeline.cli.output.printing import counted
from achievement_pipeline.cli.output.tables import print_wrapped
from achievement_pipeline.store.backup import placements, restore_backup, write_backup


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Back up everything that cannot be collected again to a new file.

    Edits, approvals, proposals, publications, entries of your own, former names, repositories with their visibility,
    and the achievements that these are about. Not in it: achievements.toml, and logins. See docs/backup.md.

    \b
    achievements backup ~/achievements.backup
    """  # noqa: D301 - click's own mark
    with open_decisions() as decisions, decisions.engine.connect() as connection:
        counts = write_backup(connection, file, __version__)
    print_wrapped(f"✅ {file}: {_counted(counts)}", err=True)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--merge", is_flag=True, help="Add it to what is here; of two decisions the one that is here counts.")
def restore(file: Path, *, merge: bool) -> None:
    """Restore a backup, of this version or an older one.

    All of it or nothing. What was posted counts as posted; what was collected meanwhile stays as it is. Then run
    `achievements collect`.

    \b
    achievements restore ~/achievements.backup
    achievements restore ~/achievements.backup --merge
    """  # noqa: D301 - click's own mark
    # imported here: it takes pandas, which completing the command need not wait for
    from achievement_pipeline.store.pieces.upsert import exclusive_transaction, relink  # noqa: PLC0415

    with open_decisions() as decisions, exclusive_transaction(decisions.engine) as connection:
        counts = restore_backup(connection, file, merge=merge)
        if placed := placements(connection):
            relink(connection, placed, decisions.compose)
    print_wrapped(f"✅ New here: {_counted(counts)}. Now run: achievements collect", err=True)


def _counted(counts: Mapping[str, int]) -> str:
    names = {table.replace("_", " "): number for table, number in counts.items()}
    return ", ".join(counted(number, name.replace("ies", "ys")[:-1], name) for name, number in names.items())
