"""`achievements backfill`: repositories are read and judged anew, or only judged anew, in the background."""

import click
import dagster as dg

from achievement_pipeline.cli.dagster_home import use_dagster_home
from achievement_pipeline.cli.service.presence import find_service
from achievement_pipeline.defs.backfills import request_backfills
from achievement_pipeline.defs.build import build_defs
from achievement_pipeline.settings import load_settings


@click.command()
@click.option("--repo", "keys", multiple=True, metavar="KEY", help="A repository, by its key; without it all of them.")
@click.option("--all", "everything", is_flag=True, help="All repositories that are known; the same as no --repo.")
@click.option("--only", type=click.Choice(["judging"]), help="Judge anew what is stored, without reading git.")
def backfill(*, keys: tuple[str, ...], everything: bool, only: str | None) -> None:
    """Read and judge repositories anew, or only judge them anew after rules have changed.

    The service does it in the background, in runs of up to 50 repositories; interrupted, it goes on where it stopped.
    The page "Runs" of the UI shows how far it is.
    """
    if keys and everything:
        raise click.UsageError("Give --repo or --all, not both.")
    settings = load_settings()
    use_dagster_home(settings)
    with dg.DagsterInstance.get() as instance:
        asked = request_backfills(build_defs(settings), instance, settings, keys, only_judging=only == "judging")
    for backfill_id, repositories in asked.items():
        click.echo(f"🔍 {backfill_id}: {repositories:,} repositories")
    if not asked:
        click.echo("ℹ️  No repository is known yet, or its lane is off.", err=True)  # noqa: RUF001 - the sign is meant
    elif service := find_service(settings.home):
        click.echo(f"✅ The service does it: {service.url}/runs", err=True)
    else:
        click.echo("ℹ️  The service does it once it runs: achievements start", err=True)  # noqa: RUF001 - the sign
