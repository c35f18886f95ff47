"""Store activities by slice, writing only the differences, and find the pieces of work that a change affects."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, insert

from achievement_pipeline import lanes
from achievement_pipeline.codes import NOT_ASKED
from achievement_pipeline.columns.json import json_lists, json_objects
from achievement_pipeline.frames import (
    Activities,
    ActivityFrames,
    PiecesOfWork,
    RelatedActivities,
    Scores,
    Skills,
    StoredActivities,
    typed,
)
from achievement_pipeline.keys import GIT, KeyForm
from achievement_pipeline.store.pieces.links import add_keys, are_all, keep_former_names, replace_links
from achievement_pipeline.store.postgres.bulk_copy import (
    array_of_json,
    array_of_words,
    fetch_frame,
    staged,
    storable_json,
)
from achievement_pipeline.store.tables import Activity, ActivityLink, ActivityName

TOUCHED = sa.Table(
    "touched",
    sa.MetaData(),
    sa.Column("key", Activity.key.type, primary_key=True),
    prefixes=["TEMPORARY"],
    postgresql_on_commit="DROP",
)
"""Temporary table: keys of the activities whose pieces of work must be composed again."""

# `touch` has an example. `lister` adds the activities that list a given one. `former` and `heir` follow the names of
# removed activities in both directions: if the removed commit C has an achievement with the former name "commit:c1",
# and the pull request P has a child link to "commit:c1", then P touches C and C touches P.
_TOUCH = sa.text("""
    INSERT INTO touched
    WITH RECURSIVE piece (key) AS (
        (
            WITH given (key) AS (SELECT unnest(CAST(:keys AS text[])) COLLATE "C")
            SELECT key FROM given
            UNION
            SELECT lister.key
            FROM given CROSS JOIN LATERAL (
                SELECT link.activity_key
                FROM activity_names AS named JOIN activity_links AS link ON link.name = named.name
                WHERE named.activity_key = given.key AND link.leads_to <> 'child'
                OFFSET 0  -- see store/pieces/links.py
            ) AS lister (key)
        )
        UNION
        SELECT linked.key
        FROM piece CROSS JOIN LATERAL (
            SELECT parent
            FROM (SELECT parent FROM activities WHERE activities.key = piece.key OFFSET 0) AS own  -- by key: see below
            WHERE parent IS NOT NULL
            UNION ALL
            SELECT activities.key FROM activities WHERE parent = piece.key
            UNION ALL
            SELECT former.key
            FROM (
                SELECT name FROM activity_names WHERE activity_key = piece.key
                UNION ALL
                SELECT name FROM activity_links WHERE activity_key = piece.key AND leads_to = 'child'
                OFFSET 0
            ) AS mine CROSS JOIN LATERAL (
                SELECT achievement_key FROM former_names WHERE former_names.name = mine.name OFFSET 0
            ) AS former (key)
            UNION ALL
            SELECT heir.key
            FROM former_names CROSS JOIN LATERAL (
                SELECT activity_key FROM activity_names AS named WHERE named.name = former_names.name
                UNION ALL
                SELECT activity_key FROM activity_links AS link
                WHERE link.name = former_names.name AND leads_to = 'child'
                OFFSET 0
            ) AS heir (key)
            WHERE achievement_key = piece.key
        ) AS linked (key)
    )
    SELECT key FROM piece
    ON CONFLICT DO NOTHING
""")
"""`touch` has an example of what it follows.

