"""`achievements collect` and `doctor` with all sources on, as a user runs them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from click.testing import CliRunner, Result

from achievement_pipeline.cli.collect.command import collect
from achievement_pipeline.cli.service.doctor import doctor
from achievement_pipeline.demo.servers.github import changed_file
from achievement_pipeline_tests.builders import GitRepository
from achievement_pipeline_tests.servers.github import TOKEN, GitHubServer
from achievement_pipeline_tests.servers.github import commit as commit_node
from achievement_pipeline_tests.servers.linear import KEY as LINEAR_KEY
from achievement_pipeline_tests.servers.linear import LinearServer
from achievement_pipeline_tests.servers.loopback import Reply
from achievement_pipeline_tests.servers.mlflow import MlflowServer

pytestmark = pytest.mark.e2e


@pytest.fixture
def repository(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> GitRepository:  # noqa: ARG001 - its environment
    """A clone of a repository on GitHub, in which the user stands; no other setting than the databases."""
    repository = GitRepository.create(tmp_path / "repo")
    repository.git("remote", "add", "origin", "https://github.com/octo/repo.git")
    monkeypatch.chdir(repository.path)
    return repository


@pytest.fixture
def github(repository: GitRepository, monkeypatch: pytest.MonkeyPatch) -> Iterator[GitHubServer]:  # noqa: ARG001 - it empties the settings first
    with GitHubServer() as server:
        monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
        monkeypatch.setenv("GITHUB_API_URL", server.url)
        monkeypatch.setenv("GITHUB_GRAPHQL_URL", f"{server.url}/graphql")
        yield server


@pytest.fixture
def linear(repository: GitRepository, monkeypatch: pytest.MonkeyPatch) -> Iterator[LinearServer]:  # noqa: ARG001 - it empties the settings first
    with LinearServer() as server:
        monkeypatch.setenv("LINEAR_API_KEY", LINEAR_KEY)
        monkeypatch.setenv("LINEAR_API_URL", f"{server.url}/graphql")
        yield server


@pytest.fixture
def mlflow(repository: GitRepository, monkeypatch: pytest.MonkeyPatch) -> Iterator[MlflowServer]:  # noqa: ARG001 - it empties the settings first
    with MlflowServer() as server:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", server.url)
        yield server


def run(*arguments: str) -> Result:
    return CliRunner().invoke(collect, arguments)


def test_a_commit_its_pull_request_and_its_issue_are_one_achievement(
    repository: GitRepository, github: GitHubServer, linear: LinearServer
) -> None:
    repository.commit("chore: begin", {"README.md": "Begin\n"})
    sha = repository.commit("feat: index it (#1)", {"index.py": "value = 1\n" * 90})
    issue = linear.workspace.add_issue("Index it", priority=2)
    github.repository.merge(
        "ENG-1: index it",
        mergeCommit={"oid": sha},
        files=[changed_file("index.py", "ADDED", 90, 0)],
        commits=[commit_node("a" * 40)],
    )
    github.faults.append(Reply({"message": "You have exceeded a secondary rate limit."}, 429, {"Retry-After": "1"}))

    result = run("--json", "--author", "all")

    assert result.exit_code == 0, result.output
    assert "⏳ GitHub: the rate limit is reached; retrying in" in result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    assert [source["source"] for source in found["sources"]] == ["GitHub", "Linear"]
    assert found["changes"] == {"new": 1, "changed": 0, "unchanged": 0, "retracted": 0, "restored": 0}
    [achievement] = found["highest"]
    assert achievement["key"] == f"linear:{issue}"
    assert [line["kind"] for line in achievement["evidence"]] == [
        "linear_issue",
        "git_commit",
        "github_pull_request",
    ]


def test_sources_without_news_need_no_run(
    repository: GitRepository, github: GitHubServer, linear: LinearServer, mlflow: MlflowServer
) -> None:
    repository.commit("feat: index it", {"index.py": "value = 1\n" * 90})
    github.repository.merge("Index it", files=[changed_file("index.py", "ADDED", 90, 0)])
    issue = linear.workspace.add_issue("Index it")
    mlflow.add_run({"auc": 0.7}, end_time=1_000, user_id="ada")
    run("--author", "all")
    assert jobs_of_collect() == []
    github.repository.merge("Index more", files=[changed_file("more.py", "ADDED", 90, 0)])
    assert jobs_of_collect() == ["collect_github"]
    linear.workspace.reopen(issue)
    mlflow.add_run({"auc": 0.8}, end_time=2_000, user_id="ada")
    assert jobs_of_collect() == ["collect_linear", "collect_mlflow"]
    github.faults.append(Reply({"message": "You have exceeded a secondary rate limit."}, 429, {"Retry-After": "1"}))
    assert jobs_of_collect() == ["collect_github"]
    assert jobs_of_collect() == []


def jobs_of_collect() -> list[str]:
    """Collect; return the jobs that this ran."""
    with dg.DagsterInstance.get() as instance:
        before = {one.run_id for one in instance.get_runs()}
        assert run("--author", "all").exit_code == 0
        return sorted(one.job_name for one in instance.get_runs() if one.run_id not in before)


@pytest.mark.usefixtures("linear")
def test_a_source_that_fails_stops_no_other_and_is_named(
    repository: GitRepository, mlflow: MlflowServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit("feat: one", {"one.py": "value = 1\n" * 10})
    mlflow.add_run({"auc": 0.7}, end_time=1_000, user_id="ada")
    mlflow.add_run({"auc": 0.8}, end_time=2_000, user_id="ada")
    monkeypatch.setenv("LINEAR_API_KEY", "lin_api_wrong")

    result = run("--author", "all")

    assert result.exit_code == 3
    assert "❌ Linear rejects the key" in result.stderr
    assert "2 achievements" in result.stdout
    assert "off: GitHub (GITHUB_TOKEN)" in result.stdout
    assert "lin_api_wrong" not in result.output
    told = CliRunner().invoke(doctor).stdout
    assert "run collect_linear: failed" in told
    assert told.count("Linear rejects the key") == 2


@pytest.mark.usefixtures("repository", "github", "linear")
def test_doctor_asks_the_sources_that_are_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINEAR_API_KEY", "lin_api_wrong")

    result = CliRunner().invoke(doctor, ["--json"])

    findings = {finding["name"]: finding for finding in json.loads(result.stdout)}
    assert result.exit_code == 1
    assert findings["GitHub"]["health"] == "good"
    assert "4,990 of 5,000 requests left" in findings["GitHub"]["detail"]
    assert findings["Linear"]["health"] == "bad"
    assert "Linear rejects the key" in findings["Linear"]["detail"]
    assert findings["MLflow"]["health"] == "off"
    assert "MLFLOW_TRACKING_URI" in findings["MLflow"]["remedy"]


def test_a_server_that_is_down_is_asked_once_and_after_the_work_on_this_machine(
    repository: GitRepository, github: GitHubServer, tmp_path: Path
) -> None:
    other = GitRepository.create(tmp_path / "other")
    other.git("remote", "add", "origin", "https://github.com/octo/other.git")
    for one in (repository, other):
        one.commit("feat: read it", {"src/read.py": "\n".join(f"line_{n} = {n}" for n in range(60))})
    github.faults.append(Reply(status=429, headers={"Retry-After": "7200"}))
    result = run("--repo", str(repository.path), "--repo", str(other.path), "--author", "all", "--json")
    found = json.loads(result.stdout)
    assert [one["error"] for one in found["repositories"]] == ["", ""]
    assert ["Run again at" in one["error"] for one in found["sources"]] == [True]
    assert len([request for request in github.requests if request.path == "/graphql"]) == 1
    assert result.exit_code == 3
