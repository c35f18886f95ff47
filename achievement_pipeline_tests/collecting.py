"""`achievements collect` as a process that a test disturbs."""

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from achievement_pipeline.cli import main
from achievement_pipeline_tests.builders import GitRepository

COLLECT = "from achievement_pipeline.cli import main; main()"
"""The program."""
_SOURCES = Path(__file__).parents[1]
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["achievement_pipeline.cli.collect.runs", "dagster_postgres"])


def command(locations: Sequence[object], program: str = COLLECT, *arguments: str) -> list[str]:
    """Return the command that collects everybody's work from repositories."""
    named = [word for location in locations for word in ("--repo", str(location))]
    return [sys.executable, "-c", program, *arguments, "collect", *named, "--author", "all"]


def run(words: Sequence[str]) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end."""
    return subprocess.run(words, cwd=_SOURCES, capture_output=True, text=True, check=False, timeout=1800)


@contextmanager
def forked(words: Sequence[str], log: Path) -> Iterator[ForkServerProcess]:
    """Run `achievements` in a process of its own, which is killed at the end.

    It is forked from one that has imported the program already: to import it takes longer than to collect a little.
    """
    log.touch()
    process = _FORKS.Process(target=_run_main, args=(words, log, dict(os.environ)))
    process.start()
    try:
        yield process
    finally:
        process.kill()
        process.join()


def _run_main(words: Sequence[str], log: Path, environment: Mapping[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(_SOURCES)
    with log.open("ab") as output:
        for stream in (sys.stdout, sys.stderr):
            os.dup2(output.fileno(), stream.fileno())
    sys.argv[1:] = words
    main()


def kill_after(words: Sequence[str], seconds: float) -> bool:
    """Run a command and kill it after so many seconds; return whether it had not ended before."""
    with subprocess.Popen(words, cwd=_SOURCES, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            return True
    return False


def commit_part(repository: GitRepository, number: int) -> None:
    """Commit a piece of work that counts."""
    repository.commit(f"feat: part {number}", {f"part_{number}.py": f"{repository.path.name} = {number}\n" * 60})
