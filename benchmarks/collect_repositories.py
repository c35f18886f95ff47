"""What `achievements collect` finds in whole repositories, and where its seconds go.

::

    python benchmarks/collect_repositories.py REPOSITORY [REPOSITORY ...]

Each repository is collected from nothing, everybody's commits, into a data folder of its own, as a user would: a new
process, an embedded server that has to be made first. Beside it stands ``git log --numstat -M`` over the same commits.
Two tables in Markdown: what was found, and the seconds of the clock of each step.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg

from achievement_pipeline.cli.dagster_home import use_dagster_home
from achievement_pipeline.settings import load_settings


@dataclass(frozen=True)
class Collected:
    """What one repository gave, and what it took."""

    name: str
    found: dict[str, Any]
    seconds: float
    """By the clock, of the whole command."""
    cpu: float
    git_cpu: float
    steps: dict[str, float]
    """Seconds by the clock of each step of the run."""

    def row(self) -> list[str]:
        """Return what was found."""
        read = self.found["repositories"][0]
        return [
            self.name,
            f"{read['commits']:,}",
            f"{read['files']:,}",
            f"{read['significant']:,}",
            f"{self.found['summary']['achievements']:,}",
            f"{self.seconds:.1f}",
            f"{self.cpu / self.git_cpu:.2f}",
        ]

    def times(self) -> list[str]:
        """Return where the seconds went."""
        outside = self.seconds - sum(self.steps.values())
        return [self.name, *(f"{seconds:.1f}" for seconds in self.steps.values()), f"{outside:.1f}"]


def collect(path: Path) -> Collected:
    """Collect one repository from nothing."""
    with tempfile.TemporaryDirectory() as home:
        Path(home).chmod(0o755)  # where root collects, the server is another user's
        environment = {name: value for name, value in os.environ.items() if name != "DAGSTER_HOME"}
        environment["ACHIEVEMENTS_HOME"] = os.environ["ACHIEVEMENTS_HOME"] = home
        command = [sys.executable, "-c", "from achievement_pipeline.cli import main; main()"]
        command += ["collect", "--repo", str(path), "--author", "all", "--json"]
        clock, cpu = time.perf_counter(), children_cpu()
        printed = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True).stdout
        seconds, cpu = time.perf_counter() - clock, children_cpu() - cpu
        steps = step_seconds()
    git_cpu = children_cpu()
    subprocess.run(["git", "-C", str(path), "log", "--numstat", "-M"], stdout=subprocess.DEVNULL, check=True)
    name = path.parent.name if path.name == "repo" else path.name
    return Collected(name, json.loads(printed), seconds, cpu, children_cpu() - git_cpu, steps)


def children_cpu() -> float:
    """Return the seconds that ended children of this process have worked."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def step_seconds() -> dict[str, float]:
    """Return how long each step of the last run took, by Dagster's own records."""
    os.environ.pop("DAGSTER_HOME", None)
    use_dagster_home(load_settings())
    with dg.DagsterInstance.get() as instance:
        [run] = instance.get_runs(limit=1)
        statistics = instance.get_run_step_stats(run.run_id)
    return {
        step.step_key: step.end_time - step.start_time
        for step in sorted(statistics, key=lambda step: step.start_time or 0)
        if step.end_time and step.start_time
    }


def print_table(header: list[str], rows: list[list[str]]) -> None:
    """Print a table in Markdown."""
    for row in (header, ["---"] * len(header), *rows):
        print(f"| {' | '.join(row)} |")
    print()


def main() -> None:
    """Collect what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repositories", nargs="+", type=Path)
    collected = [collect(path.resolve()) for path in parser.parse_args().repositories]
    found = ["repository", "commits", "files changed", "significant", "achievements", "seconds", "CPU to git's"]
    print_table(found, [one.row() for one in collected])
    print_table(["seconds", *collected[0].steps, "start-up and the rest"], [one.times() for one in collected])


if __name__ == "__main__":
    main()
