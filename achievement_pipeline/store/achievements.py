"""Achievements into the database, in bulk: what was composed is upserted, what is no more is retracted.

Only what differs is written: an unchanged achievement keeps its row, and the time of its last update.
"""

from dataclasses import dataclass, replace

import sqlalchemy as sa
from pandera.typing import DataFrame
from sqlalchemy.dialects.postgresql import JSONB, insert

from achievement_pipeline.frames import Achievements
from achievement_pipeline.store.copying import array_of_json, staged, storable_json
from achievement_pipeline.store.tables import Achievement, Base

_STORE_SKILLS = sa.text("""
    WITH shown AS MATERIALIZED (
        SELECT composed.key, skill.*
        FROM composed CROSS JOIN jsonb_to_recordset(composed.skills)
            AS skill (skill text, kind text, weight double precision, evidence text)
    ),
    no_more AS (
        DELETE FROM skills USING composed
        WHERE achievement_key = composed.key
        AND NOT EXISTS (SELECT FROM shown WHERE shown.key = achievement_key AND shown.skill = skills.skill)
    )
    INSERT INTO skills (achievement_key, skill, kind, weight, evidence)
    SELECT key, skill, kind, weight, evidence FROM shown
    ON CONFLICT (achievement_key, skill) DO UPDATE
    SET kind = excluded.kind, weight = excluded.weight, evidence = excluded.evidence
    WHERE (skills.kind, skills.weight, skills.evidence)
        IS DISTINCT FROM (excluded.kind, excluded.weight, excluded.evidence)
""")
_RETRACT = sa.text("""
    WITH RECURSIVE dropped AS (
        SELECT key, retracted_at IS NULL AS counted FROM achievements
        WHERE key IN (SELECT key FROM touched)
        AND NOT EXISTS (SELECT FROM composed WHERE composed.key = achievements.key)
    ),
    above (key, ancestor) AS (
        SELECT key, key FROM dropped
        UNION
        SELECT above.key, parent FROM above JOIN activities ON activities.key = ancestor WHERE parent IS NOT NULL
    ),
    fate AS (
        SELECT dropped.key, counted, composed.key AS root, CASE
            WHEN composed.key IS NOT NULL THEN 'absorbed by ' || composed.key
            WHEN activities.key IS NULL THEN 'gone from its source'
            ELSE 'no longer significant'
        END AS reason
        FROM dropped
        LEFT JOIN (above JOIN composed ON composed.key = ancestor) ON above.key = dropped.key
        LEFT JOIN activities ON activities.key = dropped.key
    ),
    written AS (
        UPDATE achievements SET
            retracted_at = coalesce(retracted_at, now()),
            retracted_reason = reason,
            absorbed_by = root,
            updated_at = now()
        FROM fate
        WHERE achievements.key = fate.key
        AND (retracted_reason, absorbed_by) IS DISTINCT FROM (reason, root)
        RETURNING counted
    )
    SELECT count(*) FROM written WHERE counted
""")
_TABLE = Base.metadata.tables[Achievement.__tablename__]
_ARRAYS = [column.name for column in _TABLE.columns if isinstance(column.type, sa.ARRAY)]
_COMPOSED = [column for column in _TABLE.columns if column.name in Achievements.to_schema().columns]


@dataclass(frozen=True)
class Outcome:
    """How many of the achievements that were touched came out how; each counts once."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    retracted: int = 0
    """No longer count, or are new and do not count."""
    restored: int = 0
    """Count again."""


def store_achievements(connection: sa.Connection, composed: DataFrame[Achievements]) -> Outcome:
    """Upsert achievements and their skills; retract those that were touched and are not among them.

    Args:
        connection: In a transaction in which the table `activities.TOUCHED` was made.
        composed: All achievements that there are, now, of the activities that were touched.
    """
    rows = composed.reset_index(drop=True)
    rows = rows.assign(
        **{name: array_of_json(rows[name]) for name in _ARRAYS},
        **{name: storable_json(rows[name]) for name in ("score_ledger", "evidence", "skills")},
    )
    with staged(connection, "composed", [*_COMPOSED, sa.Column("skills", JSONB())], rows) as staging:
        outcome = _upsert(connection, staging)
        connection.execute(_STORE_SKILLS)
        retracted = connection.execute(_RETRACT).scalar_one()
    return replace(outcome, retracted=outcome.retracted + retracted)


def _upsert(connection: sa.Connection, composed: sa.Table) -> Outcome:
    names = [column.name for column in _COMPOSED]
    retracted = composed.c.retracted_reason.is_not(None)
    statement = insert(Achievement).from_select(
        [*names, "retracted_at"],
        sa.select(*(composed.c[name] for name in names), sa.case((retracted, sa.func.now()))),
    )
    old, new = _TABLE.c, statement.excluded
    changing = [*(name for name in names if name != "key"), "absorbed_by"]
    was, becomes = (sa.tuple_(*(row[name] for name in changing)) for row in (old, new))
    since = sa.case((new.retracted_at.is_not(None), sa.func.coalesce(old.retracted_at, new.retracted_at)))
    upsert = statement.on_conflict_do_update(
        index_elements=["key"],
        set_={**{name: new[name] for name in changing}, "retracted_at": since, "updated_at": sa.func.now()},
        where=was.is_distinct_from(becomes),
    )
    written = upsert.returning(Achievement.key).cte("written")
    # joined in the same statement, the table is still as it was before
    before = _TABLE.alias("before")
    outcome = sa.case(
        (retracted & before.c.retracted_at.is_(None), "retracted"),
        (before.c.key.is_(None), "new"),
        (~retracted & before.c.retracted_at.is_not(None), "restored"),
        (written.c.key.is_not(None), "changed"),
        else_="unchanged",
    )
    counted = (
        sa.select(outcome, sa.func.count())
        .select_from(
            composed.outerjoin(before, before.c.key == composed.c.key).outerjoin(
                written, written.c.key == composed.c.key
            )
        )
        .group_by(outcome)
    )
    return Outcome(**dict(connection.execute(counted).all()))
