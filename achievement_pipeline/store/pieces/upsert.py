"""Store judged activities and their achievements, in one transaction."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import sqlalchemy as sa
from pandera.typing import DataFrame
from sqlalchemy.dialects.postgresql import insert

from achievement_pipeline.frames import Achievements, ActivityFrames, PiecesOfWork
from achievement_pipeline.lanes import GIT
from achievement_pipeline.store.decisions.statements import adopt_statements
from achievement_pipeline.store.pieces.achievements import store_achievements
from achievement_pipeline.store.pieces.activities import (
    TOUCHED,
    SliceDifference,
    compare_slice,
    delete_activities,
    git_slices_of,
    read_touched,
    touch,
    write_difference,
)
from achievement_pipeline.store.pieces.bounds import bounded
from achievement_pipeline.store.pieces.changes import ChangeCounts
from achievement_pipeline.store.pieces.links import are_all, begin_linking, find_moved, mark_affected, move
from achievement_pipeline.store.pieces.slices import stored_slices
from achievement_pipeline.store.postgres.turns import ReportWait, Turn, take_turn
from achievement_pipeline.store.tables import Activity, Slice

_log = logging.getLogger(__name__)

_STORING = Turn(4_870_142_983_775_208_113, "another run to store its achievements", seconds=900)

Compose = Callable[[PiecesOfWork], DataFrame[Achievements]]
"""Composes the achievements of complete pieces of work."""

_FEW_ROWS = 1_000
"""With so few rows, no query plan is slow."""


@dataclass(frozen=True)
class SliceChanges:
    """The number of activities of a slice that differed from the stored ones."""

    written: int
    """New or changed."""
    gone: int


@dataclass(frozen=True)
class UpsertResult:
    """The changes made by `upsert_slices`."""

    achievements: ChangeCounts = field(default_factory=ChangeCounts)
    slices: Mapping[str, SliceChanges] = field(default_factory=dict)
    """The slices that were stored, by name."""


def upsert_slices(  # noqa: PLR0913 - all inputs of a run
    engine: sa.Engine,
    versions: Mapping[str, str],
    load: Callable[[str], ActivityFrames | None],
    compose: Compose,
    *,
    rules: str,
    report_wait: ReportWait = _log.warning,
) -> UpsertResult:
    """Store the slices whose version has changed, and compose the achievements that they affect.

    It runs in one transaction, one process at a time, so a killed process changes nothing. If nothing differs, nothing
    is written. Achievements created by hand (`achievement_pipeline.create_achievement`) and edits are not changed.

    Args:
        engine: The database.
        versions: The current version of each slice by name. It must differ when the frames do.
        load: Returns the frames of a slice, or None if they can't be loaded: then the stored slice is kept. It is
            called while the lock is held, so that it loads the latest frames. Columns that `Activities` does not have
            are stored as details.
        compose: Composes the achievements.
        rules: Version of everything else that `compose` depends on. If it has changed, all achievements of the slice
            are composed again.
        report_wait: Called with a message while waiting for another process that does the same.

    Raises:
        StoreError: The database can't be used.
    """
    with exclusive_transaction(engine, report_wait) as connection:
        stored = {name: (one.version, one.rules) for name, one in stored_slices(connection).items()}
        stale = [name for name, version in versions.items() if stored.get(name) != (version, rules)]
        if not stale:
            return UpsertResult()
        TOUCHED.create(connection)
        begin_linking(connection)
        slices = _Slices(connection, versions, rules, load)
        touched: list[str] = []
        again: set[str] = set()
        # git comes last: pull requests found in git give way to those of their host's lane
        names = sorted(stale, key=lambda name: name.startswith(GIT.slices))
        for name in names:
            version, composed_by = stored.get(name, (None, None))
            if version != versions[name] or name in again:
                difference = slices.replace(name)
                if difference is None:
                    continue
                touched += difference.keys()
                left = git_slices_of(name, difference.gone) if name not in again else []
                again.update(each for each in left if each in versions)
                names += [each for each in again if each not in names]
            if composed_by != rules:
                slices.note(name)
                touched += connection.scalars(sa.select(Activity.key).where(Activity.slice == name))
        return UpsertResult(_store(connection, touched, compose), slices.changes)


class _Slices:
    """Replaces slices in a transaction, and records what changed."""

    def __init__(
        self,
        connection: sa.Connection,
        versions: Mapping[str, str],
        rules: str,
        load: Callable[[str], ActivityFrames | None],
    ) -> None:
        self._connection = connection
        self._versions = versions
        self._rules = rules
        self._load = load
        self._statistics = _Statistics()
        self.changes: dict[str, SliceChanges] = {}

    def replace(self, name: str) -> SliceDifference | None:
        """Store the current frames of a slice, and mark the pieces of work that this affects. None without frames."""
        frames = self._load(name)
        if frames is None:
            return None
        self.note(name)
        difference = compare_slice(self._connection, name, bounded(frames))
        keys = difference.keys()
        # before and, below, after the change: a piece of work that loses a member is touched too
        touch(self._connection, keys)
        mark_affected(self._connection, keys)
        write_difference(self._connection, difference)
        self._statistics.refresh(self._connection, len(keys))
        mark_affected(self._connection, keys)
        self.changes[name] = SliceChanges(len(difference.changed), len(difference.gone))
        return difference

    def note(self, name: str) -> None:
        """Record that a slice is stored in its current version."""
        values = {"version": self._versions[name], "rules": self._rules}
        statement = insert(Slice.table).values(name=name, **values)
        changed = {**values, "stored_at": sa.func.now()}
        self._connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=changed))


@contextmanager
def exclusive_transaction(engine: sa.Engine, report_wait: ReportWait = _log.warning) -> Iterator[sa.Connection]:
    """Begin a transaction that may change the set of achievements. Only one runs at a time.

    Raises:
        StoreError: Another one takes too long, or the database can't be used.
    """
    with take_turn(engine, _STORING, report_wait) as connection:
        yield connection


def relink(connection: sa.Connection, keys: Sequence[str], compose: Compose) -> ChangeCounts:
    """Resolve the parents of activities again, and store the affected achievements.

    Args:
        connection: A connection from `exclusive_transaction`; only one call per transaction.
        keys: The activities, stored or not.
        compose: Composes the achievements.
    """
    TOUCHED.create(connection)
    begin_linking(connection)
    mark_affected(connection, keys)
    return _store(connection, keys, compose)


def drop_activities(connection: sa.Connection, keys: Sequence[str], compose: Compose) -> ChangeCounts:
    """Delete activities, as if they were gone from their source, and store the affected achievements.

    Args:
        connection: A connection from `exclusive_transaction`; only one call per transaction.
        keys: The activities.
        compose: Composes the achievements.
    """
    TOUCHED.create(connection)
    begin_linking(connection)
    touch(connection, keys)
    mark_affected(connection, keys)
    delete_activities(connection, keys)
    mark_affected(connection, keys)
    return _store(connection, keys, compose)


def _store(connection: sa.Connection, changed: Sequence[str], compose: Compose) -> ChangeCounts:
    """Store the new parents of affected activities, then the achievements of all changed and moved activities."""
    moved = find_moved(connection)
    touched = list(dict.fromkeys([*changed, *moved]))
    if not are_all(connection, touched):
        touch(connection, moved)
    move(connection)
    touch(connection, touched)
    counts = store_achievements(connection, compose(read_touched(connection))) if touched else ChangeCounts()
    adopt_statements(connection)
    return counts


class _Statistics:
    """Keeps the planner's statistics of the tables that this transaction fills up to date.

    Other sessions do not see its rows, so an automatic ANALYZE finds none. With such statistics the planner joined
    100,000 links with as many names by a nested loop that did not finish. So the tables are analyzed here each time the
    number of written rows has doubled, in the columns that are joined.
    """

    def __init__(self) -> None:
        self._written = 0
        self._known = _FEW_ROWS

    def refresh(self, connection: sa.Connection, written: int) -> None:
        self._written += written
        if self._written > self._known:
            connection.execute(
                sa.text("ANALYZE activities (key, slice, parent), activity_names, activity_links, former_names")
            )
            self._known = 2 * self._written
