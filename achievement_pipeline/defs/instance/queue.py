"""The queue of runs, at which the daemon looks twice a second. ``dagster.yaml`` refers to it."""

from achievement_pipeline.defs.instance.compat import QueuedRunCoordinator


class PromptRunCoordinator(QueuedRunCoordinator):
    """Dagster's own coordinator, whose setting takes whole seconds only: a commit would wait for half of one longer."""

    @property
    def dequeue_interval_seconds(self) -> float:  # type: ignore[override]
        """Half a second: the daemon does not wait for less between two looks."""
        return 0.5
