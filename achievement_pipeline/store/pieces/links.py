"""Resolve the links between stored activities to parents.

A link refers to a name, not to an activity: the issue that a commit names may be completed and stored weeks later, and
removed when it is reopened. So names and links are stored, and an activity's parent is resolved again whenever an
activity that it names, or that names it, is added, removed or changed. Of several candidates, the link with the lowest
rank wins; then, among the activity's own links, the first; then the activity completed first; then the smallest key. A
user's edits (`achievement_pipeline.store.decisions.grouping`) take precedence. A link ``elsewhere`` counts between
repositories only: the commits of a pull request do the same work as it does. The result does not depend on earlier
parents or on the order in which activities were stored.

An activity that is gone from its source keeps its names as long as it has an achievement: a commit of a branch that was
squashed and deleted is still named by its pull request, and a rewritten commit shares a name with the new one. So the
user's decisions about it, including merges and splits, apply to its successor.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from achievement_pipeline.store.postgres.bulk_copy import array_of_texts
from achievement_pipeline.store.tables import Activity

_AFFECTED = sa.Table(
    "affected",
    sa.MetaData(),
    sa.Column("key", Activity.key.type, primary_key=True),
    prefixes=["TEMPORARY"],
    postgresql_on_commit="DROP",
)
"""Keys of the activities whose parent must be resolved again."""
_MOVED = sa.Table(
    "moved",
    sa.MetaData(),
    sa.Column("key", Activity.key.type, primary_key=True),
    sa.Column("parent", Activity.key.type),
    prefixes=["TEMPORARY"],
    postgresql_on_commit="DROP",
)
"""Keys of the activities whose parent has changed, with the new parent."""

# Every join below has an index on both sides, as in `achievement_pipeline.store.pieces.achievements`, except for the
# given keys: OFFSET 0 keeps the planner from scanning all of them for every link.
_REPLACE_LINKS = (
    sa.text("DELETE FROM activity_names USING changed_activities AS changed WHERE activity_key = changed.key"),
    sa.text("DELETE FROM activity_links USING changed_activities AS changed WHERE activity_key = changed.key"),
    sa.text("""
        INSERT INTO activity_names (name, activity_key)
        SELECT DISTINCT name, key FROM changed_activities CROSS JOIN unnest(names) AS name
    """),
    sa.text("""
        INSERT INTO activity_links (activity_key, position, rank, leads_to, name)
        SELECT key, position, (link->>'rank')::integer, link->>'to', link->>'name'
        FROM changed_activities CROSS JOIN jsonb_array_elements(links) WITH ORDINALITY AS stated (link, position)
    """),
)
_KEEP_FORMER_NAMES = sa.text("""
    INSERT INTO former_names (achievement_key, name)
    WITH gone (key, name) AS (
        SELECT activity_key, name FROM activity_names WHERE activity_key = ANY (CAST(:keys AS text[]))
    ), predecessor (achievement_key, key) AS (
        SELECT DISTINCT former.achievement_key, gone.key
        FROM gone CROSS JOIN LATERAL (
            SELECT achievement_key FROM former_names WHERE former_names.name = gone.name OFFSET 0
        ) AS former
        WHERE EXISTS (SELECT FROM edits WHERE edits.achievement_key = former.achievement_key)
        OR EXISTS (SELECT FROM publications WHERE publications.achievement_key = former.achievement_key)
    )
    SELECT key, name FROM gone WHERE EXISTS (SELECT FROM achievements WHERE achievements.key = gone.key)
    UNION
    SELECT achievement_key, name FROM predecessor JOIN gone USING (key)
    ON CONFLICT DO NOTHING
""")
"""Keep the names of a removed activity, also for its predecessors: after two rewrites, the first commit shares no name
with the last one."""
_FORGET_FORMER_NAMES = sa.text("""
    DELETE FROM former_names USING changed_activities AS changed WHERE achievement_key = changed.key
""")


def _heirs(key: str) -> str:
    """Return a SELECT of the activity with a key, or, if it is gone, of the activities that have one of its names."""
    return f"""
        SELECT activities.key FROM activities WHERE activities.key = {key}
        UNION
        SELECT named.activity_key
        FROM former_names AS former JOIN activity_names AS named ON named.name = former.name
        WHERE former.achievement_key = {key}
    """  # noqa: S608 - no user's value is in it


_COUNT = sa.text("""
    SELECT CASE WHEN NOT EXISTS (SELECT FROM former_names) THEN
        (SELECT count(*) FROM (SELECT FROM activities LIMIT CAST(:number AS bigint) + 1) AS counted)
    END
""")
"""The number of stored activities, or one more than a number, if there are more; NULL where some that are gone have
names."""
_COUNT_AMONG = sa.text("SELECT count(*) FROM activities WHERE key = ANY (CAST(:keys AS text[]))")
_MARK_AFFECTED = sa.text(f"""
    INSERT INTO affected
    WITH given (key) AS (SELECT unnest(CAST(:keys AS text[])) COLLATE "C")
    SELECT key FROM given
    UNION
    SELECT child.key
    FROM given CROSS JOIN LATERAL (
        SELECT link.activity_key
        FROM activity_names AS named JOIN activity_links AS link ON link.name = named.name
        WHERE named.activity_key = given.key AND link.leads_to IN ('parent', 'elsewhere')
        UNION ALL
        SELECT named.activity_key
        FROM activity_links AS link JOIN activity_names AS named ON named.name = link.name
        WHERE link.activity_key = given.key AND link.leads_to = 'child'
        OFFSET 0
    ) AS child (key)
    UNION
    SELECT heir.key FROM given CROSS JOIN LATERAL ({_heirs("given.key")}) AS heir (key)
    ON CONFLICT DO NOTHING
