"""How long it takes from ``git commit`` to the achievement's row in Postgres, with the service running.

::

    python -m benchmarks.commit_to_row [--commits 30]

The service is `achievements start` as a user starts it: embedded Postgres, one repository, the post-commit hook. Each
commit is made when the one before is there, after a pause of a random length, so that it meets the five seconds of the
sensor at any point.
"""

import argparse
import os
import random
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import sqlalchemy as sa

from achievement_pipeline.sources.git.watching.hook import install_hook
from achievement_pipeline.store.postgres.opening import open_database
from achievement_pipeline.store.tables import Achievement
from achievement_pipeline_tests.builders import GitRepository
from achievement_pipeline_tests.running import running_service


def commit(repository: GitRepository, number: int) -> str:
    """Commit as people do, so that the hook runs; return the object name."""
    (repository.path / f"part_{number}.py").write_text(f"value = {number}\n" * 60)
    for command in (["add", "."], ["commit", "--quiet", "-m", f"feat: part {number}"]):
        subprocess.run(["git", *command], cwd=repository.path, check=True)
    return repository.git("rev-parse", "HEAD").decode()


def wait_for(engine: sa.Engine, sha: str) -> None:
    """Return once the achievement of a commit is there."""
    query = sa.select(Achievement.key).where(Achievement.key.endswith(sha))
    while True:
        with engine.connect() as connection:
            if connection.scalar(query):
                return
        time.sleep(0.1)


def main() -> None:
    """Print median and 95th percentile."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--commits", type=int, default=30)
    commits = arguments.parse_args().commits
    with tempfile.TemporaryDirectory(prefix="achievements-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        home = folder / "home"
        repository = GitRepository.create(folder / "repository")
        repository.git("config", "user.name", "Ada Lovelace")
        repository.git("config", "user.email", "ada@example.org")  # who commits is who collects
        os.environ |= {"ACHIEVEMENTS_HOME": str(home), "GIT_REPO_PATH": str(repository.path)}
        install_hook(repository.path, home / "spool")
        seconds = []
        with open_database(None, home) as engine, running_service(folder / "service.log"):
            for number in range(-2, commits):  # the first two find nothing warm
                time.sleep(random.uniform(0, 5))
                sha, began = commit(repository, number), time.monotonic()
                wait_for(engine, sha)
                seconds.append(time.monotonic() - began)
    measured = sorted(seconds[2:])
    print(f"first: {seconds[0]:.1f} s, the start of the service included; load {os.getloadavg()[0]:.1f}")
    print(f"{commits} commits: median {statistics.median(measured):.1f} s", end=", ")
    print(f"95th percentile {measured[int(len(measured) * 0.95)]:.1f} s, longest {measured[-1]:.1f} s")


if __name__ == "__main__":
    main()
