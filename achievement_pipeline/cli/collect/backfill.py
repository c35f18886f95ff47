"""`achievements backfill`: read and judge repositories again, or only judge them again, in the background."""

import click

from achievement_pipeline.cli.dagster_home import use_dagster_home
from achievement_pipeline.cli.service.presence import find_service
from achievement_pipeline.settings import load_settings


@click.command()
@click.option("--repo", "repositories", multiple=True, metavar="KEY", help="Key of a repository; by default all.")
@click.option("--all", "everything", is_flag=True, help="All known repositories, as without --repo.")
@click.option("--only", type=click.Choice(["judging"]), help="Judge what is stored again, without reading git.")
def backfill(*, repositories: tuple[str, ...], everything: bool, only: str | None) -> None:
    """Read and judge repositories again, or only judge them again after a change of rules.

    The service does this in the background, in runs of up to 50 repositories. If it is interrupted, it continues where
    it stopped. The page "Runs" of the UI shows the progress.

    \b
    achievements backfill --all
    achievements backfill --repo acme/loom --only judging
    """  # noqa: D301 - click's own mark
    if repositories and everything:
        raise click.UsageError("Give --repo or --all, not both.")
    # imported here: it takes seconds, which completing the command need not wait for
    import dagster as dg  # noqa: PLC0415

    from achievement_pipeline.defs.automation.backfills import request_backfills  # noqa: PLC0415
    from achievement_pipeline.defs.build import build_defs  # noqa: PLC0415

    settings = load_settings()
    use_dagster_home(settings)
    with dg.DagsterInstance.get() as instance:
        requested = request_backfills(
            build_defs(settings), instance, settings, repositories, only_judging=only is not None
        )
    for backfill_id, title in requested.items():
        click.echo(f"🔍 {backfill_id}: {title}")
    if not requested:
        click.echo("ℹ️  No repository is known yet, or its lane is off.", err=True)  # noqa: RUF001 - the sign is meant
    elif service := find_service(settings.home):
        click.echo(f"✅ In progress: {service.url}/runs", err=True)
    else:
        click.echo("ℹ️  Queued until the service runs: achievements start", err=True)  # noqa: RUF001 - the sign
