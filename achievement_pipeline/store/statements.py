"""Statements about collected work: what a caller of the Python API says of a commit, a pull request, an issue or a run.

A statement is a row of its own, so that the caller can repeat it, and that it counts before the work is collected. Once
the work that it names is known, the row becomes a part of that piece of work, and so do the edits that were made with
it: title, description, category, scores, skills. Edits that the user makes of the piece itself go before them.
"""

from collections.abc import Iterator, Mapping

import sqlalchemy as sa

from achievement_pipeline.keys import MANUAL
from achievement_pipeline.lanes import GIT, GITHUB, sources
from achievement_pipeline.patterns import compile_pattern
from achievement_pipeline.store.tables import Achievement, Activity, ActivityName, Edit

_SHA = compile_pattern(r"(?<![0-9a-f])[0-9a-f]{7,64}$")
_PULL = compile_pattern(r"(?:(?<![\w.-])([\w.-]{1,100}+/[\w.-]{1,100}+)(?:#|/pull/)|#|^)(\d{1,12})$")
STATED_FIELDS = ("title", "description", "category", "impact_score", "complexity_score", "skills_demonstrated")
"""What a statement says of a piece of work; columns of achievements and names of `EditField`."""

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
    """Record what a statement says as edits of it; what it said before is not recorded again.

    Args:
        connection: The database.
        key: The statement.
        stated: Values of `STATED_FIELDS`; what is empty says nothing.
        made_by: Who states it.
    """
    latest = sa.select(Edit.field, Edit.value).where(Edit.achievement_key == key).order_by(Edit.id)
    said: dict[str, object] = dict(connection.execute(latest).all())
    for field in STATED_FIELDS:
        given = stated[field]
        value = list(given) if isinstance(given, tuple) else given
        if value in ("", []) or said.get(field) == value:
            continue
        connection.execute(sa.insert(Edit).values(achievement_key=key, field=field, value=value, made_by=made_by))


def adopt_statements(connection: sa.Connection) -> None:
    """Make each statement a part of the piece of work that it names, where that is known, else one of its own."""
    for key, source_type, source_id, repository, absorbed_by in connection.execute(_STATEMENTS).all():
        named = named_activity(connection, source_type, source_id, repository)
        piece = _piece_of(connection, named) if named else None
        if piece == absorbed_by:
            continue
        gone = {"retracted_at": sa.func.now(), "retracted_reason": f"absorbed by {piece}"}
        values = gone if piece else {"retracted_at": None, "retracted_reason": None}
        row = sa.update(Achievement).where(Achievement.key == key)
        connection.execute(row.values(absorbed_by=piece, updated_at=sa.func.now(), **values))


def named_activity(connection: sa.Connection, source: str, source_id: str, repository: str | None) -> str | None:
    """Return the key of the activity that a source and an id name; none where it is not known, or several are meant."""
    activities = sa.select(Activity.key).outerjoin(ActivityName, ActivityName.activity_key == Activity.key).distinct()
    of_source = activities.where(Activity.key.startswith(f"{source}:", autoescape=True)).limit(2)
    for condition in _named(source, source_id.strip(), repository):
        keys = connection.scalars(of_source.where(condition)).all()
        if keys:
            return keys[0] if len(keys) == 1 else None
    return None


def _named(source: str, source_id: str, repository: str | None) -> Iterator[sa.ColumnElement[bool]]:
    """Yield what an id may mean, the plainest first."""
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
    """Return the key of the achievement whose piece of work an activity belongs to; none where it makes none."""
    above = sa.select(Activity.key, Activity.parent).where(Activity.key == activity).cte(recursive=True)
    parent = sa.select(Activity.key, Activity.parent).join(above, Activity.key == above.c.parent)
    chain = above.union(parent)
    root = sa.select(chain.c.key).where(chain.c.parent.is_(None)).scalar_subquery()
    counts = sa.select(Achievement.key).where(Achievement.key == root, Achievement.retracted_at.is_(None))
    return connection.scalar(counts)
