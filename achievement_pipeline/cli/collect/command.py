"""`achievements collect`: the main job: read, judge, keep, and print what was found."""

import datetime as dt
import sys
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import click

from achievement_pipeline.app.collect.receipts import Receipts
from achievement_pipeline.app.collect.repositories import expand
from achievement_pipeline.app.me import UnknownAuthorError, my_addresses, unknown_me
from achievement_pipeline.cli import EXIT_FAILED, EXIT_PARTLY
from achievement_pipeline.cli.collect.collection import Collection, report
from achievement_pipeline.cli.dagster_home import use_dagster_home
from achievement_pipeline.cli.output.opening import open_engine
from achievement_pipeline.cli.output.printing import print_json
from achievement_pipeline.cli.output.tables import print_wrapped
from achievement_pipeline.cli.servers.shared_server import begin_server, database_coming_up
from achievement_pipeline.errors import SettingsError
from achievement_pipeline.lanes import LANES
from achievement_pipeline.lazy import import_for_good
from achievement_pipeline.settings import ME, RepositorySettings, Settings, load_settings
from achievement_pipeline.system.interrupts import interrupted_at_once

if TYPE_CHECKING:
    from achievement_pipeline.cli.collect.runs import Runs


@click.command()
@click.argument("locations", nargs=-1, metavar="[PATH_OR_URL]...")
@click.option("--repo", "repos", multiple=True, metavar="PATH_OR_URL", help="The same as an option; repeatable.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Read and judge commits from this day on.")
@click.option(
    "--author", "authors", multiple=True, metavar="EMAIL", help="Authors: addresses, 'me', or 'all'. Default: me."
)
@click.option("--all-branches", is_flag=True, help="Read all branches, not only the default one.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def collect(  # noqa: PLR0913 - one argument an option
    *,
    locations: tuple[str, ...],
    repos: tuple[str, ...],
    since: dt.datetime | None,
    authors: tuple[str, ...],
    all_branches: bool,
    as_json: bool,
) -> None:
    """Collect achievements: read, judge, keep, and print what was found.

    From the repositories that are named, or those below a folder, and their side on GitHub where that is on. Where none
    is named: those of GIT_REPO_PATH and achievements.toml, else the one you are in, else all that are known; and the
    other sources that are on. Exit code 3: some failed.

    \b
    achievements collect
    achievements collect ~/src --since 2025-01-01
    achievements collect https://github.com/pallets/flask --author all
    """  # noqa: D301 - click's own mark
    named = (*locations, *repos)
    if not all(location.strip() for location in named):
        raise click.BadParameter("it takes a path or a clone URL.", param_hint="PATH_OR_URL")
    settings = load_settings().collecting(authors, since.date() if since else None)
    if ME in settings.authors and not my_addresses(
        settings, [".", *named, *(one.location for one in settings.repositories)]
    ):
        raise SettingsError(unknown_me(settings))
    branches = "all" if all_branches else "default"
    wanted = [RepositorySettings(location=location, branches=branches) for location in expand(named)]
    selection = {"since": since.date().isoformat() if since else "", "authors": list(authors)}
    use_dagster_home(settings)
    with ExitStack() as open_until:
        with interrupted_at_once():
            database, begun = _begin(wanted, selection, settings, open_until)
            from achievement_pipeline.cli.collect.collecting import collect_from  # noqa: PLC0415 - takes as long as that

        database.result()
        with open_engine(settings) as engine:
            collection = collect_from(wanted, selection, settings, engine, begun)
    if not collection.repositories and not collection.sources:
        raise click.UsageError(
            "There is nothing to collect from: this folder is in no repository, and none is known. Name one: "
            "achievements collect PATH_OR_URL, or find yours: achievements init FOLDER. "
            f"Off: {', '.join(sources_that_are_off(settings))}."
        )
    _refuse_unknown_authors(collection, authors)
    if as_json:
        print_json(collection.plain())
    elif not collection.is_in_vain:
        for line in report(collection, sources_that_are_off(settings)):
            print_wrapped(line)
    for error in collection.errors:
        click.echo(f"❌ {error}", err=True)
    if collection.errors:
        sys.exit(EXIT_FAILED if collection.is_in_vain else EXIT_PARTLY)


def _begin(
    wanted: list[RepositorySettings], selection: dict[str, Any], settings: Settings, open_until: ExitStack
) -> "tuple[Future[None], Runs | None]":
    """Bring the database up. For a first collection, also begin what takes as long: to read, and to open its runs.

    Returns:
        When the database is ready, and the runs of a first collection.
    """
    if Receipts.exist(settings):
        return open_until.enter_context(database_coming_up(settings)), None
    begin_server(open_until, settings)
    first = import_for_good("achievement_pipeline.cli.collect.first")
    ahead = first.begin_reading(wanted, selection, settings, open_until)  # a copy of this process, without threads yet
    database = open_until.enter_context(database_coming_up(settings))
    return database, first.open_runs(ahead, settings, open_until)


def _refuse_unknown_authors(collection: Collection, authors: Sequence[str]) -> None:
    """Refuse authors who have no commit in any of the repositories.

    Raises:
        UnknownAuthorError: With whom it may have been instead.
    """
    read = [one.facts["raw_commits"]["missing_authors"] for one in collection.repositories if not one.error]
    for author in authors:
        if read and all(author in missing for missing in read):
            hint = next((missing[author] for missing in read if missing[author]), "")
            raise UnknownAuthorError(f"There are no commits by {author}.{hint} --author all collects everybody's.")


def sources_that_are_off(settings: Settings) -> list[str]:
    """Return the sources that are off, each with what switches it on."""
    return [f"{lane.label} ({lane.switch})" for lane in LANES if not lane.is_on(settings)]
