"""Which activities are one piece of work, where the user says other than their sources: merged, split, taken back.

What the user says are edits too. Each names an activity and what it belongs to, and holds for whatever the sources say
later; the achievements are composed anew by the same rules as always.
"""

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from achievement_pipeline.errors import StoreError
from achievement_pipeline.frames import Relation
from achievement_pipeline.keys import GIT
from achievement_pipeline.store.edits import Placement, RecordedEdit, get_edit, latest_decision, record_edit, undo
from achievement_pipeline.store.reading import get_achievement
from achievement_pipeline.store.tables import Activity, EditField, JsonObject
from achievement_pipeline.store.upsert import Compose, relink, taking_turns


def merge(engine: sa.Engine, names: Sequence[str], compose: Compose, made_by: str) -> str:
    """Make several achievements one: the first, which the others become a part of. Return its key.

    Args:
        engine: The database.
        names: At least two achievements, as `reading.get_achievement` takes them.
        compose: Makes the achievements.
        made_by: Who does it.

    Raises:
        StoreError: They are not several achievements that count and were collected.
    """
    with taking_turns(engine) as connection:
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
    """Make activities of an achievement pieces of work of their own, each with what belongs to it.

    Args:
        engine: The database.
        name: The achievement, as `reading.get_achievement` takes it.
        activities: Keys of activities among its evidence, or what only one of them begins with or ends on; none: all
            that belong to its root directly.
        compose: Makes the achievements.
        made_by: Who does it.

    Returns:
        The key of the achievement, and those of the activities that were taken out. One that is not significant, and
        has no significant one that belongs to it, makes no achievement.

    Raises:
        StoreError: There is nothing to take out.
    """
    with taking_turns(engine) as connection:
        key = _collected(connection, name)
        evidence = [line["key"] for line in get_achievement(connection, key).evidence if is_part(line, key)]
        chosen = [_one_of(evidence, activity) for activity in activities] or _direct_members(connection, key)
        if not chosen:
            raise StoreError(f"{key} can't be split: it is made of one activity only.")
        for activity in chosen:
            _record(connection, key, Placement(activity=activity, parent=None), made_by)
        relink(connection, [key, *chosen], compose)
    return key, chosen


def take_back(engine: sa.Engine, compose: Compose, number: int | None = None) -> list[RecordedEdit]:
    """Undo an edit, or the latest decision: all edits that were made in one go. Return what was undone.

    Raises:
        StoreError: There is no such edit, or it was taken back before; or there is none at all.
    """
    with taking_turns(engine) as connection:
        edits = latest_decision(connection) if number is None else [get_edit(connection, number)]
        for edit in edits:
            undo(connection, edit.id)
        placements = [Placement(**edit.value) for edit in edits if edit.field is EditField.BELONGS_TO]
        if placements:
            keys = [key for placement in placements for key in (placement.activity, placement.parent) if key]
            relink(connection, [*keys, *(edit.achievement_key for edit in edits)], compose)
    return edits


def is_part(line: JsonObject, root: str) -> bool:
    """Whether a line of evidence is an activity that can be taken out of an achievement."""
    return bool(line.get("relation") == Relation.MEMBER and line["key"] != root)


def _collected(connection: sa.Connection, name: str) -> str:
    """Return the key of an achievement that counts and is made of activities."""
    achievement = get_achievement(connection, name)
    if achievement.retracted_at:
        raise StoreError(f"{achievement.key} does not count any more: {achievement.retracted_reason}.")
    if connection.scalar(sa.select(Activity.key).where(Activity.key == achievement.key)) is None:
        raise StoreError(f"{achievement.key} was written down by hand: it is not made of activities. Edit or hide it.")
    return achievement.key


def _one_of(evidence: Iterable[str], name: str) -> str:
    named = [key for key in evidence if key == name] or [
        key for key in evidence if key.startswith(name) or ((commit := GIT.parse(key)) and commit.name.startswith(name))
    ]
    if len(named) != 1:
        raise StoreError(f"{name} is {'several' if named else 'none'} of the activities that could be taken out.")
    return named[0]


def _direct_members(connection: sa.Connection, key: str) -> list[str]:
    return list(connection.scalars(sa.select(Activity.key).where(Activity.parent == key).order_by(Activity.key)))


def _record(connection: sa.Connection, key: str, placement: Placement, made_by: str) -> None:
    record_edit(connection, key, EditField.BELONGS_TO, placement, made_by)
