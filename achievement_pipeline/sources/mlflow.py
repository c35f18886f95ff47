"""MLflow: the runs of a tracking server, with their metrics and the model versions that were registered from them.

Runs have no moment of their last change, and finished ones go on changing (tags, the bin). So each reading is a full
one: a thousand runs a request. Read through REST: the client library brings 40 packages along, and hides waits of four
minutes. What the server leaves out is empty (lists, ``end_time``); NaN comes as text, and an infinity as the largest
float, which is how its SQL store keeps it.
"""

import json
import math
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from datetime import datetime
from typing import Annotated, Any, Literal, NamedTuple

import pandas as pd
from pandera.typing import DataFrame
from pydantic import BaseModel, BeforeValidator, ConfigDict

from achievement_pipeline.frames import RawMlflowMetrics, RawMlflowRuns, typed
from achievement_pipeline.http import Answer, Authorization, HttpClient, Problem, RefusedError, TransientError, Wire
from achievement_pipeline.sources.records import find_unread, parse_records, to_frame

PAGE = 1000
"""Rows a page: the most that each of the three searches gives."""

_EXPERIMENTS_AT_ONCE = 500

_Row = dict[str, Any]


def _restore_infinity(value: object) -> object:
    if isinstance(value, float) and abs(value) == sys.float_info.max:
        return math.copysign(math.inf, value)
    return value


def _read_milliseconds(value: object) -> object:
    """Turn milliseconds since the epoch into seconds, which is what pydantic takes; zero stands for none."""
    return value / 1000 if isinstance(value, int) and value else None


_Value = Annotated[float, BeforeValidator(_restore_infinity)]
_Milliseconds = Annotated[datetime | None, BeforeValidator(_read_milliseconds)]


class Runs(NamedTuple):
    """The runs of a server, and what could not be read of them."""

    runs: DataFrame[RawMlflowRuns]
    metrics: DataFrame[RawMlflowMetrics]
    warnings: tuple[str, ...]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True)


class _Experiment(_Record):
    experiment_id: str
    name: str


class _ModelVersion(_Record):
    name: str
    version: str
    run_id: str = ""
    creation_timestamp: int = 0


class _Metric(_Record):
    key: str
    value: _Value
    step: int = 0
    timestamp: _Milliseconds = None


class _Pair(_Record):
    key: str
    value: str = ""


class _Info(_Record):
    run_id: str
    experiment_id: str
    run_name: str = ""
    user_id: str = ""
    status: Literal["RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"]
    start_time: _Milliseconds = None
    end_time: _Milliseconds = None


class _Data(_Record):
    metrics: list[_Metric] = []
    params: list[_Pair] = []
    tags: list[_Pair] = []


class _Run(_Record):
    info: _Info
    data: _Data = _Data()

    def row(self) -> _Row:
        tags = {tag.key: tag.value for tag in self.data.tags}
        return {
            "run_id": self.info.run_id,
            "experiment_id": self.info.experiment_id,
            "name": self.info.run_name,
            "description": tags.get("mlflow.note.content", ""),
            "user": self.info.user_id or tags.get("mlflow.user"),
            "status": self.info.status.lower(),
            "started_at": self.info.start_time,
            "ended_at": self.info.end_time,
            "parent_run_id": tags.get("mlflow.parentRunId"),
            "source_name": tags.get("mlflow.source.name"),
            "source_commit": tags.get("mlflow.source.git.commit"),
            "source_repository": tags.get("mlflow.source.git.repoURL"),
            "params": json.dumps({param.key: param.value for param in self.data.params}, sort_keys=True),
            "tags": json.dumps(
                {key: value for key, value in tags.items() if not key.startswith("mlflow.")}, sort_keys=True
            ),
        }

    def metric_rows(self) -> list[_Row]:
        return [
            {
                "run_id": self.info.run_id,
                "name": metric.key,
                "value": metric.value,
                "step": metric.step,
                "logged_at": metric.timestamp,
            }
            for metric in self.data.metrics
        ]


class MlflowClient:
    """Reads one MLflow tracking server.

    Args:
        uri: The address of the server, http or https.
        authorization: For a server that wants a user and password, or a token.
        page: Rows a page.
        wire: Limits of patience, clock and progress.

    Raises:
        SourceError: The address is none: a folder or database has no server to ask.
    """

    def __init__(
        self, uri: str, authorization: Authorization | None = None, *, page: int = PAGE, wire: Wire | None = None
    ) -> None:
        self._http = HttpClient("MLflow", uri, classify=_classify, authorization=authorization, wire=wire)
        self._page = page
        self.address = self._http.address

    def examine(self) -> str:
        """Say for people what there is.

        Raises:
            SourceError: The server can't be reached, or refuses access.
        """
        return f"{sum(1 for _ in self.search('experiments')):,} experiments"

    def search(self, what: Literal["experiments", "runs", "model-versions"], **query: Any) -> Iterator[Any]:  # noqa: ANN401
        """Yield what a search finds, page by page.

        Raises:
            SourceError: The server can't be read.
        """
        path = f"/api/2.0/mlflow/{what}/search"
        token = None
        while True:
            asked = {"max_results": self._page, **query, **({"page_token": token} if token else {})}
            # the only one of the three that is posted: a list of experiments would not fit into an address
            answer = self._http.post(path, asked) if what == "runs" else self._http.get(path, asked)
            yield from answer.body.get(what.replace("-", "_"), [])
            token = answer.body.get("next_page_token")
            if not token:
                return


