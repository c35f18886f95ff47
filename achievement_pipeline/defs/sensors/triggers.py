"""What starts each lane by itself: whether it is on, how often its source is looked at, and how to switch it on."""

from dataclasses import dataclass

from achievement_pipeline.defs import jobs
from achievement_pipeline.settings import Settings


@dataclass(frozen=True)
class Trigger:
    """Of one lane."""

    lane: str
    job: str
    is_on: bool
    remedy: str
    """How to switch it on."""
    seconds: int
    """From one look at its source to the next."""
    host: str | None = None
    """Of the repositories that it is for, where it is for repositories and not for all of them."""
    by_repository: bool = False

    @property
    def why_off(self) -> str:
        """Why nothing starts by itself, and what to do about it."""
        return f"The {self.lane} lane is off. To switch it on: {self.remedy}."

    def describe(self, what: str) -> str:
        """Return what one of its sensors or schedules does, for people, who see no more than this while it is off."""
        return what if self.is_on else f"{self.why_off} {what}"


def triggers(settings: Settings) -> dict[str, Trigger]:
    """Return the triggers of all lanes, by lane."""
    environment = settings.environment
    found = [
        Trigger(
            "git",
            jobs.COLLECT_GIT,
            environment.enable_git_tracking,
            "ENABLE_GIT_TRACKING=true",
            environment.git_check_interval,
            by_repository=True,
        ),
        Trigger(
            "github",
            jobs.COLLECT_GITHUB,
            settings.github_is_on,
            "set GITHUB_TOKEN, or in achievements.toml [github] enabled = true",
            environment.github_check_interval,
            settings.github_host,
            by_repository=True,
        ),
        Trigger(
            "linear",
            jobs.COLLECT_LINEAR,
            environment.linear_api_key is not None,
            "set LINEAR_API_KEY",
            environment.linear_check_interval,
        ),
        Trigger(
            "mlflow",
            jobs.COLLECT_MLFLOW,
            environment.mlflow_server is not None,
            "set MLFLOW_TRACKING_URI to the http address of a tracking server",
            environment.mlflow_check_interval,
        ),
    ]
    return {trigger.lane: trigger for trigger in found}
