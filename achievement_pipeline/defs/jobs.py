"""The jobs: one a lane, from its source through to the achievements in Postgres, in one run; and what follows them."""

import dagster as dg

COLLECT_GIT = "collect_git"
COLLECT_GITHUB = "collect_github"
COLLECT_LINEAR = "collect_linear"
COLLECT_MLFLOW = "collect_mlflow"
KEEP_ACHIEVEMENTS = "keep_achievements"
WRITE_DIGEST = "write_digest"
PUBLISH = "publish"
DIGEST = "weekly_digest"

collect_git = dg.define_asset_job(
    COLLECT_GIT,
    selection=dg.AssetSelection.groups("git") | dg.AssetSelection.assets("achievements"),
    description="Read, judge and keep what is new in a repository.",
)

collect_github = dg.define_asset_job(
    COLLECT_GITHUB,
    selection=dg.AssetSelection.groups("github") | dg.AssetSelection.assets("achievements"),
    description="Read, judge and keep what is new among the pull requests and reviews of a repository.",
)

collect_linear = dg.define_asset_job(
    COLLECT_LINEAR,
    selection=dg.AssetSelection.groups("linear") | dg.AssetSelection.assets("achievements"),
    description="Read, judge and keep what is new among the issues and projects of Linear.",
)

collect_mlflow = dg.define_asset_job(
    COLLECT_MLFLOW,
    selection=dg.AssetSelection.groups("mlflow") | dg.AssetSelection.assets("achievements"),
    description="Read, judge and keep what is new among the runs of MLflow.",
)

keep_achievements = dg.define_asset_job(
    KEEP_ACHIEVEMENTS,
    selection=dg.AssetSelection.assets("achievements"),
    description="Store what was judged and not stored.",
)

write_digest = dg.define_asset_job(
    WRITE_DIGEST,
    selection=dg.AssetSelection.assets(DIGEST),
    description="Write what was done in the week before.",
)

publish = dg.define_asset_job(
    PUBLISH,
    selection=dg.AssetSelection.groups("publishing") - dg.AssetSelection.assets(DIGEST),
    description="Make all that is shown anew.",
)

JOBS = (collect_git, collect_github, collect_linear, collect_mlflow, keep_achievements, write_digest, publish)
