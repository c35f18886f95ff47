"""How long commands take, as multiples of importing the libraries that they would need.

::

    python benchmarks/command_times.py [--rounds 7]

A repository of a hundred commits is collected into a data folder of its own. Then the commands take turns with imports
of pandas and of dagster, each in a new process, so that whatever else the machine does meets all alike. The ratio is
that of the medians; CPU is that of the process and its children, in which a server that serves several commands is not
counted.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import achievement_pipeline
from achievement_pipeline.store.embedded import EmbeddedPostgres

_PROGRAM = (sys.executable, "-m", "achievement_pipeline.program")
_PANDAS, _DAGSTER = "import pandas", "import dagster"
_BARS = {
    "--help": (_PANDAS, 1.0, 1.0),
    "list": (_PANDAS, 2.5, 1.5),
    "show KEY": (_PANDAS, 2.5, 1.5),
    "explain KEY": (_PANDAS, 2.5, 1.5),
    "collect": (_DAGSTER, 3.0, 3.0),
}
"""By command, what it is compared with, and the multiple that is wanted with the server at rest and running."""


class Times(NamedTuple):
    """Seconds of the clock and of the processor."""

    clock: float
    cpu: float


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    rounds: int = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder, ExitStack() as running:
        Path(folder).chmod(0o755)  # where root collects, the server is another user's
        home, repository = Path(folder, "home"), Path(folder, "repository")
        environment = _environment(home)
        _make_repository(repository)
        _run([*_PROGRAM, "collect", "--author", "all"], repository, environment)
        commands = {name: [*_PROGRAM, *_words(name, repository)] for name in _BARS}
        commands |= {code: [sys.executable, "-c", code] for code in (_PANDAS, _DAGSTER)}
        print("| command | server | seconds | CPU | compared with | ratio | CPU ratio | wanted |")
        print("|---|---|---|---|---|---|---|---|")
        for state, column in (("at rest", 1), ("running", 2)):
            awaited = None if state == "running" else EmbeddedPostgres(home / "postgres").home / "socket"
            if awaited is None:
                running.enter_context(EmbeddedPostgres(home / "postgres"))
            _print(_measure(commands, repository, environment, rounds, awaited), state, column)


def _measure(
    commands: Mapping[str, Sequence[str]],
    folder: Path,
    environment: Mapping[str, str],
    rounds: int,
    at_rest: Path | None,
) -> dict[str, Times]:
    """Run all commands in turn, and return the medians of each.

    Args:
        commands: The commands.
        folder: Where they run.
        environment: Their environment.
        rounds: How often.
        at_rest: A socket folder that the embedded server leaves when it ends, which each command awaits, if any.
    """
    found: dict[str, list[Times]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            while at_rest is not None and at_rest.exists():
                time.sleep(0.05)
            found[name].append(_run(command, folder, environment))
    return {name: Times(*map(statistics.median, zip(*times, strict=True))) for name, times in found.items()}


def _print(medians: Mapping[str, Times], state: str, column: int) -> None:
    for name, bar in _BARS.items():
        own, other = medians[name], medians[str(bar[0])]
        print(
            f"| {name} | {state} | {own.clock:.2f} | {own.cpu:.2f} | `{bar[0]}` "
            f"| {own.clock / other.clock:.2f} | {own.cpu / other.cpu:.2f} | {bar[column]} |",
            flush=True,
        )


def _run(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Times:
    clock, cpu = time.perf_counter(), _children_cpu()
    subprocess.run(
        command, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    return Times(time.perf_counter() - clock, _children_cpu() - cpu)


def _children_cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _environment(home: Path) -> dict[str, str]:
    """Return an environment in which commands are those of this checkout, and compiled files are kept."""
    others = {"DAGSTER_HOME", "DATABASE_URL", "PYTHONDONTWRITEBYTECODE"}
    own = {name: value for name, value in os.environ.items() if name not in others}
    sources = str(Path(achievement_pipeline.__file__).parents[1])
    return own | {"ACHIEVEMENTS_HOME": str(home), "PYTHONPATH": sources}


def _make_repository(folder: Path) -> None:
    folder.mkdir()
    author = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    _git(folder, ["init", "--quiet", "--initial-branch=main"])
    for number in range(100):
        Path(folder, f"part_{number}.py").write_text("".join(f"line_{n} = {n + number}\n" for n in range(60)))
        _git(folder, ["add", "."])
        _git(folder, [*author, "commit", "-qm", f"feat: add {number}"])


def _git(folder: Path, words: Iterable[str]) -> str:
    return subprocess.run(["git", "-C", folder, *words], check=True, capture_output=True, text=True).stdout.strip()


def _words(name: str, repository: Path) -> list[str]:
    """Return the arguments of a command; a key is that of the last commit."""
    everybody = ["--author", "all"] if name in {"list", "collect"} else []
    return [*name.replace("KEY", _git(repository, ["rev-parse", "HEAD"])).split(), *everybody]


if __name__ == "__main__":
    main()
