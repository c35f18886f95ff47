"""Reading the contents of files."""

from collections.abc import Iterable, Iterator

from git.exc import GitCommandError

from achievement_pipeline.sources.git.processes import SealedGit
from achievement_pipeline.sources.git.repositories import Repository


def read_blobs(repository: Repository, names: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """Yield contents by their object names, in the order of `names`, one at a time.

    Those that are missing or damaged are left out. The order in which commits are listed is the fastest.
    """
    with repository.seal() as git:
        yield from blobs(git, names)


def blobs(git: SealedGit, names: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """Do as `read_blobs` does, by a git that is sealed already."""
    left = list(names)
    while left:
        answered = 0
        try:
            for name, content in _answers(git, left):
                answered += 1
                if content is not None:
                    yield name, content
        except GitCommandError:
            answered += 1  # it ends at a damaged one
        left = left[answered:]


def _answers(git: SealedGit, names: Iterable[str]) -> Iterator[tuple[str, bytes | None]]:
    """Git's answer to each name: a line with the size and then the content, or a line that says it is missing."""
    buffer = bytearray()
    name, size = "", -1
    for chunk in git.chunks("cat-file", "--batch", "--buffer", stdin=names):
        buffer += chunk
        while True:
            if size < 0:
                header, newline, _ = buffer.partition(b"\n")
                if not newline:
                    break
                del buffer[: len(header) + 1]
                words = header.decode().split()
                if words[-1] == "missing":
                    yield words[0], None
                    continue
                name, size = words[0], int(words[-1])
            if len(buffer) <= size:
                break
            yield name, bytes(buffer[:size])
            del buffer[: size + 1]
            size = -1
