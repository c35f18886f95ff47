"""Read the contents of files."""

import itertools
from collections.abc import Iterable, Iterator

from git.exc import GitCommandError

from achievement_pipeline.sources.git.processes import IsolatedGit
from achievement_pipeline.sources.git.repositories import Repository


def read_blobs(repository: Repository, names: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """Yield pairs of an object name and its content, in the order of `names`.

    Missing and damaged objects are left out. The order in which commits are listed is the fastest.
    """
    with repository.isolated_git() as git:
        yield from blobs(git, names)


def read_versions(
    repository: Repository, versions: Iterable[tuple[str, str]]
) -> Iterator[tuple[bytes | None, bytes | None] | None]:
    """Yield the contents before and after each change, in the order of `versions`.

    Args:
        repository: The repository to read.
        versions: Pairs of an old and a new object name. An all-zero name means that the file does not exist.

    Yields:
        A pair of contents, with None for a file that does not exist; None if either object is missing or damaged.
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
    """Yield contents as `read_blobs` does, with an open `IsolatedGit`."""
    left = list(names)
    while left:
        answered = 0
        try:
            for name, content in _answers(git, left):
                answered += 1
                if content is not None:
                    yield name, content
        except GitCommandError:
            answered += 1  # git exits at a damaged object: skip it
        left = left[answered:]


def _answers(git: IsolatedGit, names: Iterable[str]) -> Iterator[tuple[str, bytes | None]]:
    """Yield each name with its content, or with None if git reports it as missing.

    ``git cat-file --batch`` prints ``<name> blob <size>`` and the content, or ``<name> missing``.
    """
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
