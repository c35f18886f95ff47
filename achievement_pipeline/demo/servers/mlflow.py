"""An MLflow tracking server in memory: the three searches."""

from collections.abc import Mapping
from typing import Any

from achievement_pipeline.demo.servers.loopback import Loopback, Node, Reply, Request


class MlflowServer(Loopback):
    """Answers the searches for experiments, runs and model versions in the shapes of the real server, to any size."""

    def __init__(self) -> None:
        """Begin with one experiment and no run."""
        super().__init__()
        self.experiments: list[Node] = [{"experiment_id": "1", "name": "churn", "lifecycle_stage": "active"}]
        self.runs: list[Node] = []
        self.versions: list[Node] = []

    def add_run(
        self,
        metrics: Mapping[str, object] | None = None,
        *,
        experiment: str = "1",
        params: Mapping[str, str] | None = None,
        tags: Mapping[str, str] | None = None,
        **info: Any,
    ) -> str:
        """Add a finished run, and return its id. Times are milliseconds since the epoch."""
        number = len(self.runs) + 1
        values = {"run_id": f"{number:032x}", "experiment_id": experiment, "status": "FINISHED", "start_time": number}
        logged = [{"key": key, "value": value, "timestamp": 1, "step": 0} for key, value in (metrics or {}).items()]
        data = {"metrics": logged, "params": _pairs(params), "tags": _pairs(tags)}
        # the real server leaves empty lists out
        self.runs.append({"info": {**values, **info}, "data": {name: rows for name, rows in data.items() if rows}})
        return str(values["run_id"])

    def answer(self, request: Request) -> Reply:
        """Answer a search with one page."""
        asked = {**request.query, **(request.body or {})}
        what = request.path.removeprefix("/api/2.0/mlflow/").removesuffix("/search").replace("-", "_")
        rows = {"experiments": self.experiments, "runs": self._search_runs(asked), "model_versions": self.versions}
        start, size = int(asked.get("page_token", 0)), int(asked["max_results"])
        page = rows[what][start : start + size]
        more = {"next_page_token": str(start + size)} if len(rows[what]) > start + size else {}
        return Reply({**({what: page} if page else {}), **more})

    def _search_runs(self, asked: Node) -> list[Node]:
        wanted = [run for run in self.runs if run["info"]["experiment_id"] in asked.get("experiment_ids", [])]
        return sorted(wanted, key=lambda run: run["info"]["start_time"])


def _pairs(values: Mapping[str, str] | None) -> list[Node]:
    return [{"key": key, "value": value} for key, value in (values or {}).items()]
