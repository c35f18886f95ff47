"""`achievements collect`: the main job: read, judge, keep, and print what was found."""

import datetime as dt
import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import click
import dagster as dg
import sqlalchemy as sa
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from achievement_pipeline.cli import EXIT_FAILED, EXIT_PARTLY
from achievement_pipeline.cli.dagster_home import use_dagster_home
from achievement_pipeline.cli.look import headline
from achievement_pipeline.cli.opening import open_engine
from achievement_pipeline.defs import progress as reporting
from achievement_pipeline.defs.build import build_defs
from achievement_pipeline.defs.failures import label
from achievement_pipeline.defs.jobs import COLLECT_GIT, COLLECT_GITHUB, COLLECT_LINEAR, COLLECT_MLFLOW
from achievement_pipeline.defs.partitions import PARTITIONS_NAME
from achievement_pipeline.defs.repositories import place
from achievement_pipeline.errors import SourceError
from achievement_pipeline.settings import RepositorySettings, Settings, load_settings
from achievement_pipeline.sources.git import open_repository, without_credentials
from achievement_pipeline.store.achievements import Outcome
from achievement_pipeline.store.changes import changes_since, this_moment
from achievement_pipeline.store.reading import AchievementFilter, AchievementView, Summary, find_achievements, summarise
from achievement_pipeline.store.repositories import remember_repository

_HIGHEST = 5
_SKILLS = 10
_UNREAD_SHOWN = 10
_READ = {
    "GitHub": ({"raw_pull_requests": "pull requests", "raw_reviews": "reviews"}, "pull_request_activities"),
    "Linear": ({"raw_linear_issues": "issues", "raw_linear_projects": "projects"}, "linear_activities"),
    "MLflow": ({"raw_mlflow_runs": "runs"}, "mlflow_activities"),
}
"""What is said of each source: what was read, by asset (the first has the warnings), and the asset that judged it."""
_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dataclass(frozen=True)
class CollectedRepository:
    """What a run said of one repository."""

    location: str
    key: str = ""
    error: str = ""
    """Why it failed; empty where it did not."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """The metadata of the run's assets that concern the repository, by name."""


@dataclass(frozen=True)
class CollectedSource:
    """What a run said of a source other than git."""

    source: str
    """GitHub, Linear or MLflow."""
    repository: str
    """Key of the repository that it was asked about; empty for Linear and MLflow."""
    error: str
    """Why it failed; empty where it did not."""
    facts: Mapping[str, Any]
    """The metadata of the run's assets, by name."""


@dataclass(frozen=True)
class Collection:
    """All that one call of the command found."""

    repositories: list[CollectedRepository]
    sources: list[CollectedSource]
    changes: Outcome
    """What became of the achievements."""
    summary: Summary
    highest: list[AchievementView]


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
    wanted = [RepositorySettings(location=location, branches=branches) for location in repos]
    selection = {"since": since.date().isoformat() if since else "", "authors": list(authors)}
    use_dagster_home(settings)
    with open_engine(settings) as engine:
        collection = _collect(wanted, selection, settings, engine)
    if as_json:
        click.echo(json.dumps(asdict(collection), indent=2, ensure_ascii=False, default=str))
    else:
        for line in _report(collection, _off(settings)):
            click.echo(line)
    failures = [bool(one.error) for one in collection.repositories] + [bool(one.error) for one in collection.sources]
    if any(failures):
        sys.exit(EXIT_FAILED if all(failures) else EXIT_PARTLY)


def _configured(settings: Settings) -> list[RepositorySettings]:
    """Return the repositories of the settings, else the one that this is called in, if anything wants one."""
    if not (settings.environment.enable_git_tracking or settings.github_is_on):
        return []
    if settings.repositories:
        return list(settings.repositories)
    return [RepositorySettings(location=".")] if not _other_jobs(settings) or _is_repository(settings) else []


def _is_repository(settings: Settings) -> bool:
    try:
        open_repository(".", cache=settings.mirrors_path)
    except SourceError:
        return False
    return True


