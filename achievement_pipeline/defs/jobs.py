"""The jobs: one a lane, from its source through to the achievements in Postgres, in one run."""

import dagster as dg

COLLECT_GIT = "collect_git"

collect_git = dg.define_asset_job(
    COLLECT_GIT,
    selection=dg.AssetSelection.groups("git") | dg.AssetSelection.assets("achievements"),
    description="Read, judge and keep what is new in a repository.",
)
