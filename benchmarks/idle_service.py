"""What the service costs while nothing happens: processor time and memory of all its processes.

::

    python -m benchmarks.idle_service [--repositories 100] [--minutes 5]

The service is `achievements start` with its embedded Postgres, watching repositories in which nothing changes. Memory
is the proportional set size, which counts what processes share once; Linux only.
"""

import argparse
import os
import re
import tempfile
import time
from pathlib import Path

from achievement_pipeline.store.postgres.opening import open_database
from achievement_pipeline_tests.cluster import make_repositories, stored
from achievement_pipeline_tests.running import cpu_seconds, processes, running_service


def memory(pid: int) -> float:
    """Return the proportional set size of a process in MB."""
    try:
        match = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    except OSError:
        return 0.0
    return int(match[1]) / 1024 if match else 0.0


def main() -> None:
    """Print processor time and memory."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--repositories", type=int, default=100)
    arguments.add_argument("--minutes", type=float, default=5)
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="achievements-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        home = folder / "home"
        repositories = make_repositories(folder / "repositories", options.repositories)
        paths = os.pathsep.join(str(repository.path) for repository in repositories)
        os.environ |= {"ACHIEVEMENTS_HOME": str(home), "GIT_REPO_PATH": paths}
        with open_database(None, home) as engine, running_service(folder / "service.log"):
            while len(stored(engine)) < 2 * options.repositories:
                time.sleep(1)
            time.sleep(30)  # the last run ends, the next process gets warm
            before, began = cpu_seconds(processes(home)), time.monotonic()
            time.sleep(options.minutes * 60)
            alive = processes(home)
            used, minutes = cpu_seconds(alive) - before, (time.monotonic() - began) / 60
            print(
                f"{options.repositories} repositories, {minutes:.1f} minutes: {used / minutes / 60:.1%} of a processor"
            )
            for pid, command in sorted(alive.items(), key=lambda item: -memory(item[0])):
                print(f"  {memory(pid):6.0f} MB  {command[:100]}")
            print(f"  {sum(map(memory, alive)):6.0f} MB in all")


if __name__ == "__main__":
    main()
