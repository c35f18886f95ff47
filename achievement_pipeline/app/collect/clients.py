"""The clients of the sources' APIs, as the settings have them."""

from achievement_pipeline.errors import SettingsError
from achievement_pipeline.http import Authorization, RequestOptions
from achievement_pipeline.lanes import GITHUB, LINEAR, MLFLOW
from achievement_pipeline.settings import Settings
from achievement_pipeline.sources.github import GitHubClient
from achievement_pipeline.sources.linear import API_URL as LINEAR_API_URL
from achievement_pipeline.sources.linear import LinearClient
from achievement_pipeline.sources.mlflow import MlflowClient


def github_client(settings: Settings, options: RequestOptions | None = None) -> GitHubClient:
    """Return the client of GitHub.

    Raises:
        SettingsError: It is off, or its addresses are no pair.
        SourceError: The token or an address is malformed.
    """
    if not settings.github_is_on:
        raise SettingsError(GITHUB.why_off)
    return GitHubClient(settings.environment.github_token, *settings.github_addresses, options=options)


def linear_client(settings: Settings, options: RequestOptions | None = None) -> LinearClient:
    """Return the client of Linear.

    Raises:
        SettingsError: It is off.
        SourceError: The key or the address is malformed.
    """
    environment = settings.environment
    if environment.linear_api_key is None:
        raise SettingsError(LINEAR.why_off)
    return LinearClient(environment.linear_api_key, environment.linear_api_url or LINEAR_API_URL, options=options)


def mlflow_client(settings: Settings, options: RequestOptions | None = None) -> MlflowClient:
    """Return the client of the MLflow tracking server.

    Raises:
        SettingsError: It is off, or a user is set without a password.
        SourceError: The token or the address is malformed.
    """
    environment = settings.environment
    if environment.mlflow_server is None:
        raise SettingsError(MLFLOW.why_off)
    authorization = None
    if environment.mlflow_tracking_username and environment.mlflow_tracking_password:
        authorization = Authorization.basic(environment.mlflow_tracking_username, environment.mlflow_tracking_password)
    elif environment.mlflow_tracking_username or environment.mlflow_tracking_password:
        raise SettingsError(
            "MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD go together: set both, or neither and "
            "MLFLOW_TRACKING_TOKEN."
        )
    elif environment.mlflow_tracking_token:
        authorization = Authorization(environment.mlflow_tracking_token)
    return MlflowClient(environment.mlflow_server, authorization, options=options)
