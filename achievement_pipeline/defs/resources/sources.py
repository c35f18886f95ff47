"""The resources of the sources that have an API: the UI shows what they are, and how to switch them on."""

from typing import Any

import dagster as dg
from pydantic import Field

from achievement_pipeline.defs.resources.waits import request_options
from achievement_pipeline.defs.ui.progress import ReportsProgress
from achievement_pipeline.lanes import LANES, Lane, lane_of
from achievement_pipeline.settings import Settings


class SourceApi(dg.ConfigurableResource):
    """The API of one source.

    Example:
        ```python
        @dg.asset
        def issues(context: dg.AssetExecutionContext, linear: SourceApi) -> None:
            client: LinearClient = linear.connect(context)
        ```
    """

    lane: str = Field(description="Name of the lane")
    reads: str = Field(description="What is read from it")
    is_on: bool = Field(description="Whether the settings switch it on")
    switch: str = Field(description="The setting that switches it on; tokens are never shown")
    settings: dg.ResourceDependency[Settings]
    progress: dg.ResourceDependency[ReportsProgress]

    @classmethod
    def of(cls, lane: Lane, settings: Settings, progress: ReportsProgress) -> "SourceApi":
        """Return the resource of a lane."""
        return cls(
            lane=lane.name,
            reads=lane.work,
            is_on=lane.is_on(settings),
            switch=lane.switch,
            settings=settings,
            progress=progress,
        )

    def connect(self, context: dg.AssetExecutionContext) -> Any:  # noqa: ANN401 - each lane has a client of its own
        """Return the client, which reports its waits to the run.

        Raises:
            SettingsError: The source is off.
            SourceError: The token or an address is malformed.
        """
        return lane_of(self.lane).connect(self.settings, request_options(context, self.progress))


def source_apis(settings: Settings, progress: ReportsProgress) -> dict[str, SourceApi]:
    """Return the resources of all lanes that have an API, by the lane's name."""
    return {lane.name: SourceApi.of(lane, settings, progress) for lane in LANES if lane.client}
