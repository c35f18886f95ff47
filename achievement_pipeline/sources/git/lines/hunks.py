"""Compare pairs of contents line by line, ignoring white space, as ``git blame -w`` does.

Git compares trees, so the pairs are written as two trees in which each pair has one name: a single ``git diff-tree``
compares thousands of pairs of any commits, each once. The trees are written to a temporary object directory.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple, TypeAlias

from achievement_pipeline.sources.git.processes import IsolatedGit
from achievement_pipeline.sources.git.reading.tables import Blocks
from achievement_pipeline.sources.git.repositories import Repository
from achievement_pipeline.system.leftovers import temporary_folder

_A_TREE: Final = 1000
"""Pairs compared by one pair of trees."""

_FILE: Final = b"\ndiff --git a/"
_HUNK: Final = b"\n@@ -"
_DIFF_TREE: Final = (
    "diff-tree", "--stdin", "-p", "-U0", "--no-renames", "--full-index", "--diff-algorithm=myers",
    "--indent-heuristic", "--src-prefix=a/", "--dst-prefix=b/", "--no-ext-diff", "--no-textconv", "--no-color",
)  # fmt: skip


class Hunk(NamedTuple):
    """A range of lines that was replaced. Positions count from 0."""

    old: int
    removed: int
    new: int
    added: int


Hunks: TypeAlias = tuple[Hunk, ...]
Pair: TypeAlias = tuple[str, str]
"""Object names of an old and a new content; the old one is empty for a new file."""


def read_hunks(repository: Repository, pairs: Sequence[Pair]) -> list[Hunks | None]:
    """Return the hunks of each pair; None where a content is missing or binary."""
    found: list[Hunks | None] = [None] * len(pairs)
    for number, text in compare_pairs(repository, pairs, "-w"):
        found[number] = () if text is None else _hunks(text)
    return found


def compare_pairs(
    repository: Repository, pairs: Sequence[Pair], *options: str, largest: int = 0
) -> Iterator[tuple[int, bytes | None]]:
    """Yield each pair whose contents are there, then those that differ with their difference.

    Args:
        repository: The repository to read.
        pairs: Contents to compare. Pairs of one path should follow each other: git keeps what it read last.
        options: More options of ``git diff-tree``.
        largest: Bytes of the largest content that is compared; 0 for no limit. Larger ones are binary to git.

    Yields:
        Positions in ``pairs``: with None, then with the text that ``git diff -U0`` prints of a file.
    """
    with temporary_folder("achievements-trees-") as folder, repository.isolated_git(writing_to=folder) as git:
        there = _existing_contents(git, {name for pair in pairs for name in pair if name})
        known = [number for number, pair in enumerate(pairs) if all(name in there for name in pair if name)]
        yield from ((number, None) for number in known)
        batches = [known[start : start + _A_TREE] for start in range(0, len(known), _A_TREE)]
        trees = _write_trees(git, [[_entries(pairs, batch, side) for side in (0, 1)] for batch in batches])
        blocks = Blocks(_whole_files)
        limit = ("-c", f"core.bigFileThreshold={largest}") if largest else ()
        for chunk in git.chunks(*limit, *_DIFF_TREE, *options, stdin=(f"{old} {new}" for old, new in trees)):
            if block := blocks.add(chunk):
                yield from _files(block)
        yield from _files(blocks.rest())


def _existing_contents(git: IsolatedGit, names: Iterable[str]) -> set[str]:
    answers = git.output("cat-file", "--batch-check=%(objectname) %(objecttype)", "--buffer", stdin=names).decode()
    return {answer.removesuffix(" blob") for answer in answers.splitlines() if answer.endswith(" blob")}


def _entries(pairs: Sequence[Pair], batch: Sequence[int], side: int) -> list[str]:
    return [f"100644 blob {pairs[number][side]}\t{number:09}" for number in batch if pairs[number][side]]


def _write_trees(git: IsolatedGit, batches: Sequence[Sequence[Sequence[str]]]) -> list[tuple[str, str]]:
    """Write two trees per batch, and return their object names."""
    lines = (line for trees in batches for entries in trees for line in (*entries, ""))
    names = git.output("mktree", "--batch", "--missing", stdin=lines).decode().split()
    return list(zip(names[::2], names[1::2], strict=True))


def _whole_files(buffer: bytes) -> int:
    """Return the length of the complete files in a buffer: those that are followed by another one."""
    return buffer.rfind(_FILE) + 1


def _files(block: bytes) -> Iterator[tuple[int, bytes]]:
    for file in (b"\n" + block).split(_FILE)[1:]:
        yield int(file[: file.index(b" ")]), file


def _hunks(file: bytes) -> Hunks | None:
    header, *hunks = file.split(_HUNK)
    return None if b"\nBinary files " in header else tuple(map(_hunk, hunks))


def _hunk(text: bytes) -> Hunk:
    """Parse ``<old>[,<removed>] +<new>[,<added>] @@``; where nothing is removed, the lines go after ``old``."""
    old, new = text[: text.index(b" @@")].split(b" +")
    old_start, removed = _range(old)
    new_start, added = _range(new)
    return Hunk(old_start, removed, new_start, added)


def _range(text: bytes) -> tuple[int, int]:
    start, comma, size = text.partition(b",")
    lines = int(size) if comma else 1
    return int(start) - (lines > 0), lines
