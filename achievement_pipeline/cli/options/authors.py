"""The option ``--author``, the same for every command that shows achievements."""

import click
import sqlalchemy as sa

from achievement_pipeline.app.me import Author, find_author
from achievement_pipeline.settings import Settings

author_option = click.option(
    "--author", metavar="EMAIL", help="Author: an address or full name, 'me', or 'all'. Default: me."
)


def announce_author(connection: sa.Connection, settings: Settings, name: str | None) -> Author:
    """Return the author whose achievements are requested, and print them to standard error.

    Raises:
        AchievementPipelineError: It is not known who that is.
    """
    author = find_author(connection, settings, name)
    click.echo(f"Work of {author}", err=True)
    return author
