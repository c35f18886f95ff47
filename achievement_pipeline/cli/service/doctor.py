"""`achievements doctor`: check configuration, connections and data, with remedies."""

import datetime as dt
import json
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path

import click
import sqlalchemy as sa

from achievement_pipeline.app.me import my_addresses, unknown_me
from achievement_pipeline.app.publish.accounts import linkedin_as, logins_of
from achievement_pipeline.cli import EXIT_FAILED
from achievement_pipeline.cli.dagster_home import use_dagster_home
from achievement_pipeline.cli.output.faults import fault_of_machine
from achievement_pipeline.cli.output.opening import open_engine
from achievement_pipeline.cli.output.tables import print_wrapped
from achievement_pipeline.cli.service.presence import find_service
from achievement_pipeline.errors import PublishingError, SettingsError, SourceError, StoreError
from achievement_pipeline.http import RequestOptions
from achievement_pipeline.lanes import LANES
from achievement_pipeline.publishing.linkedin.login import warning
from achievement_pipeline.settings import ME, Settings, load_settings
from achievement_pipeline.sources.git.watching.hook import lost_hooks
from achievement_pipeline.store.decisions.edits import orphaned_decisions
from achievement_pipeline.store.embedded import embedded_server, find_abandoned
from achievement_pipeline.store.repositories import KnownRepository, list_repositories
from achievement_pipeline.store.tables import Achievement

_OLDEST_GIT = (2, 31)
"""The first version with all options that the git lane uses. It checks for later additions (GIT_NO_LAZY_FETCH)."""


_IMPATIENT = RequestOptions(timeout=(5.0, 15.0), attempts=1, max_wait_seconds=0.0)
"""Fail fast: somebody is waiting, and a slow server is a finding."""


_ORPHANS_SHOWN = 5


class Health(StrEnum):
    """State of what was checked."""

    GOOD = "good"
    OFF = "off"
    BAD = "bad"


_SIGNS = {Health.GOOD: "✅", Health.OFF: "ℹ️ ", Health.BAD: "❌"}  # noqa: RUF001 - the sign is meant


@dataclass(frozen=True)
class Finding:
    """The result of one check."""

    name: str
    health: Health
    detail: str
    remedy: str = ""


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def doctor(as_json: bool) -> None:
    """Check what is configured, reachable and missing, and how to fix it.

    \b
    achievements doctor
    achievements doctor --json
    """  # noqa: D301 - click's own mark
    findings = list(_examine())
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        for finding in findings:
            print_wrapped(f"{_SIGNS[finding.health]} {finding.name}: {finding.detail}")
            if finding.remedy:
                print_wrapped(f"   → {finding.remedy}")
    if any(finding.health is Health.BAD for finding in findings):
        sys.exit(EXIT_FAILED)


def _examine() -> Iterator[Finding]:
    yield _programs()
    yield _git()
    try:
        settings = load_settings()
    except SettingsError as error:
        yield Finding("settings", Health.BAD, str(error), "Correct them; the README lists every setting.")
        return
    yield _settings(settings)
    yield _me(settings)
    yield from _hooks(settings)
    yield _home(settings)
    yield from _sources(settings)
    yield _linkedin(settings)
    yield from _database(settings)
    yield from _abandoned()
    yield from _dagster(settings)


def _programs() -> Finding:
    detail = f"achievements {version('achievement-pipeline')}, Dagster {version('dagster')}"
    return Finding("versions", Health.GOOD, f"{detail}, Python {platform.python_version()}")


def _git() -> Finding:
    if shutil.which("git") is None:
        return Finding("git", Health.BAD, "not on PATH", "Install git.")
    printed = subprocess.run(["git", "--version"], check=True, capture_output=True, text=True).stdout.split()[2]  # noqa: S607 - the user's git
    numbers = tuple(int(part) for part in printed.split(".")[:2])
    if numbers < _OLDEST_GIT:
        return Finding("git", Health.BAD, f"version {printed}", f"Install {_OLDEST_GIT[0]}.{_OLDEST_GIT[1]} or newer.")
    return Finding("git", Health.GOOD, f"version {printed}")


def _settings(settings: Settings) -> Finding:
    lane = "on" if settings.environment.enable_git_tracking else "off (ENABLE_GIT_TRACKING)"
    return Finding("settings", Health.GOOD, f"{settings.files_that_count}; git lane {lane}")


def _me(settings: Settings) -> Finding:
    addresses = my_addresses(settings)
    if not addresses:
        health = Health.BAD if ME in settings.authors else Health.OFF
        return Finding("me", health, "it is not known who you are", unknown_me(settings))
    source = "[me]" if settings.config.me.emails else "git's user.email"
    name = f"{settings.me.name} " if settings.me.name else ""
    return Finding(
        "me", Health.GOOD, f"{name}<{', '.join(addresses)}>, by {source}; settings: {settings.config_location}"
    )


def _hooks(settings: Settings) -> Iterator[Finding]:
    for top in lost_hooks(settings.spool_path):
        detail = "another program took the hook out: commits are found later"
        yield Finding(f"hook {top}", Health.BAD, detail, f"achievements hook install --repo {top}")


def _sources(settings: Settings) -> Iterator[Finding]:
    """Send one request to each source that is on."""
    for lane in LANES:
        if lane.client is None:
            continue
        try:
            allowance = lane.connect(settings, _IMPATIENT).examine()
        except SettingsError as error:
            problem, _, remedy = str(error).partition(". ")
            yield Finding(lane.label, Health.OFF, problem, remedy)
        except SourceError as error:
            yield Finding(lane.label, Health.BAD, str(error))
        else:
            yield Finding(lane.label, Health.GOOD, f"reachable, {allowance}")


