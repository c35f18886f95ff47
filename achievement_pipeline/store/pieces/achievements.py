"""Upsert composed achievements in bulk, and retract those that no longer exist.

Only differences are written: an unchanged achievement keeps its row and its `updated_at`.
"""

from dataclasses import replace

import sqlalchemy as sa
from pandera.typing import DataFrame
from sqlalchemy.dialects.postgresql import JSONB, insert

from achievement_pipeline.frames import Achievements
from achievement_pipeline.store.pieces.changes import ChangeCounts
from achievement_pipeline.store.postgres.bulk_copy import array_of_json, staged, storable_json
from achievement_pipeline.store.tables import GONE, Achievement

# Every join below has an index on both sides, and OFFSET 0 prevents PostgreSQL from flattening the LATERAL subqueries,
# so that no plan is slower than linear, however wrong the statistics are. They are wrong when it matters most: an
# automatic ANALYZE during a long first run sees full pages and no rows.
_DROP_SKILLS = sa.text("""
    DELETE FROM skills USING composed
    WHERE achievement_key = composed.key
    AND NOT composed.skills @> jsonb_build_array(jsonb_build_object('skill', skill))
""")
_STORE_SKILLS = sa.text("""
    INSERT INTO skills (achievement_key, skill, kind, weight, evidence)
    SELECT composed.key, shown.skill, shown.kind, shown.weight, shown.evidence
    FROM composed CROSS JOIN jsonb_to_recordset(composed.skills)
        AS shown (skill text, kind text, weight double precision, evidence text)
    ON CONFLICT (achievement_key, skill) DO UPDATE
    SET kind = excluded.kind, weight = excluded.weight, evidence = excluded.evidence
    WHERE (skills.kind, skills.weight, skills.evidence)
        IS DISTINCT FROM (excluded.kind, excluded.weight, excluded.evidence)
""")
_RETRACT = sa.text("""
    WITH written AS (
        UPDATE achievements SET
            retracted_at = coalesce(retracted_at, now()),
            retracted_reason = fate.reason,
            absorbed_by = fate.root,
            updated_at = now()
        FROM (
            SELECT dropped.key, dropped.retracted_at IS NULL AS counted, root.key AS root, CASE
                WHEN root.key IS NOT NULL THEN 'absorbed by ' || root.key
                WHEN activities.key IS NULL AND dropped.source_type LIKE '%issue' THEN 'reopened, or ' || :gone
                WHEN activities.key IS NULL THEN :gone
                ELSE 'no longer significant'
            END AS reason
            FROM touched
            JOIN achievements AS dropped ON dropped.key = touched.key
            LEFT JOIN activities ON activities.key = touched.key
            LEFT JOIN LATERAL (
                WITH RECURSIVE above (key, preference) AS (
                    SELECT activities.parent, 0
                    UNION ALL
                    SELECT heir.key, row_number() OVER (ORDER BY rank, heir.completed_at NULLS LAST, heir.key)
                    FROM former_names CROSS JOIN LATERAL (
                        SELECT activity_key, 0 FROM activity_names AS named WHERE named.name = former_names.name
                        UNION ALL
                        SELECT activity_key, link.rank FROM activity_links AS link
                        WHERE link.name = former_names.name AND leads_to = 'child'
                        OFFSET 0
                    ) AS naming (key, rank) CROSS JOIN LATERAL (
                        SELECT key, completed_at FROM activities WHERE activities.key = naming.key OFFSET 0
                    ) AS heir
                    WHERE achievement_key = dropped.key
                    UNION
                    SELECT higher.parent, preference
                    FROM above CROSS JOIN LATERAL (
                        SELECT parent FROM activities WHERE activities.key = above.key OFFSET 0
                    ) AS higher
                )
                SELECT found.key
                FROM above CROSS JOIN LATERAL (
                    SELECT key FROM composed WHERE composed.key = above.key OFFSET 0
                ) AS found
                ORDER BY preference LIMIT 1
            ) AS root ON true
            WHERE NOT EXISTS (SELECT FROM composed WHERE composed.key = touched.key)
        ) AS fate
        WHERE achievements.key = fate.key
        AND (achievements.retracted_reason, achievements.absorbed_by) IS DISTINCT FROM (fate.reason, fate.root)
        RETURNING counted
    )
    SELECT count(*) FROM written WHERE counted
""")
_TABLE = Achievement.table
_ARRAYS = [column.name for column in _TABLE.columns if isinstance(column.type, sa.ARRAY)]
_COMPOSED = [column for column in _TABLE.columns if column.name in Achievements.to_schema().columns]


def store_achievements(connection: sa.Connection, composed: DataFrame[Achievements]) -> ChangeCounts:
    """Upsert achievements and their skills, and retract touched achievements that are not among them.

    Args:
        connection: A connection in a transaction that has the temporary table `activities.TOUCHED`.
        composed: All achievements composed of the touched activities.
    """
    rows = composed.reset_index(drop=True)
    rows = rows.assign(
        **{name: array_of_json(rows[name]) for name in _ARRAYS},
        **{name: storable_json(rows[name]) for name in ("score_ledger", "evidence", "skills", "announced")},
    )
    with staged(connection, "composed", [*_COMPOSED, sa.Column("skills", JSONB())], rows) as staging:
        counts = _expected_counts(connection, staging)
        written = _upsert(connection, staging)
        connection.execute(_DROP_SKILLS)
        connection.execute(_STORE_SKILLS)
        retracted = connection.execute(_RETRACT, {"gone": GONE}).scalar_one()
    return replace(
        counts,
        changed=written - counts.new - counts.retracted - counts.restored,
        unchanged=len(composed) - written,
        retracted=counts.retracted + retracted,
    )


def _expected_counts(connection: sa.Connection, composed: sa.Table) -> ChangeCounts:
    """Count the achievements that are about to be added, retracted or restored."""
    is_active, will_be_active = _TABLE.c.retracted_at.is_(None), composed.c.retracted_reason.is_(None)
    outcomes = {
        "retracted": ~will_be_active & is_active,
        "new": will_be_active & _TABLE.c.key.is_(None),
        "restored": will_be_active & ~is_active,
    }
    numbers = (sa.func.count().filter(condition).label(name) for name, condition in outcomes.items())
    both = composed.outerjoin(_TABLE, _TABLE.c.key == composed.c.key)
    return ChangeCounts(**connection.execute(sa.select(*numbers).select_from(both)).mappings().one())


def _upsert(connection: sa.Connection, composed: sa.Table) -> int:
    """Write the rows that differ, and return their number."""
    names = [column.name for column in _COMPOSED]
    retracted = composed.c.retracted_reason.is_not(None)
    statement = insert(Achievement.table).from_select(
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
    return connection.execute(upsert).rowcount
