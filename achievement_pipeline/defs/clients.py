"""The ways to GitHub, Linear and MLflow, as the settings have them."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import dagster as dg

from achievement_pipeline.defs.instance.retries import retried_while_unavailable
from achievement_pipeline.defs.resources import Database
from achievement_pipeline.defs.ui.progress import ReportsProgress
from achievement_pipeline.errors import SettingsError
from achievement_pipeline.http import Authorization, Wire
from achievement_pipeline.settings import Settings
from achievement_pipeline.sources.github import GitHubClient
from achievement_pipeline.sources.linear import API_URL as LINEAR_API_URL
from achievement_pipeline.sources.linear import LinearClient
from achievement_pipeline.sources.mlflow import MlflowClient
from achievement_pipeline.store.turns import Turn, hold_turn

GITHUB_IS_OFF = "GitHub is off. Set GITHUB_TOKEN; or, for public repositories alone, [github] enabled = true."
LINEAR_IS_OFF = "Linear is off. Set LINEAR_API_KEY to switch it on."
MLFLOW_IS_OFF = "MLflow is off. Set MLFLOW_TRACKING_URI to the http address of a tracking server to switch it on."


def github_client(settings: Settings, wire: Wire | None = None) -> GitHubClient:
    """Return the way to GitHub.

    Raises:
        SettingsError: It is off, or its addresses are no pair.
        SourceError: The token or an address can't be one.
    """
    environment = settings.environment
    if not settings.github_is_on:
        raise SettingsError(GITHUB_IS_OFF)
    return GitHubClient(environment.github_token, *settings.github_addresses, wire=wire)


def linear_client(settings: Settings, wire: Wire | None = None) -> LinearClient:
    """Return the way to Linear.

    Raises:
        SettingsError: It is off.
        SourceError: The key or the address can't be one.
    """
    environment = settings.environment
    if environment.linear_api_key is None:
        raise SettingsError(LINEAR_IS_OFF)
    return LinearClient(environment.linear_api_key, environment.linear_api_url or LINEAR_API_URL, wire=wire)


def mlflow_client(settings: Settings, wire: Wire | None = None) -> MlflowClient:
    """Return the way to the MLflow tracking server.

    Raises:
        SettingsError: It is off.
        SourceError: The token or the address can't be one.
    """
    environment = settings.environment
    if environment.mlflow_server is None:
        raise SettingsError(MLFLOW_IS_OFF)
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
    return MlflowClient(environment.mlflow_server, authorization, wire=wire)


def telling(context: dg.AssetExecutionContext, progress: ReportsProgress) -> Wire:
    """Return the usual patience, waits told of."""
    return Wire(progress=lambda text: progress.say(context, text))


@contextmanager
def one_run_at_a_time(
    context: dg.AssetExecutionContext, database: Database, progress: ReportsProgress, source: str
) -> Iterator[None]:
    """Let one run ask a source at a time, so that its limits are counted once; the others wait and say so."""
    say = partial(progress.say, context)
    with retried_while_unavailable(context), hold_turn(database.engine, Turn.to_ask(source), say):
        yield
