"""How long lines were in use: equal to ``git blame -w``, at what cost.

::

    python benchmarks/lines_in_use.py REPOSITORY [REPOSITORY ...] [--lines 10000] [--back 10 100]

Compares the owners of sampled lines of the head with those that ``git blame -w`` names, file by file; and the CPU of a
full reading with that of `read_history`, which is the least part of a first `collect`. Then the default branch is taken
back by so many of its commits, read, and the rest is read on top: its CPU as a part of a full reading, and whether the
result is the same. Binary files have no lines here.
"""

import argparse
import random
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pandas as pd
from read_history import cpu_seconds, opened, run_git

from achievement_pipeline.sources.git import LinesInUse, no_lines, read_history, read_lines_in_use
from achievement_pipeline.system.memory import spare_memory_work

_Result = TypeVar("_Result")


def timed(work: Callable[[], _Result]) -> tuple[_Result, float]:
    """Return a result and the CPU seconds that it took."""
    before = cpu_seconds()
    return work(), cpu_seconds() - before


def measure(path: Path, sampled: int, back: list[int]) -> None:
    """Measure one repository, and print what was found."""
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "clone.git"
        run_git("clone", "--quiet", "--bare", "--shared", str(path), str(clone))
        history, reading = timed(lambda: read_history(opened(clone)))
        whole, full = timed(lambda: read_lines_in_use(opened(clone), history, no_lines()))
        print(f"{path}: {len(history.commits):,} commits, {whole.use['lines'].sum():,} lines landed")
        print(f"  full: CPU {full:.2f} s, {full / reading:.2f} of read_history ({reading:.2f} s)")
        compare(clone, whole, sampled)
        tip = run_git(f"--git-dir={clone}", "rev-parse", "HEAD")
        for steps in back:
            run_git(f"--git-dir={clone}", "update-ref", "HEAD", f"{tip}~{steps}")
            before = read_history(opened(clone))
            stored = read_lines_in_use(opened(clone), before, no_lines())
            run_git(f"--git-dir={clone}", "update-ref", "HEAD", tip)
            now = read_history(opened(clone), before)
            added, new = timed(lambda now=now, stored=stored: read_lines_in_use(opened(clone), now, stored))  # type: ignore[misc]
            same = in_order(added.use).equals(in_order(whole.use))
            print(f"  {now.new} new commits: {new / full:.3f} of it, {'the same' if same else 'ANOTHER'} result")


def in_order(use: pd.DataFrame) -> pd.DataFrame:
    """Return rows in an order that does not depend on when they were read."""
    return use.sort_values(["sha", "path"], ignore_index=True)


def compare(clone: Path, lines: LinesInUse, sampled: int) -> None:
    """Compare the owners of lines with git's, in files that are drawn until there are enough lines."""
    rows = lines.use["sha"].tolist()
    latest = lines.owners[lines.owners["until"].isna()]
    owners = dict(zip(latest["path"], latest["owners"], strict=True))
    paths = [path for path in sorted(owners) if '"' not in path and path.isascii()]
    random.Random(1).shuffle(paths)
    compared = equal = 0
    for path in paths:
        if compared >= sampled or not owners[path]:
            continue
        blamed = run_git(f"--git-dir={clone}", "blame", "-w", "-s", "-l", "--root", "HEAD", "--", path).splitlines()
        ranges = [text.split(":") for text in owners[path].split()]
        ours = [rows[int(row)] if int(row) >= 0 else "" for size, row in ranges for _ in range(int(size))]
        compared += len(blamed)
        equal += sum(line.split()[0] == sha for line, sha in zip(blamed, ours, strict=False))
    print(f"  git blame -w: {equal:,} of {compared:,} lines are equal")


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repositories", nargs="+", type=Path)
    parser.add_argument("--lines", type=int, default=10_000)
    parser.add_argument("--back", type=int, nargs="*", default=[10, 100])
    arguments = parser.parse_args()
    spare_memory_work()
    for path in arguments.repositories:
        measure(path.resolve(), arguments.lines, arguments.back)


if __name__ == "__main__":
    main()