""")  # noqa: S608
_MARK_PLACED = sa.text(f"""
    INSERT INTO affected
    SELECT heir.key FROM edits CROSS JOIN LATERAL ({_heirs("value->>'activity'")}) AS heir (key)
    WHERE field = 'belongs_to' AND undone_at IS NULL
    ON CONFLICT DO NOTHING
""")  # noqa: S608
_FIND_MOVED = sa.text(f"""
    INSERT INTO moved
    WITH candidates (key, parent, rank, position, is_elsewhere) AS (
        SELECT affected.key, named.activity_key, link.rank, link.position, link.leads_to = 'elsewhere'
        FROM affected JOIN activity_links AS link
            ON link.activity_key = affected.key AND link.leads_to IN ('parent', 'elsewhere')
        JOIN activity_names AS named ON named.name = link.name
        UNION ALL
        SELECT affected.key, link.activity_key, link.rank, 0, false
        FROM affected JOIN activity_names AS named ON named.activity_key = affected.key
        JOIN activity_links AS link ON link.name = named.name AND link.leads_to = 'child'
    ), chosen AS (
        SELECT DISTINCT ON (candidates.key) candidates.key, candidates.parent
        FROM candidates JOIN activities AS above ON above.key = candidates.parent
        JOIN activities AS below ON below.key = candidates.key
        WHERE candidates.parent <> candidates.key
        AND NOT (is_elsewhere AND above.repository IS NOT DISTINCT FROM below.repository)
        ORDER BY candidates.key, rank, position, above.completed_at NULLS LAST, candidates.parent
    ), stated AS (
        SELECT DISTINCT ON (activity.key) activity.key, value->>'parent' IS NULL AS alone, parent.key AS parent
        FROM edits
        CROSS JOIN LATERAL ({_heirs("value->>'activity'")}) AS activity (key)
        LEFT JOIN LATERAL (
            SELECT activities.key FROM ({_heirs("value->>'parent'")}) AS heir JOIN activities USING (key)
            WHERE activities.key <> activity.key ORDER BY completed_at NULLS LAST, key LIMIT 1
        ) AS parent ON true
        WHERE field = 'belongs_to' AND undone_at IS NULL
        ORDER BY activity.key, id DESC
    ), found AS (
        SELECT affected.key, CASE WHEN stated.alone THEN NULL ELSE coalesce(stated.parent, chosen.parent) END AS parent
        FROM affected LEFT JOIN chosen USING (key) LEFT JOIN stated ON stated.key = affected.key
    )
    SELECT key, found.parent
    FROM found JOIN activities USING (key)
    WHERE activities.parent IS DISTINCT FROM found.parent
""")  # noqa: S608
_MOVE = sa.text("UPDATE activities SET parent = moved.parent FROM moved WHERE activities.key = moved.key")


def begin_linking(connection: sa.Connection) -> None:
    """Create the temporary tables for `mark_affected` in a transaction."""
    _AFFECTED.create(connection)
    _MOVED.create(connection)


def replace_links(connection: sa.Connection) -> None:
    """Replace the names and links of the activities in the temporary table ``changed_activities``.

    Former names of activities that are back are deleted.
    """
    for statement in (_FORGET_FORMER_NAMES, *_REPLACE_LINKS):
        connection.execute(statement)


def keep_former_names(connection: sa.Connection, gone: Sequence[str]) -> None:
    """Keep the names of activities that are about to be deleted, if they have achievements."""
    connection.execute(_KEEP_FORMER_NAMES, {"keys": list(gone)})


def mark_affected(connection: sa.Connection, keys: Sequence[str]) -> None:
    """Mark activities, and all activities that name them or that they name, for resolving their parents.

    Call it before and after a change, because both the old and the new names and links count.
    """
    if are_all(connection, keys):
        add_keys(connection, _AFFECTED, keys)
    else:
        connection.execute(_MARK_AFFECTED, {"keys": list(keys)})


def are_all(connection: sa.Connection, keys: Sequence[str]) -> bool:
    """Return whether these are the keys of all stored activities, and perhaps of others.

    No link then leads to an activity that is not among them, and none needs to be followed: this is a fifth of what the
    first collection of a repository takes to store. False also where activities that are gone have names: they lead on.
    """
    stored: int | None = connection.scalar(_COUNT, {"number": len(keys)})
    if not stored or stored > len(keys):
        return stored == 0
    among: int | None = connection.scalar(_COUNT_AMONG, {"keys": array_of_texts(keys)})
    return among == stored


def add_keys(connection: sa.Connection, table: sa.Table, keys: Sequence[str]) -> None:
    """Add keys to a temporary table of keys, as far as it does not have them."""
    texts = sa.literal(array_of_texts(keys), sa.Text())
    given = sa.func.unnest(sa.cast(texts, sa.ARRAY(sa.Text()))).column_valued("key")
    connection.execute(insert(table).from_select(["key"], sa.select(given)).on_conflict_do_nothing())


def find_moved(connection: sa.Connection) -> list[str]:
    """Resolve the parents of the marked activities, and return the keys of those whose parent has changed."""
    connection.execute(_MARK_PLACED)
    connection.execute(_FIND_MOVED)
    return list(connection.scalars(sa.select(_MOVED.c.key)))


def move(connection: sa.Connection) -> None:
    """Store the new parents that `find_moved` found."""
    connection.execute(_MOVE)
