"""The service sees what is new at GitHub, Linear and MLflow by itself."""

import subprocess
from pathlib import Path

import pytest
import sqlalchemy as sa

from achievement_pipeline.demo.servers.github import changed_file
from achievement_pipeline.settings import Environment
from achievement_pipeline_tests.builders import GitRepository
from achievement_pipeline_tests.cluster import stored
from achievement_pipeline_tests.running import running_service, wait_until
from achievement_pipeline_tests.servers.github import TOKEN, GitHubServer
from achievement_pipeline_tests.servers.linear import KEY as LINEAR_KEY
from achievement_pipeline_tests.servers.linear import LinearServer
from achievement_pipeline_tests.servers.mlflow import MlflowServer


@pytest.mark.e2e
@pytest.mark.soak
@pytest.mark.timeout(1200)
def test_new_work_of_every_source_becomes_an_achievement_by_its_sensor(
    tmp_path: Path, database_url: str, engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = GitRepository.create(tmp_path / "repository")
    repository.commit("feat: begin", {"begin.py": "value = 0\n" * 60})
    origin = "https://github.com/octo/repo.git"
    subprocess.run(["git", "remote", "add", "origin", origin], cwd=repository.path, check=True)
    with GitHubServer() as github, LinearServer() as linear, MlflowServer() as mlflow:
        for name in Environment.model_fields:
            monkeypatch.delenv(name.upper(), raising=False)
        variables = {
            "DAGSTER_HOME": "",
            "ACHIEVEMENTS_HOME": str(tmp_path / "home"),
            "XDG_CONFIG_HOME": str(tmp_path / "config"),
            "DATABASE_URL": database_url,
            "GIT_REPO_PATH": str(repository.path),
            "GITHUB_TOKEN": TOKEN,
            "GITHUB_API_URL": github.url,
            "GITHUB_GRAPHQL_URL": f"{github.url}/graphql",
            "LINEAR_API_KEY": LINEAR_KEY,
            "LINEAR_API_URL": f"{linear.url}/graphql",
            "MLFLOW_TRACKING_URI": mlflow.url,
            **{f"{source}_CHECK_INTERVAL": "60" for source in ("GITHUB", "LINEAR", "MLFLOW")},
        }
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        settings = tmp_path / "config/achievement-pipeline/achievements.toml"
        settings.parent.mkdir(parents=True)
        settings.write_text('[collect]\nauthors = ["all"]\n')
        with running_service(tmp_path / "service.log"):
            wait_until(lambda: all(server.requests for server in (github, linear, mlflow)))
            number = github.repository.merge("feat: index it", files=[changed_file("src/index.py", additions=190)])
            issue = linear.workspace.add_issue("Index it")
            mlflow.add_run({"val_auc": 0.7}, end_time=1_000, user_id="ada")
            best = mlflow.add_run({"val_auc": 0.8}, end_time=2_000, user_id="ada")

            new = {
                f"github:octo/repo#{number}",
                f"linear:{issue}",
                f"mlflow:{mlflow.url.removeprefix('http://')}/{best}",
            }
            wait_until(lambda: new <= {str(row["key"]) for row in stored(engine)})
