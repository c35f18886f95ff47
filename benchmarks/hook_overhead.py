"""How much longer a commit takes with the post-commit hook: pairs of commits, one with it and one without.

::

    python -m benchmarks.hook_overhead [--pairs 200]

Each pair is made in turn in two empty repositories, so that whatever else the machine does meets both alike; the
figures are medians of the differences. On a machine that has other work, read the processor time. Nothing runs that
would heed the hook.
"""

import argparse
import resource
import statistics
import subprocess
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from achievement_pipeline.sources.git.hook import install_hook
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
        plain, hooked = (GitRepository.create(folder / part).path for part in ("plain", "hooked"))
        install_hook(hooked, folder / "spool")
        times = [(commit(plain), commit(hooked)) for _ in range(pairs)]
        left = len(list((folder / "spool").iterdir()))
    print(f"{pairs} pairs, {left} files left in the spool; medians in milliseconds")
    for kind in ("wall", "cpu"):
        without, with_hook = ([getattr(one, kind) for one in column] for column in zip(*times, strict=True))
        hook = [hooked - plain for plain, hooked in zip(without, with_hook, strict=True)]
        columns = (without, with_hook, hook)
        print(f"{kind:>5}: " + "without {:.1f}, with {:.1f}, the hook {:.1f}".format(*map(statistics.median, columns)))


if __name__ == "__main__":
    main()
