"""Servers on loopback that the assets read, and runs of them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from achievement_pipeline.defs.build import build_defs
from achievement_pipeline.defs.partitions import PARTITIONS_NAME
from achievement_pipeline.lanes import GITHUB
from achievement_pipeline.settings import load_settings
from achievement_pipeline_tests.builders import GitRepository
from achievement_pipeline_tests.defs.conftest import QUIET, Pipeline
from achievement_pipeline_tests.servers.github import KEY, TOKEN, GitHubServer
from achievement_pipeline_tests.servers.linear import KEY as LINEAR_KEY
from achievement_pipeline_tests.servers.linear import LinearServer
from achievement_pipeline_tests.servers.mlflow import MlflowServer


@pytest.fixture
def github(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> Iterator[GitHubServer]:
    with GitHubServer() as server:
        monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
        monkeypatch.setenv("GITHUB_API_URL", server.url)
        monkeypatch.setenv("GITHUB_GRAPHQL_URL", f"{server.url}/graphql")
        pipeline.settings = load_settings().collecting(("all",), None)
        pipeline.instance.add_dynamic_partitions(PARTITIONS_NAME, [KEY])
        yield server


@pytest.fixture
def linear(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> Iterator[LinearServer]:
    with LinearServer() as server:
        monkeypatch.setenv("LINEAR_API_KEY", LINEAR_KEY)
        monkeypatch.setenv("LINEAR_API_URL", f"{server.url}/graphql")
        pipeline.settings = load_settings().collecting(("all",), None)
        yield server


@pytest.fixture
def mlflow(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> Iterator[MlflowServer]:
    with MlflowServer() as server:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", server.url)
        pipeline.settings = load_settings().collecting(("all",), None)
        yield server


def run(pipeline: Pipeline, job: str, **keywords: Any) -> dg.ExecuteInProcessResult:
    definition = build_defs(pipeline.settings).resolve_job_def(job)
    return definition.execute_in_process(QUIET, pipeline.instance, raise_on_error=False, **keywords)


def collect_github(pipeline: Pipeline, key: str = KEY) -> dg.ExecuteInProcessResult:
    return run(pipeline, GITHUB.job, partition_key=key)


def why(result: dg.ExecuteInProcessResult) -> str:
    [failure] = [event for event in result.all_events if event.is_step_failure]
    assert failure.step_failure_data.user_failure_data is not None
    return str(failure.step_failure_data.user_failure_data.description)


READ = (
    "raw_repositories",
    "raw_commits",
    "raw_commit_files",
    "path_attributes",
    "commit_contents",
    "dependency_changes",
    "public_names",
    "raw_tags",
    "changelog_entries",
)
"""What the lane reads, in one step."""


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    return GitRepository.create(tmp_path / "project")


def lines(count: int) -> str:
    return "".join(f"value_{number} = {number}\n" for number in range(count))
