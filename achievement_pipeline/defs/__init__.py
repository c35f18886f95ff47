"""DAGSTER: assets, checks, partitions, resources, jobs. The only package, with `definitions`, that knows Dagster."""

import warnings

from dagster import BetaWarning

# Backfills in runs of many repositories rest on it on purpose; users are not to be bothered with it.
warnings.filterwarnings("ignore", message=".*`backfill_policy`.*", category=BetaWarning)
