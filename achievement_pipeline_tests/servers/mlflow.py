"""MLflow for tests: a real server of the released package, and its recorded answers.

The package is heavy, and none of ours needs it, so it is no part of the test environment: the first test that wants it
installs it in an environment of its own, which pytest's cache keeps (`install_mlflow`).

``python -m achievement_pipeline_tests.servers.mlflow`` records again: it prints every answer of a real server to the
requests of one reading, three rows a page.
"""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import requests

from achievement_pipeline.demo.servers import mlflow as served
from achievement_pipeline.demo.servers.loopback import Node, Reply, Request
from achievement_pipeline.sources.mlflow import MlflowClient, read_runs
from achievement_pipeline_tests.running import free_port
from achievement_pipeline_tests.servers.loopback import Clock, DisturbedServer, Loopback

RECORDED = Path(__file__).parent / "recorded" / "mlflow.json"
RECORDED_PAGE = 3
_SCENARIO = Path(__file__).parent / "mlflow_scenario.py"
_PATIENCE = 240.0
_RELEASE = "mlflow>=3.17,<4"


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
        make = [uv, "venv", "-q"] if uv else [sys.executable, "-m", "venv", "--without-pip"]
        pip = [uv, "pip"] if uv else [sys.executable, "-m", "pip"]
        options = ["--python", python]
        install = [*pip, "install", *options] if uv else [*pip, *options, "install", "--no-compile"]
        subprocess.run([*make, str(folder)], check=True)
        seen = Path(sysconfig.get_path("purelib", vars={"base": str(folder)})) / "seen.pth"
        seen.write_text(sysconfig.get_path("purelib"), encoding="utf-8")
        subprocess.run([*install, "-q", _RELEASE], check=True)
        done.touch()
    return python


@contextmanager
def real_server(python: str, folder: Path) -> Iterator[str]:
    """Start a real server with an SQLite store, log the scenario to it, and give its address."""
    port = free_port()
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


class MlflowServer(DisturbedServer, served.MlflowServer):
    """A tracking server in memory."""

    def client(self, page: int = 1000) -> MlflowClient:
        return MlflowClient(self.url, page=page, options=self.clock.request_options())


def _key(path: str, query: Mapping[str, str], body: object) -> str:
    return json.dumps([path, query, body], sort_keys=True)


def _recording(uri: str, exchanges: list[Node]) -> Callable[[Request], Reply]:
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
    exchanges: list[Node] = []
    with tempfile.TemporaryDirectory() as kept, tempfile.TemporaryDirectory() as folder:
        python = install_mlflow(Path(kept) / "mlflow")
        with real_server(python, Path(folder)) as uri, Loopback(_recording(uri, exchanges)) as proxy:
            read_runs(MlflowClient(proxy.url, page=RECORDED_PAGE))
    sys.stdout.write(json.dumps(exchanges, indent=1) + "\n")


if __name__ == "__main__":
    main()
