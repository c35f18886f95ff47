"""The resource that reads histories of git."""

from typing import cast

import dagster as dg
import pandas as pd
from pandera.typing import DataFrame

from achievement_pipeline.app.collect.readings.ahead import ReadAhead
from achievement_pipeline.app.collect.readings.histories import Histories, HistoryReader, RepositoryHistory, Wanted
from achievement_pipeline.defs.instance.io_manager import ParquetIOManager
from achievement_pipeline.defs.resources.shared import Database
from achievement_pipeline.defs.ui.progress import ReportsProgress, reporting
from achievement_pipeline.errors import SourceError
from achievement_pipeline.frames import SchemaT, typed
from achievement_pipeline.settings import Settings


class GitHistories(dg.ConfigurableResource):
    """Reads the histories of repositories that the database knows."""

    database: dg.ResourceDependency[Database]
    io_manager: dg.ResourceDependency[ParquetIOManager]
    progress: dg.ResourceDependency[ReportsProgress]
    settings: dg.ResourceDependency[Settings]
    ahead: dg.ResourceDependency[ReadAhead[RepositoryHistory] | None]

    def read(self, context: dg.AssetExecutionContext, wanted: Wanted) -> Histories:
        """Read the histories of the run's repositories.

        Raises:
            dagster.Failure: None of them can be read.
        """
        reader = HistoryReader(
            self.database.engine, self.io_manager, self.settings, reporting(context, self.progress), self.ahead
        )
        try:
            return reader.read(context.partition_keys, wanted)
        except SourceError as error:
            raise dg.Failure(str(error), allow_retries=False) from error

    def judged_ahead(self, asset: str, schema: type[SchemaT]) -> DataFrame[SchemaT] | None:
        """Return the frame of an asset that was judged with the history that was read ahead.

        Returns:
            None if there is none: the asset judges then.
        """
        judged = self.ahead.take_next(asset) if self.ahead else None
        return None if judged is None else typed(schema, cast("pd.DataFrame", judged))
