"""`achievements projects`: the larger efforts that achievements belong to."""

import json
from typing import Any

import click

from achievement_pipeline.app.projects import read_projects, short_id
from achievement_pipeline.cli.look.achievements import open_connection, print_achievements
from achievement_pipeline.cli.options.authors import announce_author, author_option
from achievement_pipeline.cli.output.printing import counted, json_option, print_json
from achievement_pipeline.cli.output.tables import Column, print_table
from achievement_pipeline.errors import StoreError
from achievement_pipeline.settings import load_settings
from achievement_pipeline.store.names import find_repository_key
from achievement_pipeline.store.reading import get_achievement

_COLUMNS = (
    Column("IMPACT", to_the_right=True),
    Column("PIECES", to_the_right=True),
    Column("FROM", needs=70),
    Column("TO", needs=60),
    Column("TITLE", flexible=True),
    Column("REPOSITORY", needs=120),
    Column("ID"),
)


@click.command()
@click.argument("key", required=False)
@author_option
@click.option("--repo", metavar="NAME", help="Only this repository: name, owner/name or key.")
@json_option
def projects(key: str | None, author: str | None, repo: str | None, as_json: bool) -> None:
    """List a person's projects, the newest first, or the achievements of one: KEY is its id.

    A project is a larger effort found in a history: a long branch, a major release, or several achievements about one
    thing.

    \b
    achievements projects
    achievements projects --repo flask --author all
    """  # noqa: D301 - click's own mark
    with open_connection() as connection:
        person = announce_author(connection, load_settings(), author)
        found = read_projects(connection, person.addresses)
        if repo is not None:
            found = found[found["repository"] == find_repository_key(connection, repo)]
        rows: list[dict[str, Any]] = [
            {**row, "members": json.loads(str(row["members"]))}  # type: ignore[dict-item]
            for row in found.to_dict("records")
        ]
        rows.sort(key=lambda row: (row["ended_at"], row["key"]), reverse=True)
        if key is not None:
            rows = [row for row in rows if key in {row["key"], short_id(row["key"])}]
            if not rows:
                raise StoreError(f"There is no project {key}. `achievements projects` lists them.")
        if as_json:
            print_json(rows)
        elif key is None:
            print_table(_COLUMNS, [_line(row) for row in rows])
            click.echo(counted(len(rows), "project"), err=True)
        else:
            click.echo(f"{rows[0]['title']}: {rows[0]['reason']}", err=True)
            print_achievements([get_achievement(connection, member) for member in rows[0]["members"]])


def _line(row: dict[str, Any]) -> tuple[str, ...]:
    return (
        f"{row['impact']:.0f}",
        f"{len(row['members'])}",
        f"{row['began_at']:%Y-%m-%d}",
        f"{row['ended_at']:%Y-%m-%d}",
        row["title"],
        row["repository"].partition("/")[2],
        short_id(row["key"]),
    )
