"""Read single objects of a repository. Does not import pandas."""

from collections.abc import Iterable
from io import BytesIO

from achievement_pipeline.sources.git.processes import IsolatedGit


def true_parents(git: IsolatedGit, shas: Iterable[str]) -> dict[str, str]:
    """Read the parents of commits from their objects, because a shallow clone hides them from ``git log``.

    Raises:
        GitCommandError: A commit is missing or damaged.
    """
    stream = BytesIO(git.output("cat-file", "--batch", stdin=shas))
    parents = {}
    while header := stream.readline():
        sha, _, size = header.decode().split()
        lines = stream.read(int(size) + 1).partition(b"\n\n")[0].decode("latin-1").split("\n")
        parents[sha] = " ".join(line.removeprefix("parent ") for line in lines if line.startswith("parent "))
    return parents


def existing_objects(git: IsolatedGit, names: Iterable[str]) -> set[str]:
    """Return the names of the commits and tags among `names` that exist."""
    answers = git.output("cat-file", "--batch-check=%(objectname) %(objecttype)", stdin=names).decode().splitlines()
    return {name for answer in answers for name, kind in [answer.split()] if kind in {"commit", "tag"}}
