"""`achievements collect`: the main job: read, judge, keep, and print what was found."""

import datetime as dt
import json
import sys
from dataclasses import asdict

import click

from achievement_pipeline.cli import EXIT_FAILED, EXIT_PARTLY
from achievement_pipeline.cli.collect.collection import report
from achievement_pipeline.cli.dagster_home import use_dagster_home
from achievement_pipeline.cli.opening import open_engine
from achievement_pipeline.cli.shared_server import server_coming_up
from achievement_pipeline.settings import RepositorySettings, Settings, load_settings


@click.command()
@click.option("--repo", "repos", multiple=True, metavar="PATH_OR_URL", help="A repository; may be given several times.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Read and judge commits from this day on.")
@click.option("--author", "authors", multiple=True, metavar="EMAIL", help="Whose commits: addresses, 'me', or 'all'.")
@click.option("--all-branches", is_flag=True, help="Read all branches, not only the default one.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def collect(
    *, repos: tuple[str, ...], since: dt.datetime | None, authors: tuple[str, ...], all_branches: bool, as_json: bool
) -> None:
    """Collect achievements: read, judge, keep, and print what was found.

    From the repositories of --repo, and their side on GitHub where that is on. Without --repo those of GIT_REPO_PATH
    and achievements.toml, else the one you are in; and Linear and MLflow where they are on. Exit code 3: some failed.
    """
    settings = load_settings()
    branches = "all" if all_branches else "default"
    if not all(location.strip() for location in repos):
        raise click.BadParameter("it takes a path or a clone URL.", param_hint="--repo")
    wanted = [RepositorySettings(location=location, branches=branches) for location in repos]
    selection = {"since": since.date().isoformat() if since else "", "authors": list(authors)}
    use_dagster_home(settings)
    with server_coming_up(settings) as server:
        from achievement_pipeline.cli.collect.collecting import collect_from  # noqa: PLC0415 - takes as long as the server

        server.result()
        with open_engine(settings) as engine:
            collection = collect_from(wanted, selection, settings, engine)
    if not collection.repositories and not collection.sources:
        raise click.UsageError(f"There is nothing to collect from. Off: {', '.join(_off(settings))}.")
    if as_json:
        click.echo(json.dumps(asdict(collection), indent=2, ensure_ascii=False, default=str))
    else:
        for line in report(collection, _off(settings)):
            click.echo(line)
    failures = [bool(one.error) for one in collection.repositories] + [bool(one.error) for one in collection.sources]
    if any(failures):
        sys.exit(EXIT_FAILED if all(failures) else EXIT_PARTLY)


def _off(settings: Settings) -> list[str]:
    """Return the sources that are off, each with what switches it on."""
    environment = settings.environment
    switches = {
        "git (ENABLE_GIT_TRACKING)": environment.enable_git_tracking,
        "GitHub (GITHUB_TOKEN)": settings.github_is_on,
        "Linear (LINEAR_API_KEY)": environment.linear_api_key,
        "MLflow (MLFLOW_TRACKING_URI, an http address)": environment.mlflow_server,
    }
    return [name for name, is_on in switches.items() if not is_on]
