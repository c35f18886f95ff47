"""What environment variables hold."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from achievement_pipeline.publishing.linkedin.settings import API_URL, OAUTH_URL
from achievement_pipeline.settings.locations import in_full_from_here, split_locations
from achievement_pipeline.system.paths import expand_home


class CeleryTasks(StrEnum):
    """What a task of Celery is."""

    RUNS = "runs"
    """Dagster's run launcher for Celery: fewer, longer tasks. A run whose worker was killed is started again."""
    STEPS = "steps"
    """Dagster's executor for Celery: the assets of one run on several machines."""


class LogFormat(StrEnum):
    """For whom the service logs."""

    TEXT = "text"
    JSON = "json"


class Environment(BaseSettings):
    """What environment variables hold; an empty one counts as unset."""

    model_config = SettingsConfigDict(env_ignore_empty=True, frozen=True, extra="ignore")

    git_repo_path: Annotated[
        tuple[Annotated[str, AfterValidator(in_full_from_here)], ...], NoDecode, BeforeValidator(split_locations)
    ] = Field(
        default=(),
        description="Repositories to read: paths, folders of repositories or clone URLs, separated as in PATH",
    )
    git_check_interval: int = Field(
        default=300,
        ge=30,
        description="Seconds from one look at the repositories given by URL to the next while the service runs",
    )
    enable_git_tracking: bool = Field(default=True, description="Whether the git lane is on")
    min_lines_for_achievement: int | None = Field(
        default=None, ge=0, description="More effective lines make a commit significant; wins over achievements.toml"
    )
    github_token: SecretStr | None = Field(
        default=None, description="Token of GitHub: switches the github lane on, for private repositories too"
    )
    github_api_url: str | None = Field(
        default=None, description="REST address of an Enterprise server or proxy; unset: GitHub's own"
    )
    github_graphql_url: str | None = Field(
        default=None, description="GraphQL address of an Enterprise server or proxy; unset: GitHub's own"
    )
    linear_api_key: SecretStr | None = Field(default=None, description="Key of Linear: switches the linear lane on")
    linear_api_url: str | None = Field(default=None, description="GraphQL address; unset: Linear's own")
    linear_check_interval: int = Field(
        default=300, ge=30, description="Seconds from one look at Linear to the next while the service runs"
    )
    github_check_interval: int = Field(
        default=900, ge=60, description="Seconds from one look at GitHub to the next while the service runs"
    )
    mlflow_check_interval: int = Field(
        default=600, ge=30, description="Seconds from one look at MLflow to the next while the service runs"
    )
    mlflow_tracking_uri: str | None = Field(
        default=None, description="http(s) address of the tracking server: switches the mlflow lane on"
    )
    mlflow_tracking_username: str | None = Field(default=None, description="User of the tracking server")
    mlflow_tracking_password: SecretStr | None = Field(default=None, description="Password of that user")
    mlflow_tracking_token: SecretStr | None = Field(
        default=None, description="Token of the tracking server, where it takes one; a user and password win"
    )
    failure_webhook_url: SecretStr | None = Field(
        default=None, description="Incoming webhook that is notified of failed runs: Slack, Discord, ..."
    )
    linkedin_client_id: str | None = Field(default=None, description="The app at LinkedIn that posts for you")
    linkedin_client_secret: SecretStr | None = Field(default=None, description="The secret of that app")
    linkedin_api_url: str = Field(default=API_URL, description="Address of LinkedIn's API")
    linkedin_oauth_url: str = Field(default=OAUTH_URL, description="Address of LinkedIn's login")
    wording_api_key: SecretStr | None = Field(
        default=None, description="Key of the API in [wording], where it needs one"
    )
    database_url: SecretStr | None = Field(
        default=None, description="PostgreSQL of the achievements; unset: an embedded server is used"
    )
    dagster_database_url: SecretStr | None = Field(
        default=None, description="PostgreSQL of Dagster's own records; unset: database 'dagster' beside DATABASE_URL"
    )
    achievements_home: Annotated[Path, AfterValidator(lambda path: Path.cwd() / expand_home(path))] | None = Field(
        default=None, description="Folder of all data that is kept; unset: the user's data folder"
    )
    achievements_config: Annotated[Path, AfterValidator(lambda path: Path.cwd() / expand_home(path))] | None = Field(
        default=None, description="The achievements.toml that counts; unset: the one in the user's configuration folder"
    )
    achievements_frames: Annotated[str, AfterValidator(in_full_from_here)] | None = Field(
        default=None, description="Folder or object store URL of the dataframes; unset: a folder in the home"
    )
    achievements_celery_broker: SecretStr | None = Field(
        default=None, description="Broker of Celery: runs are done by the workers of many machines"
    )
    achievements_celery_backend: SecretStr | None = Field(
        default=None, description="Where Celery keeps the states of tasks; unset: in the broker, where it is Redis"
    )
    achievements_celery_tasks: CeleryTasks = Field(
        default=CeleryTasks.RUNS, description="What is handed to a worker: whole runs, or single steps"
    )
    achievements_log_format: LogFormat = Field(
        default=LogFormat.TEXT, description="What the service prints: text for people, or json for machines"
    )

    @property
    def mlflow_server(self) -> str | None:
        """The address of the tracking server; None where MLFLOW_TRACKING_URI names a file, a database or Databricks."""
        uri = self.mlflow_tracking_uri or ""
        return uri if uri.lower().startswith(("http://", "https://")) else None
