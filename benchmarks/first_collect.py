"""How long a first `achievements collect` takes, and how much of that is not reading.

::

    python -m benchmarks.first_collect REPOSITORY [--runs 5]

In turns, each in a new process: everybody's commits of the repository are collected from nothing, as a user would, into
a data folder of its own with an embedded server that has to be made first; and a process that has imported all it needs
reads the same repository into frames, with nothing beside it.

"Reading" is how long the command reads, by the clock; "the rest" is what it takes before and after that. The imports
are done and the database is made beside the reading, which is slower by it than "alone": "beyond alone" is the whole
without that, and counts this as well. Medians. Nothing else should run.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from achievement_pipeline.app.collect.readings.histories import RepositoryReader, Wanted
from achievement_pipeline.app.collect.readings.progress import Reporting
from achievement_pipeline.settings import ALL, load_settings
from achievement_pipeline.sources.git import open_repository
from achievement_pipeline.system.memory import spare_memory_work
from benchmarks.collect_repositories import children_cpu, print_table

_ALONE = "--alone"
_TIMED = """
import sys, time
from pathlib import Path
from achievement_pipeline import lazy

def import_timed(name):
    module = imported(name)
    if name == "achievement_pipeline.cli.collect.first":
        from achievement_pipeline.app.collect.readings.histories import RepositoryReader
        read = RepositoryReader.read
        def timed(*given):
            begin = time.perf_counter()
            result = read(*given)
            file.write_text(str(time.perf_counter() - begin))
            return result
        RepositoryReader.read = timed
    return module

file = Path(sys.argv.pop(1))
imported, lazy.import_for_good = lazy.import_for_good, import_timed
from achievement_pipeline.program import main
main()
"""
"""Runs a command, and writes to a file how long it read a repository, in whichever process."""


class Measured(NamedTuple):
    """Seconds of the clock, of its part that reads, and of the processor without the server's."""

    clock: float
    reading: float
    cpu: float


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repository", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument(_ALONE, action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    repository = given.repository.resolve()
    if given.alone:
        print(read(repository))
        return
    collected, alone = [], []
    for _ in range(given.runs):
        collected.append(collect(repository))
        alone.append(read_alone(repository))
    whole = statistics.median(one.clock for one in collected)
    reading = statistics.median(one.reading for one in collected)
    rest = statistics.median(one.clock - one.reading for one in collected)
    by_itself = statistics.median(alone)
    print_table(
        ["repository", "all", "reading", "the rest", "alone", "beyond alone", "all: least and most", "CPU"],
        [
            [
                repository.name,
                *(f"{seconds:.2f} s" for seconds in (whole, reading, rest, by_itself, whole - by_itself)),
                f"{min(collected).clock:.2f} to {max(collected).clock:.2f} s",
                f"{statistics.median(one.cpu for one in collected):.2f} s",
            ]
        ],
    )


def collect(repository: Path) -> Measured:
    """Collect a repository from nothing."""
    with tempfile.TemporaryDirectory() as home:
        Path(home).chmod(0o755)  # where root collects, the server is another user's
        environment = {name: value for name, value in os.environ.items() if name != "DAGSTER_HOME"}
        reading = Path(home, "reading")
        command = [sys.executable, "-c", _TIMED, str(reading), "collect", str(repository), "--author", "all"]
        clock, cpu = time.perf_counter(), children_cpu()
        subprocess.run(command, env=environment | {"ACHIEVEMENTS_HOME": home}, check=True, capture_output=True)
        return Measured(time.perf_counter() - clock, float(reading.read_text()), children_cpu() - cpu)


def read_alone(repository: Path) -> float:
    """Read a repository in a new process; return the seconds without its start."""
    command = [sys.executable, "-m", "benchmarks.first_collect", _ALONE, str(repository)]
    return float(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def read(repository: Path) -> float:
    """Read everybody's commits of a repository from nothing; return the seconds."""
    spare_memory_work()
    reporting = Reporting(lambda _: None, lambda _: None, lambda _: lambda _done, _total: None)
    settings = load_settings()
    begin = time.perf_counter()
    opened = open_repository(str(repository), cache=settings.mirrors_path)
    RepositoryReader(settings, reporting).read(opened, None, Wanted((ALL,), None))
    return time.perf_counter() - begin


if __name__ == "__main__":
    main()
