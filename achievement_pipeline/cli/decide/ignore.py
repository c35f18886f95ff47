"""`achievements ignore`: commits and paths that count for nothing, written to the settings."""

from collections.abc import Iterator, Sequence

import click
import sqlalchemy as sa

from achievement_pipeline.cli.look.achievements import open_connection
from achievement_pipeline.cli.options.settings_file import add_to_settings
from achievement_pipeline.errors import StoreError
from achievement_pipeline.keys import GIT
from achievement_pipeline.settings import load_settings
from achievement_pipeline.settings.additions import Additions
from achievement_pipeline.store.reading import find_activity


@click.command()
@click.argument("keys", nargs=-1, metavar="[COMMIT]...")
@click.option(
    "--path", "paths", multiple=True, metavar="PATTERN", help="Files, or all below folders, of every repository."
)
def ignore(keys: Sequence[str], paths: Sequence[str]) -> None:
    """Let commits or paths count for nothing: they make no achievement, no lines and no skills.

    They are written to [ignore] in achievements.toml and hold from the next `collect` on, which judges what is stored
    again without reading git. To count them again, remove the lines. `achievements hide` keeps an achievement from
    being shown and takes effect at once.

    \b
    achievements ignore 3cc27d69
    achievements ignore --path docs/generated/ --path "*.pb.go"
    """  # noqa: D301 - click's own mark
    if not (keys or paths):
        raise click.UsageError("Give commits, or paths by --path.")
    commits: list[str] = []
    if keys:
        with open_connection() as connection:
            commits = list(_commits(connection, keys))
    additions = Additions(ignored_commits=commits, ignored_paths=paths)
    add_to_settings(load_settings().config_location, additions, yes=True)
    click.echo("Next: achievements collect", err=True)


def _commits(connection: sa.Connection, keys: Sequence[str]) -> Iterator[str]:
    """Yield the object names of collected commits."""
    for name in keys:
        activity = find_activity(connection, name)
        if activity is None:
            raise StoreError(f"There is no commit {name} among what was collected.")
        commit = GIT.parse(activity.key)
        if commit is None:
            raise StoreError(f"{activity.key} is no commit. To keep it from being shown: achievements hide {name}")
        yield commit.name
