"""KEEP: what was judged becomes stored activities and achievements, in one transaction."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import sqlalchemy as sa
from pandera.typing import DataFrame
from sqlalchemy.dialects.postgresql import insert

from achievement_pipeline.frames import Achievements, ActivityFrames, PiecesOfWork
from achievement_pipeline.lanes import GIT
from achievement_pipeline.store.achievements import Outcome, store_achievements
from achievement_pipeline.store.activities import (
    TOUCHED,
    compare_slice,
    delete_activities,
    git_slices_of,
    read_touched,
    touch,
    write_difference,
)
from achievement_pipeline.store.bounds import bounded
from achievement_pipeline.store.links import begin_linking, find_moved, move, note_affected
from achievement_pipeline.store.statements import adopt_statements
from achievement_pipeline.store.tables import Activity, Slice
from achievement_pipeline.store.turns import Say, Turn, take_turn

_log = logging.getLogger(__name__)

_STORING = Turn(4_870_142_983_775_208_113, "another run to store its achievements", seconds=900)

Compose = Callable[[PiecesOfWork], DataFrame[Achievements]]
"""Makes the achievements of whole pieces of work."""

_FEW_ROWS = 1_000
"""Among so few, no plan is slow."""

_STORED = sa.select(Slice.name, Slice.version, Slice.rules)


@dataclass(frozen=True)
class KeptSlice:
    """How many activities of a slice differed from what was stored."""

    written: int
    """New or changed."""
    gone: int


@dataclass(frozen=True)
class Kept:
    """What a run of `keep` changed."""

    achievements: Outcome = field(default_factory=Outcome)
    slices: Mapping[str, KeptSlice] = field(default_factory=dict)
    """The slices that had another version than the stored one, by name."""


def keep(  # noqa: PLR0913 - what a run of it depends on
    engine: sa.Engine,
    versions: Mapping[str, str],
    load: Callable[[str], ActivityFrames | None],
    compose: Compose,
    *,
    rules: str,
    say: Say = _log.warning,
) -> Kept:
    """Store the slices whose version is not the stored one, and the achievements that they touch.

    All in one transaction, and one such transaction at a time: a process that is killed leaves what was there before,
    two at once do one after the other. Where nothing differs, nothing is written. What people wrote down themselves
    (`achievement_pipeline.create_achievement`) and their edits are left alone.

    Args:
        engine: The database.
        versions: The slices as they are now: a version by name, any text that differs when the frames do.
        load: Returns the frames of a slice, whole. Called for those that differ, and not before their turn has come, so
            that what it loads is the latest; columns beyond those of `Activities` are kept as details. None where they
            can't be had: then the slice stays as it is stored.
        compose: Makes the achievements.
        rules: Version of all that `compose` goes by besides its frames. Where it is not the one that a slice was
            composed by, all achievements of the slice are composed anew.
        say: Takes the words for a wait: for another process that does the same.

    Raises:
        StoreError: The database can't be used.
    """
    with taking_turns(engine, say) as connection:
        stored = {name: (version, by) for name, version, by in connection.execute(_STORED)}
        stale = [name for name, version in versions.items() if stored.get(name) != (version, rules)]
        if not stale:
            return Kept()
        TOUCHED.create(connection)
        begin_linking(connection)
        slices: dict[str, KeptSlice] = {}
        touched: list[str] = []
        statistics = _Statistics()
        again: set[str] = set()
        # git comes last: what it tells of pull requests gives way to their hosts
        names = sorted(stale, key=lambda name: name.startswith(GIT.slices))
        for name in names:
            version, composed_by = stored.get(name, (None, None))
            if version != versions[name] or name in again:
                frames = load(name)
                if frames is None:
                    continue
                _note_slice(connection, name, versions[name], rules)
                difference = compare_slice(connection, name, bounded(frames))
                keys = difference.keys()
                # before the change and, below, after it: a piece of work that loses a member is touched too
                touch(connection, keys)
                note_affected(connection, keys)
                write_difference(connection, difference)
                statistics.renew(connection, len(keys))
                note_affected(connection, keys)
                slices[name] = KeptSlice(len(difference.changed), len(difference.gone))
                touched += keys
                left = git_slices_of(name, difference.gone) if name not in again else []
                again.update(each for each in left if each in versions)
                names += [each for each in again if each not in names]
            if composed_by != rules:
                _note_slice(connection, name, versions[name], rules)
                touched += connection.scalars(sa.select(Activity.key).where(Activity.slice == name))
        return Kept(_store(connection, touched, compose), slices)


@contextmanager
def taking_turns(engine: sa.Engine, say: Say = _log.warning) -> Iterator[sa.Connection]:
    """Give a connection in a transaction that may change which achievements there are: one such at a time.

    Raises:
        StoreError: Another such transaction takes too long, or the database can't be used.
    """
    with take_turn(engine, _STORING, say) as connection:
        yield connection


def relink(connection: sa.Connection, keys: Sequence[str], compose: Compose) -> Outcome:
    """Find anew what some activities belong to, and store the achievements that this touches.

    Args:
        connection: One of `taking_turns`, once.
        keys: The activities, stored or not.
        compose: Makes the achievements.
    """
    TOUCHED.create(connection)
    begin_linking(connection)
    note_affected(connection, keys)
    return _store(connection, keys, compose)


def drop_activities(connection: sa.Connection, keys: Sequence[str], compose: Compose) -> Outcome:
    """Delete activities, as if their source had them no longer, and store the achievements that this touches.

    Args:
        connection: One of `taking_turns`, once.
        keys: The activities.
        compose: Makes the achievements.
    """
    TOUCHED.create(connection)
    begin_linking(connection)
    touch(connection, keys)
    note_affected(connection, keys)
    delete_activities(connection, keys)
    note_affected(connection, keys)
    return _store(connection, keys, compose)


def _store(connection: sa.Connection, changed: Sequence[str], compose: Compose) -> Outcome:
    """Move what is affected to its new parents, and store the achievements of that and of what changed."""
    moved = find_moved(connection)
    touch(connection, moved)
    move(connection)
    touched = [*changed, *moved]
    touch(connection, touched)
    outcome = store_achievements(connection, compose(read_touched(connection))) if touched else Outcome()
    adopt_statements(connection)
    return outcome


def stored_versions(engine: sa.Engine) -> dict[str, str]:
    """Return the version of every slice that is stored, by its name."""
    with engine.connect() as connection:
        return {name: version for name, version, _ in connection.execute(_STORED)}


class _Statistics:
    """What PostgreSQL's planner knows of the tables that this transaction fills.

    Nobody else sees its rows: an automatic ANALYZE meanwhile finds none, and with that the planner joined 100,000 links
    with as many names row by row, without end. So the tables are analyzed here, whenever twice as much was written.
    """

    def __init__(self) -> None:
        self._written = 0
        self._known = _FEW_ROWS

    def renew(self, connection: sa.Connection, written: int) -> None:
        self._written += written
        if self._written > self._known:
            connection.execute(sa.text("ANALYZE activities, activity_names, activity_links, former_names"))
            self._known = 2 * self._written


def _note_slice(connection: sa.Connection, name: str, version: str, rules: str) -> None:
    statement = insert(Slice).values(name=name, version=version, rules=rules)
    changed = {"version": version, "rules": rules, "stored_at": sa.func.now()}
    connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=changed))
