"""`achievements stop` and `achievements status`: the service, from another terminal."""

import datetime as dt
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from achievement_pipeline.cli.dagster_home import use_dagster_home
from achievement_pipeline.cli.output.tables import print_wrapped
from achievement_pipeline.cli.service.presence import Service, ServiceError, end_leftovers, find_service, stop_service
from achievement_pipeline.cli.service.ui_token import entrance, page_entrance
from achievement_pipeline.settings import load_settings

if TYPE_CHECKING:
    from dagster import RunRecord

_SECONDS_TO_STOP = 120
"""More than `achievements start` takes for it at most."""
_RUNS = 5
_SIGNS = {"SUCCESS": "✅", "FAILURE": "❌", "CANCELED": "❌"}


@dataclass(frozen=True)
class _Run:
    """A run, in the words of people."""

    id: str
    job: str
    of: str
    """Its repository, or the first and the last of them."""
    status: str
    created: dt.datetime
    seconds: float | None
    """How long it took; None where it is not done."""


@click.command()
def stop() -> None:
    """Stop the service: unfinished runs finish, or are released for the next start.

    \b
    achievements stop
    """  # noqa: D301 - click's own mark
    home = load_settings().home
    service = find_service(home)
    if service is None:
        if end_leftovers(home):
            click.echo("✅ The service was killed; what it left behind is ended.", err=True)
        else:
            click.echo("ℹ️  Nothing runs.", err=True)  # noqa: RUF001 - the sign is meant
        return
    if not stop_service(service, home, seconds=_SECONDS_TO_STOP):
        raise ServiceError(f"Process {service.pid} does not stop. To end it: kill -9 {service.pid}; achievements stop")
    click.echo("✅ Stopped.", err=True)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def status(as_json: bool) -> None:
    """Show what is running, since when and where, and the latest run.

    \b
    achievements status
    achievements status --json
    """  # noqa: D301 - click's own mark
    settings = load_settings()
    service = find_service(settings.home)
    # without a folder of Dagster's nothing ever ran, and to ask would make one
    known = (settings.home / "dagster").exists() or settings.environment.database_url
    if known:
        use_dagster_home(settings)
    runs = _last_runs() if known else []
    if as_json:
        content = {
            "running": service is not None,
            "service": _facts(service, settings.home),
            "runs": [asdict(run) for run in runs],
        }
        click.echo(json.dumps(content, indent=2, default=str))
        return
    if service:
        click.echo(f"✅ Running since {service.since:%Y-%m-%d %H:%M} UTC, process {service.pid}.")
        if service.page:
            print_wrapped(f"   The page: {page_entrance(settings.home, service.page)}")
        print_wrapped(f"   The UI: {entrance(settings.home, service.url)}")
    else:
        click.echo("ℹ️  Not running. To start it: achievements start")  # noqa: RUF001 - the sign is meant
    for run in runs:
        took = "" if run.seconds is None else f", {run.seconds:.0f} s"
        sign = _SIGNS.get(run.status, "🔍")
        print_wrapped(f"  {sign} {run.created:%Y-%m-%d %H:%M} {run.job} {run.of}: {run.status.lower()}{took}  {run.id}")


def _facts(service: Service | None, home: Path) -> dict[str, object] | None:
    if service is None:
        return None
    page = page_entrance(home, service.page) if service.page else None
    return {"pid": service.pid, "url": entrance(home, service.url), "page": page, "since": service.since}


def _last_runs() -> list[_Run]:
    # imported here, as `stop` has no use for its seconds
    from dagster import DagsterInstance  # noqa: PLC0415

    with DagsterInstance.get() as instance:
        return [_run(record) for record in instance.get_run_records(limit=_RUNS)]


def _run(record: "RunRecord") -> _Run:
    # imported here, as it brings Dagster along
    from achievement_pipeline.defs.automation.requests import people_call, subject  # noqa: PLC0415

    run = record.dagster_run
    took = record.end_time - record.start_time if record.start_time and record.end_time else None
    return _Run(
        id=run.run_id,
        job=people_call(run.job_name),
        of=subject(run.tags),
        status=run.status.value,
        created=record.create_timestamp,
        seconds=took,
    )