A parent is looked up by key alone. Before any is stored, the statistics say that no activity has a parent, and the
planner would read all that have one for each activity.
"""
_TABLE = Activity.table
_BROUGHT = list(Activities.to_schema().columns)
_STORED = [name for name in StoredActivities.to_schema().columns if name != "details"]
_WRITTEN = [column for column in _TABLE.columns if column.name != "parent"]
_STATED = [sa.Column("names", sa.ARRAY(sa.Text())), sa.Column("links", JSONB())]
"""The names and links of activities, as a lane states them."""
_SKILL = ["skill", "kind", "weight", "evidence"]

_lister = Activity.table.alias()
_LISTED = (
    sa.select(
        _lister.c.key.label("lister"),
        Activity.key,
        Activity.kind,
        Activity.title,
        Activity.url,
        Activity.person,
        Activity.completed_at.label("at"),
    )
    .select_from(TOUCHED)
    .join(_lister, _lister.c.key == TOUCHED.c.key)
    .join(ActivityLink.table, ActivityLink.activity_key == _lister.c.key)
    .join(ActivityName.table, ActivityName.name == ActivityLink.name)
    .join(Activity.table, Activity.key == ActivityName.activity_key)
    .where(
        ActivityLink.leads_to != sa.literal_column("'child'"),
        Activity.key != _lister.c.key,
        _lister.c.parent.is_distinct_from(Activity.key),
    )
    .distinct()
)
"""The activities that the touched ones name, except the parent of each."""


@dataclass(frozen=True)
class SliceDifference:
    """The difference between a slice and its stored activities."""

    changed: pd.DataFrame
    """Rows of the table of activities that are new or have changed."""
    gone: list[str]
    """Keys of the stored activities that the slice no longer has."""

    def keys(self) -> list[str]:
        """Return the keys of all activities that differ."""
        return [*self.changed["key"], *self.gone]


def known_servers(engine: sa.Engine, form: KeyForm) -> dict[str, str]:
    """Return the server in the key of each stored activity of one key form, by the activity's name."""
    with engine.connect() as connection:
        keys = connection.scalars(sa.select(Activity.key).where(Activity.key.startswith(form.start, autoescape=True)))
        return {key.name: key.where for key in map(form.parse, keys) if key}


def collected_keys(engine: sa.Engine, slices: Iterable[str]) -> frozenset[str]:
    """Return the keys of the stored activities that some filter of authors and dates has selected."""
    of_slices = Activity.slice == sa.any_(sa.literal(list(slices), sa.ARRAY(sa.Text())))
    with engine.connect() as connection:
        selected = sa.literal(NOT_ASKED) != sa.all_(Activity.reasons)
        return frozenset(connection.scalars(sa.select(Activity.key).where(of_slices, selected)))


def compare_slice(connection: sa.Connection, name: str, frames: ActivityFrames) -> SliceDifference:
    """Compare a complete slice with its stored activities.

    Pull requests found in git are left out if the lane of their host has stored them.
    """
    rows = _rows(frames).assign(slice=name)
    if name.startswith(lanes.GIT.slices):
        rows = rows[~rows["key"].isin(_brought_by_hosts(connection, rows["key"]))].reset_index(drop=True)
    stored = connection.execute(sa.select(Activity.key, Activity.digest).where(Activity.slice == name)).all()
    digests = pd.Series([row.digest for row in stored], index=[row.key for row in stored], dtype="Int64")
    same = rows["digest"].eq(digests.reindex(rows["key"]).reset_index(drop=True)).fillna(value=False)
    return SliceDifference(rows[~same], digests.index.difference(pd.Index(rows["key"])).to_list())


def git_slices_of(name: str, gone: Sequence[str]) -> list[str]:
    """Return the git slices whose pull requests must be stored again, because their host's lane has removed some."""
    repository = name.partition("/")[2]
    return [lanes.GIT.slice_name(repository)] if not name.startswith(lanes.GIT.slices) and repository and gone else []


def _brought_by_hosts(connection: sa.Connection, keys: "pd.Series[str]") -> list[str]:
    """Return the keys of pull requests among `keys` that a host's own lane has stored."""
    pulls = sa.literal(keys[~GIT.owns(keys)].to_list(), sa.ARRAY(sa.Text()))
    of_git = Activity.slice.startswith(lanes.GIT.slices)
    return list(connection.scalars(sa.select(Activity.key).where(Activity.key == sa.any_(pulls), ~of_git)))


def write_difference(connection: sa.Connection, difference: SliceDifference) -> None:
    """Write a difference. An activity that another slice had moves to this one."""
    if difference.gone:
        delete_activities(connection, difference.gone)
    if difference.changed.empty:
        return
    with staged(connection, "changed_activities", [*_WRITTEN, *_STATED], difference.changed) as changed:
        names = [column.name for column in _WRITTEN]
        statement = insert(Activity.table).from_select(names, sa.select(*(changed.c[name] for name in names)))
        overwritten = {name: statement.excluded[name] for name in names if name != "key"}
        connection.execute(statement.on_conflict_do_update(index_elements=["key"], set_=overwritten))
        replace_links(connection)


