"""The runs of `achievements collect`: one a repository and source, in this process, with bars on the terminal."""

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
import sqlalchemy as sa

from achievement_pipeline.app.collect.repositories import join, place
from achievement_pipeline.app.collect.run_locks import hold_run_lock
from achievement_pipeline.app.me import my_addresses
from achievement_pipeline.cli.collect.bars import Bars, show_bars
from achievement_pipeline.cli.collect.collection import CollectedRepository, CollectedSource, Collection
from achievement_pipeline.defs.build import build_defs
from achievement_pipeline.defs.instance.compat import RunFailureReason, make_new_run_id
from achievement_pipeline.defs.instance.failures import label
from achievement_pipeline.defs.instance.lost_runs import end_lost_runs
from achievement_pipeline.defs.partitions import PARTITIONS_NAME
from achievement_pipeline.defs.resources.waits import SERVER_IS_DOWN
from achievement_pipeline.errors import SourceError
from achievement_pipeline.judging.authors.addresses import plain_address
from achievement_pipeline.lanes import GIT, LANES, Lane
from achievement_pipeline.settings import ALL, ME, RepositorySettings, Settings
from achievement_pipeline.sources.git import open_repository, without_credentials
from achievement_pipeline.store.decisions.edits import orphaned_decisions
from achievement_pipeline.store.pieces.changes import Snapshot, changes_since, take_snapshot
from achievement_pipeline.store.reading import AchievementFilter, find_achievements, summarise
from achievement_pipeline.store.repositories import known_locations, list_repositories

_HIGHEST = 5
_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def collect_from(
    named: list[RepositorySettings], selection: dict[str, Any], settings: Settings, engine: sa.Engine
) -> Collection:
    """Collect from all sources that are on, from those of the named repositories alone where there are any."""
    with engine.connect() as connection:
        before = take_snapshot(connection)
    with show_bars() as bars, dg.DagsterInstance.get() as instance:
        end_lost_runs(instance, settings.run_locks_path)
        places = named or _configured(settings, engine)
        # with the credentials of addresses, which the database does not keep
        runs = _Runs(settings.including(places), instance, bars)
        keys: list[str] = []
        repositories: list[CollectedRepository] = []
        for wanted in places:
            location = without_credentials(wanted.location)
            try:
                key = _register(wanted, settings, engine, instance)
            except SourceError as error:
                repositories.append(CollectedRepository(location, error=str(error)))
                continue
            keys.append(key)
            if GIT.is_on(settings):
                repositories.append(CollectedRepository(location, key, *runs.run(GIT, key, selection)))
        # what is on this machine comes before what waits for a server
        sources = list(_collect_by_repository(keys, settings, runs))
        others = [] if named else _apis(settings, by_repository=False)
        sources.extend(CollectedSource(lane, "", *runs.run(lane)) for lane in others)
    with engine.connect() as connection:
        return _summarise(connection, settings, repositories, sources, before)


def _collect_by_repository(keys: list[str], settings: Settings, runs: "_Runs") -> Iterator[CollectedSource]:
    """Collect from the APIs that are read by repository, until one is down."""
    for lane in _apis(settings, by_repository=True):
        for key in keys:
            if lane.covers(key, settings):
                yield CollectedSource(lane, key, *runs.run(lane, key))
                if runs.server_is_down:
                    break


def _summarise(
    connection: sa.Connection,
    settings: Settings,
    repositories: list[CollectedRepository],
    sources: list[CollectedSource],
    before: Snapshot,
) -> Collection:
    """Return what was collected and what changed, with the achievements of those whose work is collected."""
    authors = _addresses(connection, settings)
    everything = AchievementFilter(authors=authors)
    return Collection(
        repositories,
        sources,
        changes_since(connection, before),
        summarise(connection, everything),
        find_achievements(connection, everything, _HIGHEST),
        orphaned_decisions(connection),
        find_achievements(connection, AchievementFilter(include_hidden=True, only_hidden_by_a_part=True)),
    )


def _addresses(connection: sa.Connection, settings: Settings) -> tuple[str, ...]:
    """Return the addresses of those whose work is collected; none for everybody."""
    if ALL in settings.authors:
        return ()
    me = my_addresses(settings, known_locations(connection)) if ME in settings.authors else ()
    return tuple(one for author in settings.authors for one in (me if author == ME else (plain_address(author),)))


