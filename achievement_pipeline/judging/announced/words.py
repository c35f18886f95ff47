"""Announcements in the ledger of impact, and as signs of impact."""

from __future__ import annotations

import json

import pandas as pd

from achievement_pipeline.judging.announced.entries import Prominence
from achievement_pipeline.judging.announced.phrases import where_announced
from achievement_pipeline.judging.impact.signs import Flags


def announced_words(announced: pd.Series[str]) -> pd.Series[str]:
    """Return where activities were announced: ``announced in 0.28.0 under Features``; empty if they were not."""
    return announced.where(
        announced == "", announced[announced != ""].map(lambda entry: where_announced(json.loads(entry)))
    ).astype("str")


def announced_signs(prominence: pd.Series[str]) -> dict[str, Flags]:
    """Return the signs of impact of announced work. Minor entries have none."""
    highlight = (prominence == Prominence.HIGHLIGHT).to_numpy(dtype=bool)
    entry = (prominence == Prominence.ENTRY).to_numpy(dtype=bool)
    return {"announced": highlight | entry, "announced as a highlight": highlight}