def named_as_known(runs: DataFrame[RawMlflowRuns], known: Mapping[str, str]) -> DataFrame[RawMlflowRuns]:
    """Name the server of runs as it is known, whatever address it has today: a run id is unique the world over.

    Args:
        runs: As a server shows them now.
        known: The server that runs were stored under, by run id.
    """
    servers = runs["run_id"].map(known)
    usual = servers.mode()
    if usual.empty:
        return runs
    return typed(RawMlflowRuns, runs.assign(server=servers.fillna(usual.iloc[0]).astype("str")))


def read_runs(client: MlflowClient, stored: Runs | None = None) -> Runs:
    """Read the runs of a server that are not deleted, whatever their status.

    Args:
        client: The way to the server.
        stored: What an earlier reading gave: what can't be read now is kept.

    Raises:
        SourceError: The server can't be read.
    """
    warnings: list[str] = []
    found = list(client.search("experiments"))
    experiments = {
        experiment.experiment_id: experiment.name
        for experiment in parse_records(_Experiment, found, "MLflow experiment", by="name", warnings=warnings)
    }
    versions = _read_model_versions(client, warnings)
    nodes = list(_search_runs(client, list(experiments)))
    # a run comes twice when others are deleted between two pages
    runs = {
        run.info.run_id: run for run in parse_records(_Run, nodes, "MLflow run", by="info.run_id", warnings=warnings)
    }
    rows = [
        run.row()
        | {
            "server": client.address.partition("://")[2],
            "experiment": experiments[run.info.experiment_id],
            "url": f"{client.address}/#/experiments/{run.info.experiment_id}/runs/{run.info.run_id}",
            "model_versions": json.dumps(versions.get(run.info.run_id, [])),
        }
        for run in runs.values()
    ]
    metrics = [row for run in runs.values() for row in run.metric_rows()]
    fresh = Runs(to_frame(RawMlflowRuns, rows), to_frame(RawMlflowMetrics, metrics), tuple(warnings))
    if stored is None:
        return fresh
    unread = find_unread(nodes, runs, "info.run_id", stored.runs["run_id"])
    hidden = find_unread(found, experiments, "experiment_id", set(stored.runs["experiment_id"]))
    unread |= set(stored.runs.loc[stored.runs["experiment_id"].isin(hidden), "run_id"])
    return _with_unread(fresh, stored, unread) if unread else fresh


def _with_unread(fresh: Runs, stored: Runs, unread: Set[str]) -> Runs:
    """Keep the stored rows of runs that can't be read now."""

    def both(new: pd.DataFrame, old: pd.DataFrame) -> pd.DataFrame:
        return pd.concat([new, old[old["run_id"].isin(unread)]] if len(new) else [old[old["run_id"].isin(unread)]])

    return Runs(
        typed(RawMlflowRuns, both(fresh.runs, stored.runs).reset_index(drop=True)),
        typed(RawMlflowMetrics, both(fresh.metrics, stored.metrics).reset_index(drop=True)),
        fresh.warnings,
    )


def _search_runs(client: MlflowClient, experiments: Sequence[str]) -> Iterator[Any]:
    """Search runs, the oldest first: what starts meanwhile comes last, and shifts no page."""
    for start in range(0, len(experiments), _EXPERIMENTS_AT_ONCE):
        some = list(experiments[start : start + _EXPERIMENTS_AT_ONCE])
        yield from client.search("runs", experiment_ids=some, order_by=["attributes.start_time ASC"])


def _read_model_versions(client: MlflowClient, warnings: list[str]) -> dict[str, list[dict[str, str]]]:
    """Read which model versions were registered from which run."""
    found = client.search("model-versions")
    records = parse_records(_ModelVersion, found, "MLflow model version", by="name", warnings=warnings)
    versions: dict[str, list[dict[str, str]]] = defaultdict(list)
    for each in sorted(records, key=lambda record: (record.name, record.creation_timestamp)):
        versions[each.run_id].append({"name": each.name, "version": each.version})
    return versions


def _classify(answer: Answer) -> Problem | None:
    """Take the server's own words for a refusal; all else is as HTTP has it."""
    if answer.status == 200 and not isinstance(answer.body, dict):  # noqa: PLR2004
        return TransientError("its answer is no JSON object")
    message = answer.body.get("message") if isinstance(answer.body, dict) else None
    if message and answer.status in {400, 404}:
        return RefusedError(f"MLflow can't answer: {message} Check MLFLOW_TRACKING_URI and the server's version.")
    return None
