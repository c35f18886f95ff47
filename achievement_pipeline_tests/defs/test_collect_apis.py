"""The lanes of GitHub, Linear and MLflow as a whole: from servers on loopback to achievements in a real Postgres."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import dagster as dg
import pytest

from achievement_pipeline.defs.build import build_defs
from achievement_pipeline.defs.partitions import PARTITIONS_NAME
from achievement_pipeline.defs.requests import WITHOUT_CACHE
from achievement_pipeline.lanes import GITHUB, LINEAR, MLFLOW
from achievement_pipeline.settings import load_settings
from achievement_pipeline.store.approvals import origins
from achievement_pipeline.store.repositories import remember_repository
from achievement_pipeline_tests.defs.conftest import QUIET, Pipeline
from achievement_pipeline_tests.servers.github import BOB, KEY, TOKEN, GitHubServer, account, changed_file
from achievement_pipeline_tests.servers.linear import KEY as LINEAR_KEY
from achievement_pipeline_tests.servers.linear import LinearServer
from achievement_pipeline_tests.servers.mlflow import MlflowServer

pytestmark = pytest.mark.e2e


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


def test_a_merged_pull_request_and_its_review_become_achievements(pipeline: Pipeline, github: GitHubServer) -> None:
    number = github.repository.merge(
        "feat(api): index it", labels=["perf"], files=[changed_file("src/index.py", additions=190, deletions=10)]
    )
    github.repository.review(number, BOB, "CHANGES_REQUESTED", "Why?")
    github.repository.merge("Bump it", author=account("dependabot", "Bot"))

    assert collect_github(pipeline).success

    pull, review = pipeline.achievements()
    assert (pull.key, pull.title, pull.category, pull.author) == (
        "github:octo/repo#1",
        "Index it",
        "performance",
        "ada@example.org",
    )
    assert (pull.impact_score, pull.complexity_score) == (52.89, 52.0)
    assert pull.skills_demonstrated == ["Performance engineering", "Python"]
    assert (review.key, review.author) == ("github:octo/repo#1/review/bob", "bob@users.noreply.github.com")


def test_a_completed_issue_and_its_project_become_achievements(pipeline: Pipeline, linear: LinearServer) -> None:
    project = linear.workspace.add_project("Faster")
    issue = linear.workspace.add_issue("Index it", priority=1, estimate=5.0, project=project)

    assert run(pipeline, LINEAR.job).success

    achievements = {achievement.key: achievement for achievement in pipeline.achievements()}
    assert achievements.keys() == {f"linear:{issue}", f"linear:{project}"}
    scored = achievements[f"linear:{issue}"]
    assert (scored.title, scored.author, scored.impact_score, scored.complexity_score) == (
        "Index it",
        "ada@example.org",
        90.0,
        80.0,
    )
    assert achievements[f"linear:{project}"].impact_score == 72.0


def test_a_reopened_issue_is_retracted_and_comes_back(pipeline: Pipeline, linear: LinearServer) -> None:
    issue = linear.workspace.add_issue()
    run(pipeline, LINEAR.job)
    linear.workspace.reopen(issue)
    run(pipeline, LINEAR.job)
    assert pipeline.achievements() == []
    linear.workspace.complete(issue)
    run(pipeline, LINEAR.job)
    assert [achievement.key for achievement in pipeline.achievements()] == [f"linear:{issue}"]


def test_a_new_best_becomes_an_achievement(pipeline: Pipeline, mlflow: MlflowServer) -> None:
    mlflow.add_run({"val_auc": 0.7}, end_time=1_000, user_id="ada")
    best = mlflow.add_run({"val_auc": 0.8}, end_time=2_000, user_id="ada")
    mlflow.add_run({"val_auc": "NaN"}, end_time=3_000, user_id="ada")

    assert run(pipeline, MLFLOW.job).success

    [achievement] = pipeline.achievements()
    assert achievement.key == f"mlflow:{mlflow.url.removeprefix('http://')}/{best}"
    assert (achievement.title, achievement.impact_score) == ("Best val_auc of churn: 0.8", 60.0)


@pytest.mark.parametrize("private", [False, True])
def test_github_says_who_can_see_a_repository(pipeline: Pipeline, github: GitHubServer, private: bool) -> None:
    github.repository.private = private
    github.repository.merge()
    remember_repository(pipeline.engine, KEY, f"https://{KEY}", "default")

    collect_github(pipeline)

    with pipeline.engine.connect() as connection:
        (origin,) = origins(connection)
    assert origin.visibility == ("private" if private else "public")


def test_nothing_new_takes_one_request_of_github(pipeline: Pipeline, github: GitHubServer) -> None:
    for _ in range(3):
        github.repository.merge()
    collect_github(pipeline)
    with github.counted() as requests:
        collect_github(pipeline)
    assert len(requests) == 1


def test_a_repository_that_lies_elsewhere_has_no_pull_requests(pipeline: Pipeline, github: GitHubServer) -> None:
    pipeline.instance.add_dynamic_partitions(PARTITIONS_NAME, ["gitlab.com/octo/repo"])
    with github.counted() as requests:
        assert collect_github(pipeline, "gitlab.com/octo/repo").success
    assert requests == []


@pytest.mark.parametrize(
    ("job", "setting"),
    [(GITHUB.job, "GITHUB_TOKEN"), (LINEAR.job, "LINEAR_API_KEY"), (MLFLOW.job, "MLFLOW_TRACKING_URI")],
)
def test_a_source_that_is_off_fails_and_names_its_setting(pipeline: Pipeline, job: str, setting: str) -> None:
    pipeline.instance.add_dynamic_partitions(PARTITIONS_NAME, [KEY])
    result = run(pipeline, job, **({"partition_key": KEY} if job == GITHUB.job else {}))
    assert not result.success
    assert setting in why(result)


def test_the_same_mlflow_server_by_another_address_is_the_same_server(
    pipeline: Pipeline, mlflow: MlflowServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    mlflow.add_run({"val_auc": 0.7}, end_time=1_000, user_id="ada")
    mlflow.add_run({"val_auc": 0.8}, end_time=2_000, user_id="ada")
    assert run(pipeline, MLFLOW.job).success
    [before] = pipeline.achievements()
    monkeypatch.setenv("MLFLOW_TRACKING_URI", mlflow.url.replace("127.0.0.1", "localhost"))
    pipeline.settings = load_settings().collecting(("all",), None)
    best = mlflow.add_run({"val_auc": 0.9}, end_time=3_000, user_id="ada")

    assert run(pipeline, MLFLOW.job).success

    after = pipeline.achievements(retracted=True)
    server = before.key.rpartition("/")[0]
    assert sorted(one.key for one in after) == sorted([before.key, f"{server}/{best}"])
    assert all(one.retracted_reason is None for one in after)


@pytest.mark.parametrize("uri", ["sqlite:///mlruns.db", "file:///tmp/mlruns", "databricks", "./mlruns"])
def test_a_tracking_address_that_names_no_server_leaves_mlflow_off(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch, uri: str
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    assert load_settings().environment.mlflow_server is None
    assert pipeline.achievements() == []


def test_the_nightly_run_sees_what_touches_nothing(pipeline: Pipeline, github: GitHubServer) -> None:
    github.repository.step = timedelta(hours=1)
    number = github.repository.merge("feat: index it", labels=["perf"])
    github.repository.merge("Bump it", author=account("dependabot", "Bot"))
    collect_github(pipeline)
    github.repository.pulls[number]["labels"] = ["docs"]  # a label that was renamed does not move its pull requests
    collect_github(pipeline)
    [stale] = pipeline.achievements()
    run(pipeline, GITHUB.job, partition_key=KEY, tags={WITHOUT_CACHE: "true"})
    [fresh] = pipeline.achievements()
    assert (stale.category, fresh.category) == ("performance", "documentation")
