"""How long lines were in use, by repository: read in the background from what was collected."""

from collections.abc import Iterator
from functools import partial

import dagster as dg
import pandas as pd

from achievement_pipeline.app.collect.readings.lines_in_use import LINE_FRAMES, LineReader
from achievement_pipeline.defs.assets.frame_assets import describe_repositories, materialized, raw_assets
from achievement_pipeline.defs.instance.io_manager import ParquetIOManager
from achievement_pipeline.defs.resources.shared import Database
from achievement_pipeline.defs.ui.metadata import describe
from achievement_pipeline.lanes import GIT
from achievement_pipeline.settings import Settings

_PREVIEWS = {
    "line_use": ["sha", "path", "landed_at", "lines", "alive"],
    "line_owners": ["path", "since", "until"],
}


@raw_assets(GIT, "measure_lines", LINE_FRAMES, group="lines", after=["raw_commits", "raw_commit_files"])
def lines_in_use(
    context: dg.AssetExecutionContext,
    database: Database,
    io_manager: dg.ResourceParam[ParquetIOManager],
    settings: dg.ResourceParam[Settings],
) -> Iterator[dg.MaterializeResult]:
    """Read which lines of the collected commits are still in use; the cost is that of the new commits."""
    read = LineReader(database.engine, io_manager, settings, context.log.warning).read(context.partition_keys)
    frames: tuple[pd.DataFrame, ...] = read
    for (name, schema), frame in zip(LINE_FRAMES.items(), frames, strict=True):
        show = partial(describe, preview=_PREVIEWS[name])
        describe_repositories(context, name, frame, show)
        yield materialized(name, schema, frame, show(frame))
