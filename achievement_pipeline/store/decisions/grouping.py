"""Merge and split achievements, and undo that.

Each is stored as edits that give activities another parent, and that take precedence over the links from the sources.
The achievements are then composed by the usual rules.
"""

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from achievement_pipeline.errors import StoreError
from achievement_pipeline.frames import Relation
from achievement_pipeline.keys import GIT
from achievement_pipeline.store.decisions.edits import (
    Placement,
    RecordedEdit,
    get_edit,
    latest_decision,
    record_edit,
    undo,
)
from achievement_pipeline.store.pieces.upsert import Compose, exclusive_transaction, relink
from achievement_pipeline.store.reading import get_achievement
from achievement_pipeline.store.tables import Activity, EditField, JsonObject


def merge(engine: sa.Engine, names: Sequence[str], compose: Compose, made_by: str) -> str:
    """Merge achievements into the first one, and return its key.

    Args:
        engine: The database.
        names: At least two achievements, as `reading.get_achievement` takes them.
        compose: Composes the achievements.
        made_by: The user's address.

    Raises:
        StoreError: They are not different achievements, or one of them is retracted or was created by hand.
    """
    with exclusive_transaction(engine) as connection:
        first, *others = (_collected(connection, name) for name in names)
        if not others or len({first, *others}) <= len(others):
            raise StoreError("It takes at least two different achievements to merge.")
        for other in others:
            _record(connection, other, Placement(activity=other, parent=first), made_by)
        relink(connection, [first, *others], compose)
    return first


def split(
    engine: sa.Engine, name: str, activities: Sequence[str], compose: Compose, made_by: str
) -> tuple[str, list[str]]:
    """Split activities off an achievement, each with its children, as pieces of work of their own.

    Args:
        engine: The database.
        name: The achievement, as `reading.get_achievement` takes it.
        activities: Keys of activities in its evidence, or unique prefixes of a key or commit. If empty, all children of
            its root.
        compose: Composes the achievements.
        made_by: The user's address.

    Returns:
        The key of the achievement, and the keys of the activities split off. An activity becomes an achievement only if
        it or one of its children is significant.

    Raises:
        StoreError: There is nothing to split off.
    """
    with exclusive_transaction(engine) as connection:
        key = _collected(connection, name)
        evidence = [line["key"] for line in get_achievement(connection, key).evidence if is_part(line, key)]
        chosen = [_one_of(evidence, activity) for activity in activities] or _direct_members(connection, key)
        if not chosen:
            raise StoreError(f"{key} can't be split: it consists of one activity.")
        for activity in chosen:
            _record(connection, key, Placement(activity=activity, parent=None), made_by)
        relink(connection, [key, *chosen], compose)
    return key, chosen


def take_back(engine: sa.Engine, compose: Compose, number: int | None = None) -> list[RecordedEdit]:
    """Undo one edit, or all edits of the latest decision, and return them.

    Raises:
        StoreError: There is no such edit, it is already undone, or there is nothing to undo.
    """
    with exclusive_transaction(engine) as connection:
        edits = latest_decision(connection) if number is None else [get_edit(connection, number)]
        for edit in edits:
            undo(connection, edit.id)
        placements = [Placement(**edit.value) for edit in edits if edit.field is EditField.BELONGS_TO]
        if placements:
            keys = [key for placement in placements for key in (placement.activity, placement.parent) if key]
            relink(connection, [*keys, *(edit.achievement_key for edit in edits)], compose)
    return edits


def is_part(line: JsonObject, root: str) -> bool:
    """Whether a line of evidence is an activity that can be split off."""
    return bool(line.get("relation") == Relation.MEMBER and line["key"] != root)


def _collected(connection: sa.Connection, name: str) -> str:
    """Return the key of an achievement that is not retracted and consists of activities."""
    achievement = get_achievement(connection, name)
    if achievement.retracted_at:
        raise StoreError(f"{achievement.key} is retracted: {achievement.retracted_reason}.")
    if connection.scalar(sa.select(Activity.key).where(Activity.key == achievement.key)) is None:
        raise StoreError(f"{achievement.key} was created by hand and has no activities. Edit or hide it.")
    return achievement.key


def _one_of(evidence: Iterable[str], name: str) -> str:
    named = [key for key in evidence if key == name] or [
        key for key in evidence if key.startswith(name) or ((commit := GIT.parse(key)) and commit.name.startswith(name))
    ]
    if len(named) != 1:
        raise StoreError(f"{name} matches {'several' if named else 'none'} of the activities that can be split off.")
    return named[0]


def _direct_members(connection: sa.Connection, key: str) -> list[str]:
    return list(connection.scalars(sa.select(Activity.key).where(Activity.parent == key).order_by(Activity.key)))


def _record(connection: sa.Connection, key: str, placement: Placement, made_by: str) -> None:
    record_edit(connection, key, EditField.BELONGS_TO, placement, made_by)
