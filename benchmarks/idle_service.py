"""What the service costs while nothing happens: processor time and memory of all its processes.

::

    python -m benchmarks.idle_service [--repositories 100] [--minutes 5]

The service is `achievements start` with its embedded Postgres, watching repositories in which nothing changes. Memory
is the proportional set size, which counts what processes share once; Linux only.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import sqlalchemy as sa

from achievement_pipeline.store.postgres.opening import open_database
from achievement_pipeline_tests.cluster import make_repositories, stored
from achievement_pipeline_tests.running import cpu_seconds, processes, running_service

_SECONDS_TO_COLLECT = 900


def memory(pid: int) -> float:
    """Return the proportional set size of a process in MB."""
    try:
        match = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    except OSError:
        return 0.0
    return int(match[1]) / 1024 if match else 0.0


def wait_until_collected(engine: sa.Engine, service: "subprocess.Popen[bytes]", repositories: int, log: Path) -> None:
    """Return once work of every repository is stored; exit with a message if that does not happen."""
    end = time.monotonic() + _SECONDS_TO_COLLECT
    while (found := len({row["repository"] for row in stored(engine)})) < repositories:
        if service.poll() is not None or time.monotonic() > end:
            words = "\n".join(log.read_text(errors="replace").splitlines()[-20:])
            sys.exit(f"The service stored work of {found} of {repositories} repositories. Its last words:\n{words}")
        time.sleep(1)


def main() -> None:
    """Print processor time and memory."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--repositories", type=int, default=100)
    arguments.add_argument("--minutes", type=float, default=5)
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="achievements-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        home, log, config = folder / "home", folder / "service.log", folder / "achievements.toml"
        config.write_text('[me]\nemails = ["ada@example.org"]\n')  # the author of the repositories
        repositories = make_repositories(folder / "repositories", options.repositories)
        paths = os.pathsep.join(str(repository.path) for repository in repositories)
        os.environ |= {"ACHIEVEMENTS_HOME": str(home), "ACHIEVEMENTS_CONFIG": str(config), "GIT_REPO_PATH": paths}
        with open_database(None, home) as engine, running_service(log) as service:
            wait_until_collected(engine, service, options.repositories, log)
            time.sleep(30)  # the last run ends, the next process gets warm
            before, began = {pid: cpu_seconds([pid]) for pid in processes(home)}, time.monotonic()
            time.sleep(options.minutes * 60)
            alive, seconds = processes(home), time.monotonic() - began
            shares = {pid: (cpu_seconds([pid]) - before.get(pid, 0)) / seconds for pid in alive}
            print(f"{options.repositories} repositories, {seconds / 60:.1f} minutes", end=": ")
            print(f"{sum(shares.values()):.1%} of a processor, {sum(map(memory, alive)):.0f} MB")
            for pid, command in sorted(alive.items(), key=lambda item: -memory(item[0])):
                print(f"  {memory(pid):6.0f} MB {shares[pid]:6.1%}  {command[:100]}")


if __name__ == "__main__":
    main()
