"""Read the runs of an MLflow tracking server, with their metrics and registered model versions.

Runs have no time of their last change, and finished runs can still change (tags, deletion), so each read is a full one,
at 1,000 runs per request. It uses REST directly, because the client library depends on 40 packages and retries silently
for up to four minutes. The server omits empty lists and ``end_time``, sends NaN as text, and infinity as the largest
float, as its SQL store keeps it.
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
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from achievement_pipeline.frames import RawMlflowMetrics, RawMlflowRuns, typed
from achievement_pipeline.http import (
    Authorization,
    HttpClient,
    Problem,
    RefusedError,
    RequestOptions,
    Response,
    TransientError,
)
from achievement_pipeline.sources.records import find_unread, parse_records, to_frame

PAGE = 1000
"""Rows per page: the maximum of each of the three searches."""

_EXPERIMENTS_AT_ONCE = 500

_Row = dict[str, Any]


def _restore_infinity(value: object) -> object:
    if isinstance(value, float) and abs(value) == sys.float_info.max:
        return math.copysign(math.inf, value)
    return value


def _read_milliseconds(value: object) -> object:
    """Convert milliseconds since the epoch to seconds, as pydantic expects. Zero is None."""
    return value / 1000 if isinstance(value, int) and value else None


_Value = Annotated[float, BeforeValidator(_restore_infinity)]
_Milliseconds = Annotated[datetime | None, BeforeValidator(_read_milliseconds)]


class Runs(NamedTuple):
    """The runs of a server, with warnings about those that could not be read."""

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
    step: Annotated[int, Field(ge=-(2**63), lt=2**63)] = 0
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
            for metric in {metric.key: metric for metric in self.data.metrics}.values()
        ]


class MlflowClient:
    """A client for one MLflow tracking server.

    Args:
        uri: The http or https URL of the server.
        authorization: For a server that requires a user and password, or a token.
        page: Rows per page.
        options: Timeouts, retries, clock and progress.

    Raises:
        SourceError: The URL is not http or https, such as that of a folder or database.
    """

    def __init__(
        self,
        uri: str,
        authorization: Authorization | None = None,
        *,
        page: int = PAGE,
        options: RequestOptions | None = None,
    ) -> None:
        self._http = HttpClient("MLflow", uri, classify=_classify, authorization=authorization, options=options)
        self._page = page
        self.address = self._http.address

    def examine(self) -> str:
        """Return the number of experiments as a phrase.

        Raises:
            SourceError: The server can't be reached or denies access.
        """
        return f"{sum(1 for _ in self.search('experiments')):,} experiments"

    def search(self, what: Literal["experiments", "runs", "model-versions"], **query: Any) -> Iterator[Any]:  # noqa: ANN401
        """Yield the results of a search, reading page by page.

        Raises:
            SourceError: The server can't be read.
        """
        path = f"/api/2.0/mlflow/{what}/search"
        token = None
        seen: set[str] = set()
        while True:
            params = {"max_results": self._page, **query, **({"page_token": token} if token else {})}
            # the search for runs is a POST, because a list of experiments would not fit into a URL
            response = self._http.post(path, params) if what == "runs" else self._http.get(path, params)
            rows, token = (response.body.get(name) for name in (what.replace("-", "_"), "next_page_token"))
            if rows is not None and not isinstance(rows, list):
                raise RefusedError(f"MLflow returned no list of {what}: check MLFLOW_TRACKING_URI.")
            yield from rows or ()
            if not token:
                return
            if not isinstance(token, str) or token in seen:
                raise RefusedError(f"MLflow returned a page of {what} twice: run again later.")
            seen.add(token)


def named_as_known(runs: DataFrame[RawMlflowRuns], known: Mapping[str, str]) -> DataFrame[RawMlflowRuns]:
    """Keep the stored server name of runs if the server's address has changed. Run ids are globally unique.

    Args:
        runs: The runs as read now.
        known: The server name that each run was stored with, by run id.
    """
    servers = runs["run_id"].map(known)
    usual = servers.mode()
    if usual.empty:
        return runs
    return typed(RawMlflowRuns, runs.assign(server=servers.fillna(usual.iloc[0]).astype("str")))


def read_runs(client: MlflowClient, stored: Runs | None = None) -> Runs:
    """Read the runs of a server, in any status, without deleted ones.

    Args:
        client: The MLflow client.
        stored: The result of an earlier call. Rows that can't be read now are kept.

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
    # a run may occur on two pages if others are deleted in between
    runs = {
        run.info.run_id: run for run in parse_records(_Run, nodes, "MLflow run", by="info.run_id", warnings=warnings)
    }
    rows = [
        run.row()
        | {
            "server": client.address.partition("://")[2],
            "experiment": experiments.get(run.info.experiment_id, run.info.experiment_id),
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
    """Add the stored rows of runs that can't be read now."""

    def both(new: pd.DataFrame, old: pd.DataFrame) -> pd.DataFrame:
        return pd.concat([new, old[old["run_id"].isin(unread)]] if len(new) else [old[old["run_id"].isin(unread)]])

    return Runs(
        typed(RawMlflowRuns, both(fresh.runs, stored.runs).reset_index(drop=True)),
        typed(RawMlflowMetrics, both(fresh.metrics, stored.metrics).reset_index(drop=True)),
        fresh.warnings,
    )


def _search_runs(client: MlflowClient, experiments: Sequence[str]) -> Iterator[Any]:
    """Search runs, oldest first, so that runs that start meanwhile come last and shift no page."""
    for start in range(0, len(experiments), _EXPERIMENTS_AT_ONCE):
        some = list(experiments[start : start + _EXPERIMENTS_AT_ONCE])
        yield from client.search("runs", experiment_ids=some, order_by=["attributes.start_time ASC"])


def _read_model_versions(client: MlflowClient, warnings: list[str]) -> dict[str, list[dict[str, str]]]:
    """Return the registered model versions by run id."""
    found = client.search("model-versions")
    records = parse_records(_ModelVersion, found, "MLflow model version", by="name", warnings=warnings)
    versions: dict[str, list[dict[str, str]]] = defaultdict(list)
    for each in sorted(records, key=lambda record: (record.name, record.creation_timestamp)):
        versions[each.run_id].append({"name": each.name, "version": each.version})
    return versions


def _classify(response: Response) -> Problem | None:
    """Return the server's error message for 400 and 404. The default rules of HTTP apply to other responses."""
    if response.status == 200 and not isinstance(response.body, dict):  # noqa: PLR2004
        return TransientError("the response is not a JSON object")
    message = response.body.get("message") if isinstance(response.body, dict) else None
    if message and response.status in {400, 404}:
        return RefusedError(f"MLflow request failed: {message} Check MLFLOW_TRACKING_URI and the server's version.")
    return None
