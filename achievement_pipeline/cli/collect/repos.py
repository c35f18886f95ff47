"""`achievements repos`: the repositories that are collected: list, add, remove, scan."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import sqlalchemy as sa

from achievement_pipeline.app.collect.repositories import entries_by_key, expand, join, place
from achievement_pipeline.cli.output.opening import open_engine
from achievement_pipeline.cli.output.printing import counted, json_option, print_json
from achievement_pipeline.cli.output.tables import Column, print_table
from achievement_pipeline.settings import Settings, load_settings
from achievement_pipeline.sources.git.discovery import find_repositories
from achievement_pipeline.sources.git.remotes import without_credentials
from achievement_pipeline.sources.git.repositories import open_repository
from achievement_pipeline.store.reading import AchievementFilter, summarise
from achievement_pipeline.store.repositories import (
    KnownRepository,
    find_known,
    list_repositories,
)
from achievement_pipeline.system.paths import expand_home

if TYPE_CHECKING:
    from achievement_pipeline.store.forgetting import Forgotten

_COLUMNS = (Column("ACHIEVEMENTS", to_the_right=True), Column("REPOSITORY"), Column("LOCATION", flexible=True))


@click.group()
def repos() -> None:
    """List, add, remove and find repositories."""


@repos.command("list")
@json_option
def list_repos(as_json: bool) -> None:
    """List the repositories that are known, with how many achievements each has.

    \b
    achievements repos list
    achievements repos list --json
    """  # noqa: D301 - click's own mark
    settings = load_settings()
    with open_engine(settings) as engine:
        known = list_repositories(engine)
        with engine.connect() as connection:
            counts = summarise(connection, AchievementFilter()).repositories
    if as_json:
        print_json([_facts(each, counts.get(each.key, 0)) for each in known])
        return
    print_table(_COLUMNS, [_row(each, counts.get(each.key, 0)) for each in known])
    if not known:
        click.echo(
            "No repository is known. Next: achievements init FOLDER, or: achievements collect PATH_OR_URL",
            err=True,
        )


@repos.command()
@click.argument("locations", nargs=-1, required=True, metavar="PATH_OR_URL...")
@click.option("--all-branches", is_flag=True, help="Read all branches, not only the default one.")
def add(locations: Sequence[str], all_branches: bool) -> None:
    """Add repositories, or those below a folder.

    The service reads them from then on, and so does `collect` where neither GIT_REPO_PATH nor achievements.toml names
    any; else name them there, or to `collect`.

    \b
    achievements repos add ~/src/engine
    achievements repos add ~/src https://github.com/acme/loom
    """  # noqa: D301 - click's own mark
    settings = load_settings()
    branches = "all" if all_branches else "default"
    with open_engine(settings) as engine:
        for location in expand(locations):
            repository = open_repository(location, cache=settings.mirrors_path, all_branches=all_branches)
            join(engine, repository.key, place(location), branches)
            click.echo(f"✅ {repository.key}")
    named = f" {' '.join(locations)}" if settings.repositories else ""
    click.echo(f"Next: achievements collect{named}", err=True)


@repos.command()
@click.argument("repositories", nargs=-1, required=True, metavar="REPOSITORY...")
@click.option("--with-decisions", is_flag=True, help="Forget your edits, approvals and records of posts, too.")
def remove(repositories: Sequence[str], with_decisions: bool) -> None:
    """Forget repositories: activities, achievements, stored data, our clone. Your own copy is not touched.

    REPOSITORY is a key as `achievements repos list` shows it, the end of one, or a path. Achievements that you edited,
    decided or published are retracted and kept, unless --with-decisions is given.

    \b
    achievements repos remove acme/loom
    achievements repos remove ~/src/engine --with-decisions
    """  # noqa: D301 - click's own mark
    settings = load_settings()
    with open_engine(settings) as engine:
        for known in [find_known(engine, place(name) if Path(name).is_dir() else name) for name in repositories]:
            _remove(known, settings, engine, with_decisions=with_decisions)


def forget_repository(
    settings: Settings, engine: sa.Engine, known: KnownRepository, *, with_decisions: bool
) -> "Forgotten":
    """Forget a repository: activities, achievements, stored data, our clone."""
    import dagster as dg  # noqa: PLC0415 - the other commands of this module need no Dagster

    from achievement_pipeline.cli.dagster_home import use_dagster_home  # noqa: PLC0415
    from achievement_pipeline.defs.forgetting import forget_collected  # noqa: PLC0415

    use_dagster_home(settings)
    with dg.DagsterInstance.get() as instance:
        return forget_collected(settings, engine, instance, known, with_decisions=with_decisions)


def _remove(known: KnownRepository, settings: Settings, engine: sa.Engine, *, with_decisions: bool) -> None:
    forgotten = forget_repository(settings, engine, known, with_decisions=with_decisions)
    click.echo(
        f"✅ {known.key} is forgotten: {counted(forgotten.achievements, 'achievement')}, "
        f"{counted(forgotten.activities, 'activity', 'activities')}."
    )
    if forgotten.kept:
        click.echo(
            f"   {counted(forgotten.kept, 'achievement')} with decisions of yours kept, retracted: they come back when "
            "the repository is collected again. --with-decisions forgets them too."
        )
    for named in entries_by_key(settings, [known])[known.key]:
        location = without_credentials(named.location)
        click.echo(f"   {location} is in your settings and will be collected again: remove it there.")


@repos.command()
@click.argument(
    "folders", nargs=-1, metavar="[FOLDER]...", type=click.Path(exists=True, file_okay=False, path_type=Path)
)
@click.option("--add", "add_them", is_flag=True, help="Make known what is found.")
@json_option
def scan(folders: Sequence[Path], add_them: bool, as_json: bool) -> None:
    """Find the repositories below folders, by default the current one.

    \b
    achievements repos scan ~/src
    achievements repos scan ~/src ~/work --add
    """  # noqa: D301 - click's own mark
    found = [top for folder in folders or [Path()] for top in find_repositories(expand_home(folder).absolute())]
    if as_json:
        print_json([str(top) for top in found])
    else:
        for top in found:
            click.echo(str(top))
    settings = load_settings()
    if add_them and found:
        with open_engine(settings) as engine:
            for top in found:
                repository = open_repository(top, cache=settings.mirrors_path)
                join(engine, repository.key, place(str(top)), "default")
    verb = "added" if add_them else "found"
    click.echo(f"{counted(len(found), 'repository', 'repositories')} {verb}", err=True)
    if found:
        click.echo(f"Next: achievements {'collect' if add_them else 'repos scan --add'}", err=True)


def _row(known: KnownRepository, achievements: int) -> Sequence[str]:
    missing = f"missing since {known.missing_since:%Y-%m-%d}: " if known.missing_since else ""
    return f"{achievements:,}", known.key, missing + ", ".join(known.locations)


def _facts(known: KnownRepository, achievements: int) -> dict[str, Any]:
    return {
        "repository": known.key,
        "locations": list(known.locations),
        "branches": known.branches,
        "missing_since": known.missing_since,
        "achievements": achievements,
    }
