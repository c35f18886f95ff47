"""Statements: achievements created by the Python API about a commit, pull request, issue or run of a source.

A statement is an achievement row of its own, so that it can be repeated and exists before the work is collected. Once
the work that it names is collected, its piece of work absorbs the row and its edits (title, description, category,
scores, skills). The user's edits of the piece itself take precedence.
"""

from collections.abc import Iterator, Mapping

import sqlalchemy as sa

from achievement_pipeline.keys import MANUAL
from achievement_pipeline.lanes import GIT, GITHUB, sources
from achievement_pipeline.parsing.patterns import compile_pattern
from achievement_pipeline.store.tables import Achievement, Activity, ActivityName, Edit

_SHA = compile_pattern(r"(?<![0-9a-f])[0-9a-f]{7,64}$")
_PULL = compile_pattern(r"(?:(?<![\w.-])([\w.-]{1,100}+/[\w.-]{1,100}+)(?:#|/pull/)|#|^)(\d{1,12})$")
STATED_FIELDS = ("title", "description", "category", "impact_score", "complexity_score", "skills_demonstrated")
"""Fields that a statement sets; columns of achievements and values of `EditField`."""

_STATEMENTS = (
    sa.select(
        Achievement.key,
        Achievement.source_type,
        Achievement.source_id,
        Achievement.repository,
        Achievement.absorbed_by,
    )
    .where(Achievement.key.startswith(MANUAL.start), Achievement.source_type.in_(sources()))
    .order_by(Achievement.key)
)


def state_edits(connection: sa.Connection, key: str, stated: Mapping[str, object], made_by: str) -> None:
    """Record the fields of a statement as edits, except those that have not changed.

    Args:
        connection: The database.
        key: The statement's key.
        stated: Values of `STATED_FIELDS`. Empty and missing ones are not recorded.
        made_by: The author's address.
    """
    latest = sa.select(Edit.field, Edit.value).where(Edit.achievement_key == key).order_by(Edit.id)
    recorded: dict[str, object] = dict(connection.execute(latest).all())
    for field in STATED_FIELDS:
        given = stated[field]
        value = list(given) if isinstance(given, tuple) else given
        if value in (None, "", []) or recorded.get(field) == value:
            continue
        connection.execute(sa.insert(Edit.table).values(achievement_key=key, field=field, value=value, made_by=made_by))


def adopt_statements(connection: sa.Connection) -> None:
    """Let each statement be absorbed by the piece of work that it names, or left by itself if that is not collected."""
    for key, source_type, source_id, repository, absorbed_by in connection.execute(_STATEMENTS).all():
        named = named_activity(connection, source_type, source_id, repository)
        piece = _piece_of(connection, named) if named else None
        if piece == absorbed_by:
            continue
        gone = {"retracted_at": sa.func.now(), "retracted_reason": f"absorbed by {piece}"}
        values = gone if piece else {"retracted_at": None, "retracted_reason": None}
        row = sa.update(Achievement.table).where(Achievement.key == key)
        connection.execute(row.values(absorbed_by=piece, updated_at=sa.func.now(), **values))


def named_activity(connection: sa.Connection, source: str, source_id: str, repository: str | None) -> str | None:
    """Return the key of the activity that a source and an id name, or None if none or several match."""
    activities = (
        sa.select(Activity.key).outerjoin(ActivityName.table, ActivityName.activity_key == Activity.key).distinct()
    )
    of_source = activities.where(Activity.key.startswith(f"{source}:", autoescape=True)).limit(2)
    for condition in _named(source, source_id.strip(), repository):
        keys = connection.scalars(of_source.where(condition)).all()
        if keys:
            return keys[0] if len(keys) == 1 else None
    return None


def _named(source: str, source_id: str, repository: str | None) -> Iterator[sa.ColumnElement[bool]]:
    """Yield conditions that an id may match, the most specific first."""
    name, folded = ActivityName.name, source_id.lower()
    yield Activity.key.in_([source_id, f"{source}:{source_id}"])
    if source == GIT.name and (sha := _SHA.search(folded)):
        yield name == f"commit:{sha.group()}"
        yield name.startswith(f"commit:{sha.group()}")
    if source == GITHUB.name and (pull := _PULL.search(folded)):
        where = f"github.com/{pull.group(1)}" if pull.group(1) else (repository or "").lower()
        yield name == f"pull:{where}#{pull.group(2)}"
    if source not in {GIT.name, GITHUB.name}:
        yield name == f"issue:{folded}"
        yield Activity.key.endswith(f"/{source_id}", autoescape=True)


def _piece_of(connection: sa.Connection, activity: str) -> str | None:
    """Return the key of the achievement that an activity belongs to, or None if there is none."""
    above = sa.select(Activity.key, Activity.parent).where(Activity.key == activity).cte(recursive=True)
    parent = sa.select(Activity.key, Activity.parent).join(above, Activity.key == above.c.parent)
    chain = above.union(parent)
    root = sa.select(chain.c.key).where(chain.c.parent.is_(None)).scalar_subquery()
    counts = sa.select(Achievement.key).where(Achievement.key == root, Achievement.retracted_at.is_(None))
    return connection.scalar(counts)
