"""The resource that reads histories of git."""

import dagster as dg

from achievement_pipeline.app.collect.readings.ahead import ReadAhead
from achievement_pipeline.app.collect.readings.histories import Histories, HistoryReader, RepositoryHistory, Wanted
from achievement_pipeline.defs.instance.io_manager import ParquetIOManager
from achievement_pipeline.defs.resources.shared import Database
from achievement_pipeline.defs.ui.progress import ReportsProgress, reporting
from achievement_pipeline.errors import SourceError
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
