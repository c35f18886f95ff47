"""`achievements skills`: what a person has shown, how often, and since when."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict

import click

from achievement_pipeline.cli.look.achievements import open_connection
from achievement_pipeline.cli.options.authors import announce_author, author_option
from achievement_pipeline.cli.output.printing import counted, json_option, print_json
from achievement_pipeline.cli.output.tables import Column, print_table
from achievement_pipeline.settings import load_settings
from achievement_pipeline.store.reading import PersonalSkill, skills_of_person

_COLUMNS = (
    Column("ACHIEVEMENTS", to_the_right=True),
    Column("SKILL", flexible=True),
    Column("KIND", needs=90),
    Column("FIRST", needs=70),
    Column("LAST"),
    Column("TREND", needs=60),
)


@click.command()
@author_option
@click.option("--kind", type=click.Choice(["language", "technology", "practice"]), help="Only skills of this kind.")
@json_option
def skills(author: str | None, kind: str | None, as_json: bool) -> None:
    """List a person's skills: how many achievements show each, when first and last, and its trend.

    The trend compares the last 365 days with the 365 before: new, again, rising, steady, falling or idle.

    \b
    achievements skills
    achievements skills --author all --json
    """  # noqa: D301 - click's own mark
    with open_connection() as connection:
        person = announce_author(connection, load_settings(), author)
        found = skills_of_person(connection, person.addresses, dt.datetime.now(dt.UTC))
    found = [skill for skill in found if kind in {None, skill.kind}]
    if as_json:
        print_json([asdict(skill) | {"trend": skill.trend} for skill in found])
        return
    print_table(_COLUMNS, [_row(skill) for skill in found])
    click.echo(counted(len(found), "skill"), err=True)


def _row(skill: PersonalSkill) -> Sequence[str]:
    first, last = (f"{at:%Y-%m-%d}" if at else "unknown" for at in (skill.first_seen, skill.last_seen))
    trend = f"{skill.trend} ({skill.before} → {skill.recent})"
    return f"{skill.achievements:,}", skill.skill, skill.kind, first, last, trend
