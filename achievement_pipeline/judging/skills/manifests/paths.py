"""Recognise the paths of manifests."""

import pandas as pd

from achievement_pipeline.judging.paths import matches
from achievement_pipeline.judging.skills.manifests.reading import MANIFESTS
from achievement_pipeline.judging.skills.path_patterns import path_expression


def manifest_paths(paths: "pd.Series[str]") -> "pd.Series[bool]":
    """Return which paths are manifests with a reader."""
    return pd.Series(matches(paths, path_expression(MANIFESTS)), index=paths.index, dtype=bool)