def _other_jobs(settings: Settings) -> dict[str, str]:
    """Return the jobs of the sources that are on and have nothing to do with repositories, by the source's name."""
    environment = settings.environment
    is_on = {"Linear": environment.linear_api_key is not None, "MLflow": environment.mlflow_tracking_uri is not None}
    jobs = {"Linear": COLLECT_LINEAR, "MLflow": COLLECT_MLFLOW}
    return {source: job for source, job in jobs.items() if is_on[source]}


def _off(settings: Settings) -> list[str]:
    """Return the sources that are off, each with what switches it on."""
    environment = settings.environment
    switches = {
        "git (ENABLE_GIT_TRACKING)": environment.enable_git_tracking,
        "GitHub (GITHUB_TOKEN)": settings.github_is_on,
        "Linear (LINEAR_API_KEY)": environment.linear_api_key,
        "MLflow (MLFLOW_TRACKING_URI)": environment.mlflow_tracking_uri,
    }
    return [name for name, is_on in switches.items() if not is_on]


class _Runs:
    """Runs jobs."""

    def __init__(self, settings: Settings, instance: dg.DagsterInstance, bars: "_Bars") -> None:
        self._definitions = build_defs(settings, progress=bars)
        self._instance = instance

    def run(self, job: str, repository: str = "", selection: Mapping[str, Any] | None = None) -> tuple[str, Any]:
        """Run a job; return why it failed, empty where it did not, and what its assets said of themselves."""
        ops = {"ops": {"git_history": {"config": selection}}} if selection else {}
        result = self._definitions.resolve_job_def(job).execute_in_process(
            _QUIET | ops, self._instance, partition_key=repository or None, raise_on_error=False
        )
        failure = _failure(result)
        if failure:
            # no daemon has to run that would see it
            label(self._instance, result.run_id, failure)
        return failure, _facts(result)


def _collect(
    named: list[RepositorySettings], selection: dict[str, Any], settings: Settings, engine: sa.Engine
) -> Collection:
    """Collect from all sources that are on, from those of the named repositories alone where there are any."""
    repositories: list[CollectedRepository] = []
    sources: list[CollectedSource] = []
    with engine.connect() as connection:
        before = this_moment(connection)
    with _bars() as bars, dg.DagsterInstance.get() as instance:
        places = named or _configured(settings)
        # with the credentials of addresses, which the database does not keep
        runs = _Runs(settings.including(places), instance, bars)
        for wanted in places:
            location = without_credentials(wanted.location)
            try:
                key = _register(wanted, settings, engine, instance)
            except SourceError as error:
                repositories.append(CollectedRepository(location, error=str(error)))
                continue
            if settings.environment.enable_git_tracking:
                repositories.append(CollectedRepository(location, key, *runs.run(COLLECT_GIT, key, selection)))
            if settings.github_is_on and key.startswith(f"{settings.github_host}/"):
                sources.append(CollectedSource("GitHub", key, *runs.run(COLLECT_GITHUB, key)))
        for source, job in ({} if named else _other_jobs(settings)).items():
            sources.append(CollectedSource(source, "", *runs.run(job)))
    if not repositories and not sources:
        raise click.UsageError(f"There is nothing to collect from. Off: {', '.join(_off(settings))}.")
    everything = AchievementFilter()
    with engine.connect() as connection:
        return Collection(
            repositories,
            sources,
            changes_since(connection, before),
            summarise(connection, everything),
            find_achievements(connection, everything, _HIGHEST),
        )


def _register(wanted: RepositorySettings, settings: Settings, engine: sa.Engine, instance: dg.DagsterInstance) -> str:
    """Make a repository known to the database and to Dagster, and return its key."""
    repository = open_repository(wanted.location, cache=settings.mirrors_path, all_branches=wanted.branches == "all")
    remember_repository(engine, repository.key, place(wanted.location), wanted.branches)
    instance.add_dynamic_partitions(PARTITIONS_NAME, [repository.key])
    return repository.key


def _facts(result: dg.ExecuteInProcessResult) -> dict[str, dict[str, Any]]:
    """Return what the assets of a run said of themselves, by asset and name."""
    return {
        event.materialization.asset_key.to_user_string(): {
            name: value.value
            for name, value in event.materialization.metadata.items()
            if isinstance(value.value, int | str | dict | list)
        }
        for event in result.get_asset_materialization_events()
    }


