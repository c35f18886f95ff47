"""How much longer a commit takes with the post-commit hook: without a hook, with an empty one, and with ours.

::

    python -m benchmarks.hook_overhead [--pairs 200]

A commit is made in turn in three empty repositories, so that whatever else the machine does meets all alike; the
figures are medians, of the differences to the commit without a hook too. An empty hook (``#!/bin/sh``) is what git and
the shell take for any. On a machine that has other work, read the processor time. Nothing runs that would heed the
hook.
"""

import argparse
import operator
import resource
import statistics
import subprocess
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from achievement_pipeline.sources.git.watching.hook import install_hook
from achievement_pipeline_tests.builders import GitRepository

_WHO = ("-c", "user.name=Ada Lovelace", "-c", "user.email=ada@example.org", "-c", "gc.auto=0")


class Times(NamedTuple):
    """Milliseconds of a commit, its hook included."""

    wall: float
    cpu: float


def commit(folder: Path) -> Times:
    """Make a commit as people do."""
    command = ["git", *_WHO, "commit", "--quiet", "--allow-empty", "-m", "feat: work"]
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, cwd=folder, check=True)
    after, ended = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Times((ended - began) * 1000, cpu * 1000)


def main() -> None:
    """Print medians."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--pairs", type=int, default=200)
    pairs = arguments.parse_args().pairs
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plain, empty, ours = (GitRepository.create(folder / part).path for part in ("plain", "empty", "ours"))
        hook = empty / ".git" / "hooks" / "post-commit"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text("#!/bin/sh\n")
        hook.chmod(0o755)
        install_hook(ours, folder / "spool")
        times = [(commit(plain), commit(empty), commit(ours)) for _ in range(pairs)]
        left = len(list((folder / "spool").iterdir()))
    print(f"{pairs} commits each, {left} files left in the spool; medians in milliseconds")
    for kind in ("wall", "cpu"):
        without, shell, hooked = ([getattr(one, kind) for one in column] for column in zip(*times, strict=True))
        more = [statistics.median(map(operator.sub, column, without)) for column in (shell, hooked)]
        print(f"{kind:>5}: without {statistics.median(without):.1f}, an empty hook {more[0]:+.1f}, ours {more[1]:+.1f}")


if __name__ == "__main__":
    main()
