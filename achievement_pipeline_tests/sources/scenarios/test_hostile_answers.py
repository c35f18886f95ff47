"""Any value in any place of an answer: an error in words, or one record left out; no other record is lost."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from achievement_pipeline.demo.servers.github import changed_file
from achievement_pipeline.errors import SourceError
from achievement_pipeline.sources.github import PullRequests, read_pull_requests
from achievement_pipeline.sources.linear import read_issues, read_projects
from achievement_pipeline.sources.mlflow import read_runs
from achievement_pipeline_tests.servers.github import KEY, TOKEN, GitHubServer, commit
from achievement_pipeline_tests.servers.linear import LinearServer
from achievement_pipeline_tests.servers.loopback import DisturbedServer
from achievement_pipeline_tests.servers.mlflow import MlflowServer
from achievement_pipeline_tests.sources.mutations import (
    BREAKING,
    HOSTILE,
    Exchange,
    Path,
    at,
    disturb,
    paths,
    record,
)


class _Reading:
    """A reading of an undisturbed server, the first or a later one: what was asked, answered and made of it."""

    def __init__(self, server: DisturbedServer, read: Callable[[Any], Any], *, known: bool) -> None:
        self.server = server
        self.expected = read(None)
        assert len(self.expected) >= 1
        self.stored = self.expected if known else None
        self._read = lambda: read(self.stored)
        exchanges = record(server, self._read)
        self._places = [(exchange, path) for exchange in exchanges for path in paths(exchange.body)]

    def disturbed(self, data: st.DataObject) -> tuple[Exchange, Path, str, Any]:
        """Draw a place and a value; return them, and what is read, or nothing where an error says why."""
        exchange, path = data.draw(st.sampled_from(self._places))
        value = data.draw(st.sampled_from(HOSTILE))
        try:
            return exchange, path, value, disturb(self.server, exchange, path, value, self._read)
        except SourceError as error:
            assert len(str(error)) < 2000  # noqa: PT017 - either way is right
            return exchange, path, value, None


def _holder(exchange: Exchange, path: Path, names: tuple[str, ...]) -> Any:
    """The name of the outermost record that a path is in; None where it is in none."""
    for end in range(1, len(path) + 1):
        one = at(exchange.body, path[:end])
        if isinstance(path[end - 1], int) and isinstance(one, dict):
            return next((one[name] for name in names if name in one), None)
    return None


def _assert_same(found: pd.DataFrame, expected: pd.DataFrame, column: str, *, without: Any) -> None:
    """All rows are there but those of the record that was disturbed, and there may be others."""
    wanted = set(expected[column]) - {without}
    rows, expected_rows = (frame[frame[column].isin(wanted)].reset_index(drop=True) for frame in (found, expected))
    pd.testing.assert_frame_equal(rows, expected_rows)


@pytest.fixture(scope="module")
def github() -> Iterator[GitHubServer]:
    with GitHubServer() as server:
        for number in range(1, 6):
            files = [changed_file(f"src/{n}.py") for n in range(number)]
            server.repository.merge(f"Change {number}", labels=["bug"], closes=["octo/repo#7"], files=files,
                                    commits=[commit(f"{number}{n}" * 20) for n in range(3)])  # fmt: skip
            server.repository.review(number)
        yield server


@pytest.fixture(scope="module")
def github_readings(github: GitHubServer) -> list[_Reading]:
    def read(stored: PullRequests | None, token: str | None) -> PullRequests:
        github.remaining = 1000
        return read_pull_requests(github.client(token, page=2), KEY, stored)

    return [
        _Reading(github, partial(read, token=token), known=known) for token in (TOKEN, None) for known in (False, True)
    ]


@given(data=st.data())
def test_no_answer_of_github_loses_another_pull_request(github_readings: list[_Reading], data: st.DataObject) -> None:
    reading = data.draw(st.sampled_from(github_readings))
    exchange, path, value, found = reading.disturbed(data)
    number = _holder(exchange, path, ("number",))
    if found is None:
        assert number is None or value in BREAKING
        return
    if reading.stored:
        assert set(found.pull_requests["number"]) >= set(reading.expected.pull_requests["number"])
    if reading.stored or number is not None:
        for name in ("pull_requests", "commits", "files", "reviews"):
            _assert_same(getattr(found, name), getattr(reading.expected, name), "number", without=number)


@pytest.fixture(scope="module")
def linear() -> Iterator[LinearServer]:
    with LinearServer() as server:
        project = server.workspace.add_project("Faster", labels=["perf"])
        labels = [server.workspace.add_label("Bug")]
        for number in range(5):
            issue = server.workspace.add_issue(
                f"Issue {number}", estimate=3.0, labelIds=labels, project=project, cycle=7
            )
            for n in range(2):
                server.workspace.attach(issue, f"https://github.com/acme/shop/pull/{number}{n}")
        yield server


@pytest.fixture(scope="module")
def linear_readings(linear: LinearServer) -> list[_Reading]:
    def issues(stored: Any) -> pd.DataFrame:
        return read_issues(linear.client(page=2), stored).issues

    def projects(stored: Any) -> pd.DataFrame:
        return read_projects(linear.client(page=2), stored).projects

    return [_Reading(linear, read, known=known) for read in (issues, projects) for known in (False, True)]


@given(data=st.data())
def test_no_answer_of_linear_loses_another_issue_or_project(
    linear_readings: list[_Reading], data: st.DataObject
) -> None:
    reading = data.draw(st.sampled_from(linear_readings))
    exchange, path, value, found = reading.disturbed(data)
    name = _holder(exchange, path, ("id",))
    if found is None:
        assert name is None or value in BREAKING
        return
    if name in set(reading.expected["id"]):
        _assert_same(found, reading.expected, "id", without=name)
    if reading.stored is not None and name is not None and path[-1] != "id":  # another name is another issue
        assert set(found["id"]) == set(reading.expected["id"])


@pytest.fixture(scope="module")
def mlflow() -> Iterator[MlflowServer]:
    with MlflowServer() as server:
        for number in range(5):
            server.add_run({"auc": 0.5 + number / 10, "loss": 1.0}, run_name=f"run-{number}", end_time=number + 5)
        server.runs[0]["data"]["params"] = [{"key": "depth", "value": "3"}]
        server.runs[1]["data"]["tags"] = [{"key": "mlflow.note.content", "value": "a note"}]
        server.versions = [{"name": "churn", "version": "1", "run_id": server.runs[0]["info"]["run_id"]}]
        yield server


@pytest.fixture(scope="module")
def mlflow_readings(mlflow: MlflowServer) -> list[_Reading]:
    return [_Reading(mlflow, lambda it: read_runs(mlflow.client(page=2), it), known=known) for known in (False, True)]


@given(data=st.data())
def test_no_answer_of_mlflow_loses_another_run(mlflow_readings: list[_Reading], data: st.DataObject) -> None:
    reading = data.draw(st.sampled_from(mlflow_readings))
    exchange, path, value, found = reading.disturbed(data)
    holders = [each for end in range(1, 3) if isinstance(each := at(exchange.body, path[:end]), dict)]
    name = at(holders, (0, "info", "run_id"))
    if found is None:
        assert name is None or value in BREAKING
        return
    if name:
        _assert_same(found.runs, reading.expected.runs, "run_id", without=name)
        _assert_same(found.metrics, reading.expected.metrics, "run_id", without=name)
    if name and reading.stored and path[-1] != "run_id":  # another name is another run
        assert set(found.runs["run_id"]) >= set(reading.expected.runs["run_id"])