def _failure(result: dg.ExecuteInProcessResult) -> str:
    """Return why a run failed, in the words of the first step that did; empty where it succeeded."""
    if result.success:
        return ""
    failures = [event.step_failure_data for event in result.filter_events(lambda event: event.is_step_failure)]
    for failure in failures:
        if failure.user_failure_data and failure.user_failure_data.description:
            return failure.user_failure_data.description
        if failure.error:
            cause = failure.error.cause or failure.error
            return cause.message.strip()
    return "The run failed; its log in the Dagster UI says why: achievements start"


def _report(collection: Collection, off: list[str]) -> Iterator[str]:
    """Say what was found, in lines for people."""
    for repository in collection.repositories:
        yield from _about(repository)
    for source in collection.sources:
        yield from _about_source(source)
    if off:
        yield click.style(f"off: {' · '.join(off)}", dim=True)
    outcome = asdict(replace(collection.changes, unchanged=0))
    changes = ", ".join(f"{number:,} {name}" for name, number in outcome.items() if number)
    summary = collection.summary
    yield f"\n{click.style(f'{summary.achievements:,} achievements', bold=True)} ({changes or 'nothing changed'})"
    if summary.achievements:
        yield f"  by category: {_counted(summary.categories)}"
        yield f"  skills: {_counted(dict(list(summary.skills.items())[:_SKILLS]))}"
        yield "\nHighest impact  (impact, complexity)"
        yield from map(headline, collection.highest)
        yield "\nNext: achievements list · achievements explain KEY · achievements start (the Dagster UI)"


def _about(repository: CollectedRepository) -> Iterator[str]:
    yield click.style(repository.key or repository.location, bold=True)
    if repository.error:
        yield from (f"  ❌ {line}" for line in repository.error.splitlines())
        return
    listed, judged = repository.facts["raw_commits"], repository.facts["commit_activities"]
    yield f"  commits: {listed['dagster/row_count']:,}, {listed['new']:,} of them new; authors: {listed['authors']}"
    yield from _about_activities(judged)
    if listed["gone"]:
        yield f"  gone from the history: {listed['gone']:,}"
    for remark in filter(None, listed["remarks"].splitlines()):
        yield f"  ℹ️  {remark}"  # noqa: RUF001 - the sign is meant
    for sha, said in list(listed["unread"].items())[:_UNREAD_SHOWN]:
        yield f"  ❌ commit {sha} can't be read: {said}"


def _about_source(source: CollectedSource) -> Iterator[str]:
    yield click.style(f"{source.source} {source.repository}".strip(), bold=True)
    if source.error:
        yield from (f"  ❌ {line}" for line in source.error.splitlines())
        return
    read, activities = _READ[source.source]
    yield "  " + ", ".join(f"{what}: {source.facts[asset]['dagster/row_count']:,}" for asset, what in read.items())
    yield from _about_activities(source.facts[activities])
    for warning in source.facts[next(iter(read))]["warnings"][:_UNREAD_SHOWN]:
        yield f"  ℹ️  {warning}"  # noqa: RUF001 - the sign is meant


def _about_activities(judged: Mapping[str, Any]) -> Iterator[str]:
    yield f"  significant: {judged['significant']:,} ({_counted(judged['why'])})"
    if judged["why_not"]:
        yield f"  not significant: {_counted(judged['why_not'])}"


def _counted(numbers: Mapping[str, int]) -> str:
    return " · ".join(f"{name} {number:,}" for name, number in numbers.items())


class _Bars:
    """Tells of progress by bars on the terminal, of waits in lines above them."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars

    def say(self, _context: dg.AssetExecutionContext, text: str) -> None:
        """Print a line."""
        self._bars.console.print(f"⏳ {text}", markup=False, highlight=False, soft_wrap=True)

    def start(self, _context: dg.AssetExecutionContext, work: str) -> reporting.Progress:
        """Add a bar."""
        task = self._bars.add_task(work, total=None)
        return lambda done, total: self._bars.update(task, completed=done, total=total)


@contextmanager
def _bars() -> Iterator[_Bars]:
    columns = (TextColumn("🔍 {task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        yield _Bars(bars)
