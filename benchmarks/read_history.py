"""How fast histories are read, against git itself and against other readers, side by side.

::

    python benchmarks/read_history.py REPOSITORY [REPOSITORY ...] [--runs 3] [--peers]

Git writes ``git log --numstat -M`` to nowhere; we read the same commits into both frames, and then ten commits more on
top of what is stored. Each figure is the median over the runs, which take turns. CPU is that of this process and its
children: on a machine that has other work to do it says more than the clock. Python looks for garbage as rarely as in
the commands.

``--peers`` reads a sample of the commits with GitPython's ``commit.stats`` and, where it is installed, PyDriller, and
compares what they count.
"""

import argparse
import importlib.util
import resource
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import git
import pandas as pd

from achievement_pipeline.sources.git import History, Repository, open_repository, read_history
from achievement_pipeline.system.memory import spare_memory_work

NEW_COMMITS = 10
SAMPLE = 200
"""Commits that the peers read: they take up to 30 times as long as git."""
LIMITS = {True: 1.05, False: 1.2}
"""The most CPU that reading may take, as a multiple of git's own, in a repository above `LARGE` commits or below."""
LARGE = 20_000


@dataclass
class Measured:
    """The seconds that each run of one way took."""

    name: str
    cpu: list[float] = field(default_factory=list)
    clock: list[float] = field(default_factory=list)

    @contextmanager
    def run(self) -> Iterator[None]:
        """Note how long the block takes."""
        clock, cpu = time.perf_counter(), cpu_seconds()
        yield
        self.clock.append(time.perf_counter() - clock)
        self.cpu.append(cpu_seconds() - cpu)

    def report(self, against: "Measured") -> str:
        """Return a line of the table, with the ratios pair by pair."""
        ratios = [
            statistics.median(mine / theirs for mine, theirs in zip(own, other, strict=False))
            for own, other in ((self.cpu, against.cpu), (self.clock, against.clock))
        ]
        cpu, clock = statistics.median(self.cpu), statistics.median(self.clock)
        return f"  {self.name:<34} CPU {cpu:8.2f} s {ratios[0]:6.3f}   clock {clock:8.2f} s {ratios[1]:6.3f}"


def cpu_seconds() -> float:
    """Return the seconds that this process and its children have worked."""
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in spent)


@contextmanager
def with_older_tip(path: Path) -> Iterator[tuple[Path, str]]:
    """Make a clone that ends about ten commits earlier, and give the commit that the original ends at."""
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "clone.git"
        run_git("clone", "--quiet", "--bare", "--shared", str(path), str(clone))
        tip = run_git(f"--git-dir={clone}", "rev-parse", "HEAD")
        first_parents = run_git(f"--git-dir={clone}", "rev-list", "--first-parent", "-50", "HEAD").split()
        for older in first_parents[1:]:
            if int(run_git(f"--git-dir={clone}", "rev-list", "--count", f"{older}..{tip}")) >= NEW_COMMITS:
                break
        run_git(f"--git-dir={clone}", "update-ref", "HEAD", older)
        yield clone, tip


def run_git(*arguments: str) -> str:
    """Run git and return what it prints."""
    return subprocess.run(["git", *arguments], check=True, capture_output=True, text=True).stdout.strip()


def measure(path: Path, runs: int) -> None:
    """Measure one repository, and print the table."""
    itself, reading, adding = Measured("git log --numstat -M"), Measured("both frames"), Measured("ten new commits")
    with with_older_tip(path) as (clone, tip):
        for _ in range(runs):
            stored = read_history(opened(clone))
            commit = run_git(f"--git-dir={clone}", "rev-parse", "HEAD")
            run_git(f"--git-dir={clone}", "update-ref", "HEAD", tip)
            with adding.run():
                added = read_history(opened(clone), stored)
            with itself.run():
                subprocess.run(
                    ["git", f"--git-dir={clone}", "log", "--numstat", "-M"], check=True, stdout=subprocess.DEVNULL
                )
            with reading.run():
                history = read_history(opened(clone))
            run_git(f"--git-dir={clone}", "update-ref", "HEAD", commit)
            same = {"ignore_index": True, "by": ["sha", "path"]}
            pd.testing.assert_frame_equal(history.files.sort_values(**same), added.files.sort_values(**same))
    print(f"{path}: {len(history.commits):,} commits, {len(history.files):,} files changed, {added.new} new")
    for each in (itself, reading):
        print(each.report(itself))
    print(adding.report(reading))
    limit = LIMITS[len(history.commits) > LARGE]
    print(f"  asked for: CPU {limit} times git's; ten commits at most 0.03 of reading everything")


