"""Reading the contents of files."""

import itertools
from collections.abc import Iterable, Iterator

from git.exc import GitCommandError

from achievement_pipeline.sources.git.processes import IsolatedGit
from achievement_pipeline.sources.git.repositories import Repository


def read_blobs(repository: Repository, names: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """Yield contents by their object names, in the order of `names`, one at a time.

    Those that are missing or damaged are left out. The order in which commits are listed is the fastest.
    """
    with repository.isolated_git() as git:
        yield from blobs(git, names)


def read_versions(
    repository: Repository, versions: Iterable[tuple[str, str]]
) -> Iterator[tuple[bytes | None, bytes | None] | None]:
    """Yield the contents before and after each change, by their object names; one that is all zeros is None.

    In the order of `versions`, one at a time; None stands for a change one of whose contents is missing or damaged.
    """
    wanted, named = itertools.tee(versions)
    found = read_blobs(repository, (name for pair in named for name in pair if name.strip("0")))
    answer = next(found, None)
    for pair in wanted:
        contents: list[bytes | None] = []
        for name in pair:
            if not name.strip("0"):
                contents.append(None)
            elif answer is not None and answer[0] == name:
                contents.append(answer[1])
                answer = next(found, None)
        yield (contents[0], contents[1]) if len(contents) == len(pair) else None


def blobs(git: IsolatedGit, names: Iterable[str]) -> Iterator[tuple[str, bytes]]:
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


def _answers(git: IsolatedGit, names: Iterable[str]) -> Iterator[tuple[str, bytes | None]]:
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
