"""The projects found among the achievements."""

import dagster as dg

from achievement_pipeline.app.projects import read_projects
from achievement_pipeline.defs.assets.checks import check_specs, frame_checks
from achievement_pipeline.defs.assets.frame_assets import materialized
from achievement_pipeline.defs.frame_types import frame_type
from achievement_pipeline.defs.resources.shared import Database
from achievement_pipeline.defs.ui.metadata import column_schema, describe
from achievement_pipeline.frames import Projects


@dg.asset(
    group_name="achievements",
    kinds={"pandas", "parquet"},
    owners=["team:achievements"],
    deps=["achievements"],
    dagster_type=frame_type(Projects),
    check_specs=check_specs("projects", frame_checks(Projects)),
    metadata=column_schema(Projects),
)
def projects(database: Database) -> dg.MaterializeResult:
    """One row per project: a larger effort that several achievements of one person belong to, with what holds it."""
    with database.engine.connect() as connection:
        found = read_projects(connection)
    metadata = describe(found, ["title", "reason", "impact", "began_at", "ended_at", "repository"])
    return materialized("projects", Projects, found, metadata)
