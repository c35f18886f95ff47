"""Count the authors of a repository, without reading what they changed."""

from collections import Counter
from pathlib import Path
from typing import Final

from git.exc import GitCommandError

from achievement_pipeline.errors import SourceError
from achievement_pipeline.sources.git.processes import run_read_only, stderr_of

_MOST_COMMITS: Final = 50_000
"""The latest ones: they show which names and addresses somebody uses, in half a second."""


def count_authors(folder: Path) -> Counter[tuple[str, str]]:
    """Count the latest commits of a repository by the name and address of their author.

    ``rev-list`` is plumbing: unlike ``log`` it heeds no configuration of the repository, which may start programs.

    Raises:
        SourceError: It can't be read.
    """
    limit = f"--max-count={_MOST_COMMITS}"
    try:
        output = run_read_only("-C", str(folder), "rev-list", "--all", limit, "--format=%an%x00%ae")
    except GitCommandError as error:
        raise SourceError(f"{folder} can't be read: {stderr_of(error)}") from error
    authors = output.decode(errors="replace").split("\n")[1::2]  # a line with the object name comes before each
    return Counter((name, address) for name, _, address in (author.partition("\0") for author in authors))
