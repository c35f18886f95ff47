"""MLflow for tests: a real server of the released package, and its recorded answers.

The package is heavy, and none of ours needs it, so it is no part of the test environment: the first test that wants it
installs it in an environment of its own, which pytest's cache keeps (`install_mlflow`).

``python -m achievement_pipeline_tests.servers.mlflow`` records again: it prints every answer of a real server to the
requests of one reading, three rows a page.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from achievement_pipeline.sources.mlflow import MlflowClient, read_runs
from achievement_pipeline_tests.servers.loopback import Clock, Loopback, Reply, Request

RECORDED = Path(__file__).parent / "recorded" / "mlflow.json"
RECORDED_PAGE = 3
_SCENARIO = Path(__file__).parent / "mlflow_scenario.py"
_PATIENCE = 240.0
_RELEASE = "mlflow>=3.17,<4"

_Node = dict[str, Any]


def install_mlflow(folder: Path) -> str:
    """Install MLflow in an environment at `folder`, unless it is there, and return the interpreter that has it.

    The environment sees the packages of this one, so that pip installs only what they lack: half of 850 MB.

    Raises:
        subprocess.CalledProcessError: It can't be installed, as without a network.
    """
    python = str(folder / "bin" / "python")
    done = folder / "installed"
    if not done.exists():
        uv = shutil.which("uv")
        make = [uv, "venv", "-q"] if uv else [sys.executable, "-m", "venv"]
        install = [uv, "pip", "install", "--python", python] if uv else [python, "-m", "pip", "install", "--no-compile"]
        subprocess.run([*make, str(folder)], check=True)
        seen = Path(sysconfig.get_path("purelib", vars={"base": str(folder)})) / "seen.pth"
        seen.write_text(sysconfig.get_path("purelib"), encoding="utf-8")
        subprocess.run([*install, "-q", _RELEASE], check=True)
        done.touch()
    return python


@contextmanager
def real_server(python: str, folder: Path) -> Iterator[str]:
    """Start a real server with an SQLite store, log the scenario to it, and give its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    uri = f"http://127.0.0.1:{port}"
    store = ["--backend-store-uri", f"sqlite:///{folder}/mlflow.db", "--artifacts-destination", f"{folder}/artifacts"]
    command = [python, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1", *store]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            command,
            stdout=log,
            stderr=log,
            cwd=folder,
            env={**os.environ, "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"},
            start_new_session=True,
        )
        try:
            _wait_until_ready(uri, server)
            _log_scenario(python, uri, folder)
            yield uri
        finally:
            os.killpg(server.pid, 15)
            server.wait(30)


def _wait_until_ready(uri: str, server: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end and server.poll() is None:
        try:
            if requests.get(f"{uri}/health", timeout=1).ok:
                return
        except requests.RequestException:
            time.sleep(0.5)
    raise TimeoutError(f"the MLflow server at {uri} did not start")


def _log_scenario(python: str, uri: str, folder: Path) -> None:
    """Run the scenario as a script of a repository: MLflow logs the commit that it is at."""
    repository = folder / "repository"
    repository.mkdir()
    script = repository / "train.py"
    script.write_bytes(_SCENARIO.read_bytes())
    who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    for arguments in (["init", "-q"], ["add", "."], [*who, "commit", "-qm", "feat: train"]):
        subprocess.run(["git", *arguments], cwd=repository, check=True)
    subprocess.run(["git", "remote", "add", "origin", "https://github.com/octo/churn.git"], cwd=repository, check=True)
    subprocess.run(
        [python, str(script), uri],
        cwd=repository,
        check=True,
        timeout=_PATIENCE,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "LOGNAME": "ada"},
    )


class RecordedServer(Loopback):
    """Answers as the recorded server did, to the requests that it was asked."""

    def __init__(self, clock: Clock | None = None) -> None:
        exchanges = json.loads(RECORDED.read_text(encoding="utf-8"))
        self._answers = {_key(one["path"], one["query"], one["body"]): one["answer"] for one in exchanges}
        super().__init__(lambda request: Reply(self._answers[_key(request.path, request.query, request.body)]), clock)

    def client(self) -> MlflowClient:
        return MlflowClient(self.url, page=RECORDED_PAGE, options=self.clock.request_options())


class MlflowServer(Loopback):
    """A tracking server in memory that answers the three searches in the shapes that were recorded, to any size."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.experiments: list[_Node] = [{"experiment_id": "1", "name": "churn", "lifecycle_stage": "active"}]
        self.runs: list[_Node] = []
        self.versions: list[_Node] = []
        super().__init__(self._answer, clock)

    def client(self, page: int = 1000) -> MlflowClient:
        return MlflowClient(self.url, page=page, options=self.clock.request_options())

    def add_run(self, metrics: Mapping[str, object] | None = None, experiment: str = "1", **info: Any) -> str:
        number = len(self.runs) + 1
        values = {"run_id": f"{number:032x}", "experiment_id": experiment, "status": "FINISHED", "start_time": number}
        logged = [{"key": key, "value": value, "timestamp": 1, "step": 0} for key, value in (metrics or {}).items()]
        self.runs.append({"info": {**values, **info}, "data": {"metrics": logged} if logged else {}})
        return str(values["run_id"])

    def _answer(self, request: Request) -> Reply:
        asked = {**request.query, **(request.body or {})}
        what = request.path.removeprefix("/api/2.0/mlflow/").removesuffix("/search").replace("-", "_")
        rows = {"experiments": self.experiments, "runs": self._search_runs(asked), "model_versions": self.versions}
        start, size = int(asked.get("page_token", 0)), int(asked["max_results"])
        page = rows[what][start : start + size]
        more = {"next_page_token": str(start + size)} if len(rows[what]) > start + size else {}
        return Reply({**({what: page} if page else {}), **more})

    def _search_runs(self, asked: _Node) -> list[_Node]:
        wanted = [run for run in self.runs if run["info"]["experiment_id"] in asked.get("experiment_ids", [])]
        return sorted(wanted, key=lambda run: run["info"]["start_time"])


def _key(path: str, query: Mapping[str, str], body: object) -> str:
    return json.dumps([path, query, body], sort_keys=True)


def _recording(uri: str, exchanges: list[_Node]) -> Callable[[Request], Reply]:
    """Return what passes each request on to a server, and records the exchange."""

    def forward(request: Request) -> Reply:
        answer = requests.request(
            request.method, f"{uri}{request.path}", params=request.query, json=request.body, timeout=60
        ).json()
        exchanges.append({"path": request.path, "query": request.query, "body": request.body, "answer": answer})
        return Reply(answer)

    return forward


def main() -> None:
    """Record the answers of a real server."""
    exchanges: list[_Node] = []
    with tempfile.TemporaryDirectory() as kept, tempfile.TemporaryDirectory() as folder:
        python = install_mlflow(Path(kept) / "mlflow")
        with real_server(python, Path(folder)) as uri, Loopback(_recording(uri, exchanges)) as proxy:
            read_runs(MlflowClient(proxy.url, page=RECORDED_PAGE))
    sys.stdout.write(json.dumps(exchanges, indent=1) + "\n")


if __name__ == "__main__":
    main()