def opened(path: Path) -> Repository:
    """Open a repository that lies on this machine."""
    return open_repository(str(path), cache=path.parent)


def compare_with_peers(path: Path) -> None:
    """Read a sample of the commits with others, and say how they count."""
    history = read_history(opened(path))
    ours = count(history)
    sample = ours.iloc[:: max(1, len(ours) // SAMPLE)]
    readers = {"git log --numstat -M": by_git, "GitPython commit.stats": by_gitpython}
    if importlib.util.find_spec("pydriller"):
        readers["PyDriller"] = by_pydriller
    print(f"{path}: {len(sample)} commits that are no merges")
    itself = Measured("git")
    for name, reader in readers.items():
        measured = itself if reader is by_git else Measured(name)
        measured.name = name
        with measured.run():
            theirs = reader(path, list(sample.index))
        equal = (theirs.reindex(sample.index).fillna(0) == sample).all(axis="columns")
        print(f"{measured.report(itself)}   same numbers for {equal.mean():.1%}")


def count(history: History) -> pd.DataFrame:
    """Return files, insertions and deletions of each commit that is no merge, by its name."""
    commits = history.commits.loc[history.commits["diff"] == "read", "sha"]
    counted = history.files.groupby("sha").agg(
        files=("path", "size"), insertions=("insertions", "sum"), deletions=("deletions", "sum")
    )
    return counted.reindex(commits).fillna(0).astype("int64")


def by_git(path: Path, shas: list[str]) -> pd.DataFrame:
    """Count as git does."""
    command = ["git", f"--git-dir={path}", "log", "--no-walk=unsorted", "--numstat", "-M", "--format=%x00%H", "--stdin"]
    printed = subprocess.run(command, input="\n".join(shas), check=True, capture_output=True, text=True).stdout
    rows = {}
    for record in printed.split("\0")[1:]:
        sha, *lines = record.split("\n")
        counts = [line.split("\t")[:2] for line in lines if line]
        numbers = [[int(number) if number != "-" else 0 for number in pair] for pair in counts]
        rows[sha] = (len(counts), sum(pair[0] for pair in numbers), sum(pair[1] for pair in numbers))
    return table(rows)


def by_gitpython(path: Path, shas: list[str]) -> pd.DataFrame:
    """Count as GitPython's object model does: a process a commit."""
    with git.Repo(path) as repository:
        totals = {sha: repository.commit(sha).stats.total for sha in shas}
    return table({sha: (total["files"], total["insertions"], total["deletions"]) for sha, total in totals.items()})


def by_pydriller(path: Path, shas: list[str]) -> pd.DataFrame:
    """Count as PyDriller does: every diff as text."""
    import pydriller  # noqa: PLC0415 - no part of the project

    commits = pydriller.Repository(str(path), only_commits=shas).traverse_commits()
    rows = {
        commit.hash: (
            len(commit.modified_files),
            sum(file.added_lines for file in commit.modified_files),
            sum(file.deleted_lines for file in commit.modified_files),
        )
        for commit in commits
    }
    return table(rows)


def table(rows: dict[str, tuple[int, int, int]]) -> pd.DataFrame:
    """Return counts by the name of their commit."""
    return pd.DataFrame.from_dict(rows, orient="index", columns=["files", "insertions", "deletions"])


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repositories", nargs="+", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--peers", action="store_true", help="compare with other readers instead")
    arguments = parser.parse_args()
    spare_memory_work()
    job: Callable[[Path], None] = compare_with_peers if arguments.peers else lambda path: measure(path, arguments.runs)
    for path in arguments.repositories:
        job(path.resolve())


if __name__ == "__main__":
    main()