def delete_activities(connection: sa.Connection, keys: Sequence[str]) -> None:
    """Delete activities; the names of those that have achievements are kept."""
    keep_former_names(connection, keys)
    gone = sa.literal(list(keys), sa.ARRAY(sa.Text()))
    connection.execute(sa.delete(Activity.table).where(Activity.key == sa.any_(gone)))


def touch(connection: sa.Connection, keys: Sequence[str]) -> None:
    """Mark activities as touched, and all activities that belong to the same pieces of work.

    Follows parents up to the root and down to all members, as stored now, and former names: to achievements that are
    gone, and to the activities that took their names. Pieces of work that list one of the activities are touched as
    well.

    For example, touching commit ``c1`` touches all of these::

        commit c1        parent: pull request #7   the given key
        pull request #7  parent: issue eng-1       parent of c1
        commit c2        parent: pull request #7   child of #7
        issue eng-1      -                         parent of #7
        project p        lists c1                  lister of the given key
    """
    if are_all(connection, keys):
        add_keys(connection, TOUCHED, keys)
    else:
        connection.execute(_TOUCH, {"keys": list(keys)})


def read_touched(connection: sa.Connection) -> PiecesOfWork:
    """Return the touched activities that are stored, with their scores, skills and listed activities."""
    activities = sa.select(*(_as_framed(name) for name in _STORED), Activity.details)
    scores = sa.select(
        Activity.key,
        Activity.repository,
        Activity.impact,
        Activity.complexity,
        Activity.ledger,
        Activity.score_version.label("version"),
    ).where(Activity.impact.is_not(None))
    shown = (
        sa.func.jsonb_to_recordset(Activity.skills)
        .table_valued(*(sa.column(name, sa.Double() if name == "weight" else sa.Text()) for name in _SKILL))
        .render_derived(name="shown", with_types=True)
    )
    skills = sa.select(Activity.key, Activity.repository, *shown.columns).join(shown, sa.true())
    touched = Activity.key.in_(sa.select(TOUCHED.c.key))
    return PiecesOfWork(
        typed(StoredActivities, fetch_frame(connection, activities.where(touched))),
        typed(Scores, fetch_frame(connection, scores.where(touched))),
        typed(Skills, fetch_frame(connection, skills.where(touched))),
        typed(RelatedActivities, fetch_frame(connection, _LISTED)),
    )


def _as_framed(name: str) -> sa.ColumnElement[Any]:
    """Return a column as in a frame: an array is comma-separated text."""
    column = _TABLE.c[name]
    if isinstance(column.type, sa.ARRAY):
        return sa.func.array_to_string(column, sa.literal_column("','"), type_=sa.Text()).label(name)
    return column


def _rows(frames: ActivityFrames) -> pd.DataFrame:
    """Return one row per activity for the table, without its slice."""
    activities = frames.activities.reset_index(drop=True)
    scores = frames.scores.drop(columns="repository").rename(columns={"version": "score_version"})
    rows = activities[_BROUGHT].merge(scores, on="key", how="left")
    rows = rows.assign(
        coauthors=array_of_words(rows["coauthors"]),
        reasons=array_of_words(rows["reasons"]),
        names=array_of_json(rows["names"]),
        links=storable_json(rows["links"]),
        details=storable_json(json_objects(activities.drop(columns=_BROUGHT))),
        ledger=storable_json(rows["ledger"]),
        skills=storable_json(_skill_lists(frames.skills).reindex(rows["key"]).fillna("[]").reset_index(drop=True)),
    )
    digests = pd.util.hash_pandas_object(rows, index=False).to_numpy()
    return rows.assign(digest=digests.view(np.int64))


def _skill_lists(skills: pd.DataFrame) -> pd.Series:
    """Return the skills of each activity as a JSON list, by its key."""
    skills = skills.sort_values(["key", "skill"], ignore_index=True)
    return json_lists(json_objects(skills[_SKILL]), skills["key"])
