"""The files of the deployment name settings and modules that exist, and agree with those of one machine."""

import importlib
from pathlib import Path
from typing import Any

import pytest
import yaml

from achievement_pipeline.settings import Environment

_ROOT = Path(__file__).parents[2]
_OURS = {name.upper() for name in Environment.model_fields}
_OTHERS = {"AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}


def _load(name: str) -> Any:
    return yaml.safe_load((_ROOT / "deploy" / name).read_text())


def test_the_container_of_one_machine_keeps_its_data_in_the_volume_that_its_first_lines_name() -> None:
    lines = (_ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    [volume] = [line.removeprefix("VOLUME ") for line in lines if line.startswith("VOLUME ")]
    [run] = [line for line in lines if line.startswith("#   docker run")]
    assert f"--volume achievements:{volume} " in run
    assert f"ENV ACHIEVEMENTS_HOME={volume} \\" in lines
    assert {line.split("=")[0].strip().removeprefix("ENV ") for line in lines if "=/" in line} - {"RUN"} <= _OURS


def test_compose_runs_as_many_at_once_as_there_are_worker_processes() -> None:
    instance = yaml.safe_load((_ROOT / "dagster.yaml").read_text())
    worker = _load("compose.yaml")["services"]["worker"]
    processes = worker["deploy"]["replicas"] * int(worker["command"][-1])
    assert instance["concurrency"]["runs"]["max_concurrent_runs"] == processes


def test_helm_runs_as_many_at_once_as_there_are_worker_processes() -> None:
    coordinator = _load("values.yaml")["dagsterDaemon"]["runCoordinator"]["config"]["queuedRunCoordinator"]
    worker = _load("workers.yaml")["spec"]
    [container] = worker["template"]["spec"]["containers"]
    assert coordinator["maxConcurrentRuns"] == worker["replicas"] * int(container["args"][-1])


def test_every_service_of_compose_has_settings_that_exist_and_depends_on_services_that_do() -> None:
    services = _load("compose.yaml")["services"]
    for service in services.values():
        assert set(service.get("depends_on", ())) <= services.keys()
    for name in ("code", "daemon", "web", "worker"):
        assert set(services[name]["environment"]) <= _OURS | _OTHERS


def test_the_ui_is_published_on_this_machine_only() -> None:
    assert _load("compose.yaml")["services"]["web"]["ports"] == ["127.0.0.1:3000:3000"]


def test_the_code_location_of_compose_has_the_name_that_cursors_hang_on() -> None:
    [location] = _load("workspace.yaml")["load_from"]
    [own] = yaml.safe_load((_ROOT / "workspace.yaml").read_text())["load_from"]
    assert location["grpc_server"]["location_name"] == own["python_module"]["location_name"]


def test_the_helm_values_name_settings_and_classes_that_exist() -> None:
    values = _load("values.yaml")
    for part in (values["dagsterWebserver"], values["dagsterDaemon"]):
        assert {variable["name"] for variable in part["env"]} <= _OURS | _OTHERS
    launcher = values["runLauncher"]["config"]["customRunLauncher"]
    assert hasattr(importlib.import_module(launcher["module"]), launcher["class"])


@pytest.mark.parametrize("name", ["compose.yaml", "workers.yaml"])
def test_the_workers_are_started_by_a_command_that_exists(name: str) -> None:
    assert '"achievements", "worker", "--concurrency", "2"' in (_ROOT / "deploy" / name).read_text()
