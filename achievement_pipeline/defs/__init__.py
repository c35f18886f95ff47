"""DAGSTER: assets, checks, partitions, resources, jobs. The only package, with `definitions`, that knows Dagster."""

import warnings

from dagster import BetaWarning

# Used on purpose: backfills in runs of many repositories, and links to source code. Users need no warning.
_BETA = "`(backfill_policy|with_source_code_references|CodeReferencesMetadataValue|LocalFileCodeReference)`"
warnings.filterwarnings("ignore", message=f".*{_BETA}.*", category=BetaWarning)