def _configured(settings: Settings, engine: sa.Engine) -> list[RepositorySettings]:
    """Return the repositories of the settings, else the one that this is called in, else all that are known."""
    if not any(lane.by_repository and lane.is_on(settings) for lane in LANES):
        return []
    if settings.repositories:
        return list(settings.repositories)
    if _is_repository(settings):
        return [RepositorySettings(location=".")]
    known = [each for each in list_repositories(engine) if each.missing_since is None]
    return [RepositorySettings.model_validate({"location": each.location, "branches": each.branches}) for each in known]


def _is_repository(settings: Settings) -> bool:
    try:
        open_repository(".", cache=settings.mirrors_path)
    except SourceError:
        return False
    return True


def _apis(settings: Settings, *, by_repository: bool) -> list[Lane]:
    """Return the lanes that are on, besides git: those by repository, or the others."""
    return [lane for lane in LANES if lane != GIT and lane.by_repository == by_repository and lane.is_on(settings)]


class _Runs:
    """Runs jobs."""

    def __init__(self, settings: Settings, instance: dg.DagsterInstance, bars: Bars) -> None:
        self._definitions = build_defs(settings, progress=bars)
        self._instance = instance
        self._bars = bars
        self._locks = settings.run_locks_path
        self.server_is_down = False
        """Whether the last run failed because its source gives no answer, which it would not give to the next one."""

    def run(self, lane: Lane, repository: str = "", selection: Mapping[str, Any] | None = None) -> tuple[str, Any]:
        """Run the job of a lane; return the reason if it failed, else an empty text, and the metadata of its assets.

        Raises:
            KeyboardInterrupt: It was interrupted, which Dagster takes for a failure of this run alone.
        """
        ops = {"ops": {"git_history": {"config": selection}}} if selection else {}
        run_id = make_new_run_id()
        with hold_run_lock(self._locks, run_id), self._bars.of_run(repository or lane.label):
            result = self._definitions.resolve_job_def(lane.job).execute_in_process(
                _QUIET | ops, self._instance, partition_key=repository or None, raise_on_error=False, run_id=run_id
            )
        if _was_interrupted(result):
            raise KeyboardInterrupt
        failure = _failure(result)
        self.server_is_down = any(SERVER_IS_DOWN in step.metadata for step in _user_failures(result))
        if failure:
            # no daemon has to run that would see it
            label(self._instance, result.run_id, failure)
        return failure, _facts(result)


def _register(wanted: RepositorySettings, settings: Settings, engine: sa.Engine, instance: dg.DagsterInstance) -> str:
    """Make a repository known to the database and to Dagster, and return its key."""
    repository = open_repository(wanted.location, cache=settings.mirrors_path, all_branches=wanted.branches == "all")
    join(engine, repository.key, place(wanted.location), wanted.branches)
    instance.add_dynamic_partitions(PARTITIONS_NAME, [repository.key])
    return repository.key


def _facts(result: dg.ExecuteInProcessResult) -> dict[str, dict[str, Any]]:
    """Return the metadata of the assets of a run, by asset and name."""
    return {
        event.materialization.asset_key.to_user_string(): {
            name: value.value
            for name, value in event.materialization.metadata.items()
            if isinstance(value.value, int | str | dict | list)
        }
        for event in result.get_asset_materialization_events()
    }


def _was_interrupted(result: dg.ExecuteInProcessResult) -> bool:
    ends = result.filter_events(lambda event: event.is_run_failure)
    return any(end.job_failure_data.failure_reason is RunFailureReason.UNEXPECTED_TERMINATION for end in ends)


def _failure(result: dg.ExecuteInProcessResult) -> str:
    """Return why a run failed, in the words of the first step that did; empty where it succeeded."""
    if result.success:
        return ""
    for described in _user_failures(result):
        if described.description:
            return str(described.description)
    for event in result.filter_events(lambda event: event.is_step_failure):
        failure = event.step_failure_data
        if failure.error:
            cause = failure.error.cause or failure.error
            return cause.message.strip()
    return "The run failed; its log in the Dagster UI says why: achievements start"


def _user_failures(result: dg.ExecuteInProcessResult) -> list[Any]:
    """Return the reasons of failed steps."""
    failures = (event.step_failure_data for event in result.filter_events(lambda event: event.is_step_failure))
    return [failure.user_failure_data for failure in failures if failure.user_failure_data]
