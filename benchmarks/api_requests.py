"""How many requests each API takes, for a full reading and where nothing is new, and what reading costs this machine.

::

    python -m benchmarks.api_requests [--runs 3]

The servers are those of the tests: on loopback, in this process, with the page sizes, limits and prices of the real
ones. 4,000 Linear issues, 1,500 merged pull requests of GitHub (with a token, and without one, where an hour allows 60
requests), 500 MLflow runs. CPU is the median over the runs of the whole process, the servers' work included: executing
GraphQL takes the most of it.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from achievement_pipeline.sources.github import read_pull_requests
from achievement_pipeline.sources.linear import read_issues, read_projects
from achievement_pipeline.sources.mlflow import read_runs
from achievement_pipeline_tests.servers.github import KEY, GitHubServer
from achievement_pipeline_tests.servers.linear import LinearServer
from achievement_pipeline_tests.servers.loopback import DisturbedServer
from achievement_pipeline_tests.servers.mlflow import MlflowServer

ISSUES, PROJECTS, PULL_REQUESTS, RUNS = 4_000, 60, 1_500, 500


class Source(NamedTuple):
    """A source: its server, and a reading that takes what an earlier one gave."""

    name: str
    server: DisturbedServer
    read: Callable[[Any], Any]


def linear_issues() -> Source:
    """4,000 completed issues, each with a linked pull request."""
    server = LinearServer()
    for number in range(ISSUES):
        issue = server.workspace.add_issue(description="What and why. " * 40)
        server.workspace.attach(issue, f"https://github.com/acme/shop/pull/{number}")
    return Source(f"Linear, {ISSUES:,} issues", server, lambda stored: read_issues(server.client(), stored).issues)


def linear_projects() -> Source:
    """60 completed projects."""
    server = LinearServer()
    for number in range(PROJECTS):
        server.workspace.add_project(f"Project {number}")
    return Source(f"Linear, {PROJECTS} projects", server, lambda _: read_projects(server.client()))


def github(*, token: bool) -> Source:
    """1,500 merged pull requests, each with a review."""
    server = GitHubServer()
    for _ in range(PULL_REQUESTS):
        server.repository.review(server.repository.merge(body="What and why. " * 40))
    name = f"GitHub, {PULL_REQUESTS:,} pull requests, " + ("with a token" if token else "without, the first hour")

    def read(stored: Any) -> Any:  # noqa: ANN401 - frames of one source
        client = server.client() if token else server.client(token=None)
        return read_pull_requests(client, KEY, stored)

    return Source(name, server, read)


def mlflow() -> Source:
    """500 runs with ten metrics each."""
    server = MlflowServer()
    for _ in range(RUNS):
        server.add_run({f"metric {number}": 0.5 for number in range(10)})
    return Source(f"MLflow, {RUNS} runs", server, lambda _: read_runs(server.client()))


def measure(source: Source, stored: Any, runs: int) -> tuple[Any, int, float]:  # noqa: ANN401
    """Return what is read, in how many requests, and the median of its CPU seconds."""
    seconds = []
    for _ in range(runs):
        began = time.process_time()
        with source.server.counted() as requests:
            found = source.read(stored)
        seconds.append(time.process_time() - began)
    return found, len(requests), statistics.median(seconds)


def main() -> None:
    """Print a table of all sources."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--runs", type=int, default=3)
    runs = arguments.parse_args().runs
    print(f"{'':52}{'full reading':>24}{'nothing new':>24}")
    for source in (linear_issues(), linear_projects(), github(token=True), github(token=False), mlflow()):
        with source.server:
            once = 1 if "without" in source.name else runs  # the hour's requests are used up
            stored, full, full_seconds = measure(source, None, once)
            _, nothing, nothing_seconds = measure(source, stored, once)
        columns = "".join(
            f"{requests:>8} requests {seconds:5.2f} s"
            for requests, seconds in ((full, full_seconds), (nothing, nothing_seconds))
        )
        print(f"{source.name:52}{columns}")


if __name__ == "__main__":
    main()