def _home(settings: Settings) -> Finding:
    folder = next(part for part in (settings.home, *settings.home.parents) if part.exists())
    free = shutil.disk_usage(folder).free / 2**30
    where = f"{settings.home}, {free:.0f} GiB free; frames in {settings.frames_location}"
    if not settings.environment.database_url and (home := _database_home(settings)):
        where += f"; database in {home}"
    return Finding("data", Health.GOOD, where)


def _database_home(settings: Settings) -> Path | None:
    """Return the folder of the embedded database; None if there is no server, which `_database` reports."""
    with suppress(StoreError):
        return embedded_server(settings.home).home
    return None


def _abandoned() -> Iterator[Finding]:
    """Report databases of root whose data folders are gone."""
    for home, wanted in find_abandoned():
        detail = f"{home} is of a data folder that is gone{f' ({wanted})' if wanted else ', or of an older version'}"
        yield Finding("old database", Health.OFF, detail, f"Where its decisions are not needed: rm -r {home}")


def _linkedin(settings: Settings) -> Finding:
    try:
        login = logins_of(settings).find()
    except PublishingError as error:
        return Finding("linkedin", Health.BAD, str(error), "Run `achievements login linkedin`.")
    if login is None:
        remedy = "Run `achievements login linkedin`." if settings.environment.linkedin_client_id else ""
        return Finding("linkedin", Health.OFF, "not logged in", remedy)
    problem, _, remedy = warning(login, dt.datetime.now(dt.UTC)).partition(". ")
    if problem:
        return Finding("linkedin", Health.BAD, problem, remedy)
    try:
        linkedin_as(login, settings).find_author()
    except (PublishingError, SourceError) as error:
        return Finding("linkedin", Health.BAD, str(error), "Run `achievements login linkedin` if the login is refused.")
    return Finding("linkedin", Health.GOOD, f"logged in until {login.expires_at:%Y-%m-%d}")


def _database(settings: Settings) -> Iterator[Finding]:
    origin = "given by DATABASE_URL" if settings.environment.database_url else "embedded"
    try:
        with open_engine(settings) as engine:
            yield _contents(engine, origin)
            yield from _orphans(engine)
            repositories = list_repositories(engine)
    except StoreError as error:
        problem, _, remedy = str(error).partition("\n")
        yield Finding("database", Health.BAD, problem, remedy)
        return
    if not repositories:
        yield Finding(
            "repositories",
            Health.OFF,
            "none yet",
            "Run `achievements init`, or `achievements collect` in a git repository.",
        )
    yield from map(_repository, repositories)


def _contents(engine: sa.Engine, origin: str) -> Finding:
    with engine.connect() as connection:
        server = connection.scalar(sa.text("SHOW server_version"))
        count = connection.scalar(sa.select(sa.func.count()).where(Achievement.retracted_at.is_(None)))
    return Finding("database", Health.GOOD, f"PostgreSQL {server}, {origin}, {count:,} achievements")


def _orphans(engine: sa.Engine) -> Iterator[Finding]:
    with engine.connect() as connection:
        orphans = orphaned_decisions(connection)
    if orphans:
        named = "; ".join(f"{each.title} ({', '.join(each.decisions)}) {each.key}" for each in orphans[:_ORPHANS_SHOWN])
        detail = f"{len(orphans):,} achievements with decisions are gone from their sources: {named}"
        remedy = "Where their work is back as another achievement, decide there again; `undo NUMBER` drops a decision."
        yield Finding("decisions", Health.OFF, detail, remedy)


def _repository(repository: KnownRepository) -> Finding:
    name = f"repository {repository.key}"
    if repository.missing_since:
        since = f"{repository.missing_since:%Y-%m-%d}"
        remedy = "Bring it back, or collect it from where it is now. What was collected is kept."
        return Finding(name, Health.BAD, f"not found at {repository.location} since {since}", remedy)
    if "://" not in repository.location and not Path(repository.location).exists():
        return Finding(name, Health.BAD, f"not at {repository.location}", "Collect it from where it is now.")
    return Finding(name, Health.GOOD, repository.location)


def _dagster(settings: Settings) -> Iterator[Finding]:
    service = find_service(settings.home)
    if service:
        yield Finding("service", Health.GOOD, f"running since {service.since:%Y-%m-%d %H:%M} UTC: {service.url}")
    else:
        remedy = "Nothing is collected by itself until it runs: achievements start"
        yield Finding("service", Health.OFF, "not running", remedy)
    if not (settings.home / "dagster").exists() and not settings.environment.database_url:
        return  # nothing ever ran, and opening the records would create them
    # imported here: it takes seconds, and is not needed without records
    from dagster import DagsterInstance  # noqa: PLC0415

    from achievement_pipeline.defs.instance.health import examine  # noqa: PLC0415

    use_dagster_home(settings)
    try:
        with DagsterInstance.get() as instance:
            for symptom in examine(instance, settings.run_locks_path, is_running=service is not None):
                health = Health.BAD if symptom.remedy else Health.GOOD
                yield Finding(symptom.name, health, symptom.detail, symptom.remedy)
    except Exception as error:
        if (fault := fault_of_machine(error)) is None and not isinstance(error, StoreError):
            raise
        problem, _, remedy = (fault or str(error)).partition("\n")
        yield Finding("Dagster's records", Health.BAD, problem, remedy)
