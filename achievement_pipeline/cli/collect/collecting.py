"""Collects for `achievements collect`: what has not moved since its receipt was written needs no run and no Dagster."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa

from achievement_pipeline.app.collect.receipts import Facts, Given, Receipt, Receipts
from achievement_pipeline.app.collect.repositories import as_known, configured_repositories, join, place
from achievement_pipeline.app.completion_values import store_completion_values
from achievement_pipeline.app.me import my_addresses
from achievement_pipeline.cli.collect.collection import CollectedRepository, CollectedSource, Collection
from achievement_pipeline.errors import SourceError
from achievement_pipeline.lanes import GIT, LANES, Lane
from achievement_pipeline.parsing.emails import plain_address
from achievement_pipeline.settings import ALL, ME, RepositorySettings, Settings
from achievement_pipeline.sources.git import open_repository, without_credentials
from achievement_pipeline.store.decisions.edits import orphaned_decisions
from achievement_pipeline.store.pieces.changes import Snapshot, changes_since, take_snapshot
from achievement_pipeline.store.reading import AchievementFilter, find_achievements, summarise
from achievement_pipeline.store.repositories import known_locations, list_repositories

if TYPE_CHECKING:
    from achievement_pipeline.cli.collect.runs import Runs

_HIGHEST = 5
_NOTHING_NEW: Mapping[str, Any] = {"new": 0, "gone": 0, "unread": {}}
"""What a run reports of a repository whose commits were all read before."""


def collect_from(
    named: list[RepositorySettings],
    selection: dict[str, Any],
    settings: Settings,
    engine: sa.Engine,
    begun: "Runs | None" = None,
) -> Collection:
    """Collect from all sources that are on, from those of the named repositories alone where there are any.

    Args:
        named: The repositories.
        selection: The commits to read.
        settings: All settings.
        engine: The database.
        begun: The runs of a first collection, which has begun already.
    """
    with engine.connect() as connection:
        before = take_snapshot(connection)
    places = named or _configured(settings, engine)
    with ExitStack() as open_until:
        # with the credentials of addresses, which the database does not keep
        receipts = Receipts(settings.including(places), engine, f"{settings.model_dump_json()} {selection}")
        collecting = _Collecting(receipts, selection, open_until, begun)
        keys: list[str] = []
        repositories: list[CollectedRepository] = []
        for wanted in places:
            location = without_credentials(wanted.location)
            try:
                key = collecting.register(wanted)
            except SourceError as error:
                repositories.append(CollectedRepository(location, error=str(error)))
                continue
            keys.append(key)
            if GIT.is_on(settings):
                repositories.append(CollectedRepository(location, key, *collecting.collect(GIT, key)))
        # what is on this machine comes before what waits for a server
        sources = list(_collect_by_repository(keys, settings, collecting))
        others = [] if named else _apis(settings, by_repository=False)
        sources.extend(CollectedSource(lane, "", *collecting.collect(lane)) for lane in others)
        collecting.write_receipts()
    with engine.connect() as connection:
        return _summarise(connection, settings, repositories, sources, before)


def _collect_by_repository(keys: list[str], settings: Settings, collecting: "_Collecting") -> Iterator[CollectedSource]:
    """Collect from the APIs that are read by repository, until one is down."""
    for lane in _apis(settings, by_repository=True):
        for key in keys:
            if lane.covers(key, settings):
                yield CollectedSource(lane, key, *collecting.collect(lane, key))
                if collecting.server_is_down:
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
        return configured_repositories(settings)
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


class _Success(NamedTuple):
    """A run that succeeded, whose receipt is to be written."""

    lane: Lane
    repository: str
    given: Given
    facts: Facts


@dataclass
class _Collecting:
    """Collects one lane after the other, by runs where something has moved."""

    receipts: Receipts
    selection: Mapping[str, Any]
    open_until: ExitStack
    begun: "Runs | None"
    server_is_down: bool = False
    """Whether the last run failed because its source gives no answer, which it would not give to the next one."""
    _looked_at: dict[str, Given | None] = field(default_factory=dict)
    _succeeded: list[_Success] = field(default_factory=list)

    @property
    def _settings(self) -> Settings:
        return self.receipts.settings

    @property
    def _engine(self) -> sa.Engine:
        return self.receipts.engine

    @cached_property
    def _runs(self) -> "Runs":
        if self.begun:
            return self.begun
        # most of the time of a look in vain
        from achievement_pipeline.cli.collect.bars import show_bars  # noqa: PLC0415
        from achievement_pipeline.cli.collect.runs import Runs  # noqa: PLC0415

        return Runs(self._settings, self.open_until.enter_context(show_bars()), None, self.open_until)

    def register(self, wanted: RepositorySettings) -> str:
        """Make a repository known to the database, where it is not yet, and return its key.

        Raises:
            SourceError: It can't be read.
        """
        key = self._known_key(wanted)
        if key and self._given(GIT, key):
            return key
        cache, is_all = self._settings.mirrors_path, wanted.branches == "all"
        key = open_repository(wanted.location, cache=cache, all_branches=is_all).key
        join(self._engine, key, place(wanted.location), wanted.branches)
        self._looked_at.pop(GIT.slice_name(key), None)
        return key

    def collect(self, lane: Lane, repository: str = "") -> tuple[str, Facts]:
        """Collect a lane; return the reason if it failed, else an empty text, and what it reported.

        Args:
            lane: The lane.
            repository: Key of a repository; empty where the lane is not by repository.
        """
        self.server_is_down = False
        given = self._given(lane, repository)
        receipt = self.receipts.find_unmoved(lane, repository, given)
        if receipt and not self._has_news(lane, repository, receipt):
            facts = receipt.facts
            return "", {**facts, "raw_commits": {**facts["raw_commits"], **_NOTHING_NEW}} if lane == GIT else facts
        self.receipts.begin(lane, repository)
        result = self._runs.run(lane, repository, self.selection if lane == GIT else None)
        self.server_is_down = result.server_is_down
        if not result.failure:
            self.receipts.end()
            if given:
                self._succeeded.append(_Success(lane, repository, given, result.facts))
        return result.failure, result.facts

    def write_receipts(self) -> None:
        """Write the receipts of the runs, or, where there were none, what a run refreshes besides."""
        if "_runs" not in vars(self):
            store_completion_values(self._engine, self._settings)
        for lane, repository, given, facts in self._succeeded:
            files = self._runs.files(lane, repository, facts)
            if files is not None:
                self.receipts.write(lane, repository, given, files, facts)

    def _has_news(self, lane: Lane, repository: str, receipt: Receipt) -> bool:
        """Whether a source other than git has anything that is not stored."""
        if lane == GIT:
            return False
        from achievement_pipeline.app.collect.news import has_news  # noqa: PLC0415 - needs pandas

        return has_news(lane, repository, receipt.files, self._settings, self._engine)

    def _known_key(self, wanted: RepositorySettings) -> str | None:
        """Return the key of a repository that the database knows with this location and these branches."""
        try:
            joined = as_known(wanted)
        except (SourceError, OSError):
            return None
        known = next((one for one in list_repositories(self._engine) if one.key == joined.key), None)
        is_same = known and joined.location in known.locations and joined.branches == known.branches
        return joined.key if is_same else None

    def _given(self, lane: Lane, repository: str) -> Given | None:
        """Return what a collection is made from, as it was when this was first called."""
        name = lane.slice_name(repository)
        if name not in self._looked_at:
            self._looked_at[name] = self.receipts.given(lane, repository)
        return self._looked_at[name]
