"""How long a tick of the sensor of new commits takes: nothing moved, one repository moved, the cursor was lost.

::

    python -m benchmarks.sensor_ticks [--repositories 1000] [--ticks 10]

The repositories are real and on this machine, known and collected; Dagster's records are in SQLite, as for one person.
Of what the sensor asks for only the records are made. Making it all ready takes longer than the ticks.
"""

import argparse
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg

from achievement_pipeline.cli.dagster_home import use_dagster_home
from achievement_pipeline.settings import load_settings
from achievement_pipeline.store.postgres.opening import open_database
from achievement_pipeline_tests.builders import GitRepository
from achievement_pipeline_tests.defs.conftest import Pipeline
from achievement_pipeline_tests.defs.watch import Watch


class Ticks:
    """Times what is done with it, some times."""

    def __init__(self) -> None:
        self._wall: list[float] = []
        self._cpu: list[float] = []

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Time one tick."""
        began, used = time.perf_counter(), time.process_time()
        yield
        self._wall.append(time.perf_counter() - began)
        self._cpu.append(time.process_time() - used)

    def __str__(self) -> str:
        """Say how long they took."""
        return (
            f"median {statistics.median(self._wall):.2f} s, longest {max(self._wall):.2f} s,"
            f" processor {statistics.median(self._cpu):.2f} s"
        )


def main() -> None:
    """Print a line for each kind of tick."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--repositories", type=int, default=1000)
    arguments.add_argument("--ticks", type=int, default=10)
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="achievements-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        first = GitRepository.create(folder / "repository-0")
        first.commit("feat: one", {"one.py": "one = 1\n"})
        others = [
            shutil.copytree(first.path, folder / f"repository-{number}") for number in range(1, options.repositories)
        ]
        paths = os.pathsep.join(map(str, (first.path, *others)))
        os.environ |= {"ACHIEVEMENTS_HOME": str(folder / "home"), "GIT_REPO_PATH": paths}
        settings = load_settings()
        use_dagster_home(settings)
        with open_database(None, settings.home) as engine, dg.DagsterInstance.get() as instance:
            watch = Watch(Pipeline(settings, engine, instance))
            while requests := watch.tick():
                watch.record(requests)
            print(f"{len(watch.partitions):,} repositories; load {os.getloadavg()[0]:.1f}")
            nothing, one, lost = Ticks(), Ticks(), Ticks()
            for number in range(options.ticks):
                with nothing.timed():
                    watch.tick()
                first.commit("feat: more", {"more.py": f"more = {number}\n"})
                with one.timed():
                    requests = watch.tick()
                watch.record(requests)
                watch.tick()
                watch.cursor = None
                with lost.timed():
                    watch.tick()
                while watch.tick():
                    pass
            print(f"nothing moved: {nothing}\none moved: {one}\nthe cursor was lost: {lost}")


if __name__ == "__main__":
    main()
