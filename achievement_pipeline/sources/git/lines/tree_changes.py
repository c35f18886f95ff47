"""List the files that commits changed, by object names alone: no content is compared but to find renamed files."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from achievement_pipeline.sources.git.processes import IsolatedGit
from achievement_pipeline.sources.git.reading.tables import Blocks

_DIFF_TREE: Final = (
    "diff-tree", "--stdin", "-z", "-r", "--root", "--always", "--format=%x00%H", "--raw", "--no-abbrev",
    "-l1000",
)  # fmt: skip


class FileChange(NamedTuple):
    """A file that a commit changed, compared with one of its parents."""

    path: str
    old_path: str
    """The path before; the same unless it was renamed."""
    old_blob: str
    """Object name of the content before; empty if there was none, or no file with lines."""
    new_blob: str
    """The same of the content after."""
    lines: int = -1
    """Lines of a new file; -1 if unknown."""
    row: int = -1
    """The number under which the lines that it adds are counted; -1 if they are not."""


def changes_of_commits(git: IsolatedGit, shas: Sequence[str]) -> Iterator[tuple[str, list[FileChange]]]:
    """Yield each commit and what it changed, with renamed files.

    Raises:
        GitCommandError: A tree is missing or damaged.
    """
    yield from _read(git, shas, "-M")


def with_shared_sources(git: IsolatedGit, changes: Mapping[str, list[FileChange]]) -> dict[str, list[FileChange]]:
    """Return changes of commits in which new files that came from a file that was renamed to another one say so.

    Git takes a file that is gone as the source of one renamed file only, blame as that of any.

    Args:
        git: Reads the repository.
        changes: What commits changed, with renamed files.

    Raises:
        GitCommandError: A tree is missing or damaged.
    """
    unsure = [
        sha
        for sha, each in changes.items()
        if any(change.old_path != change.path for change in each) and any(not change.old_blob for change in each)
    ]
    found = {}
    for sha, copied in _read(git, unsure, "-C"):
        gone = {change.old_path for change in changes[sha] if change.old_path != change.path or not change.new_blob}
        sources = {change.path: change for change in copied if change.old_path in gone and change.new_blob}
        found[sha] = [
            change._replace(old_path=source.old_path, old_blob=source.old_blob)
            if not change.old_blob and (source := sources.get(change.path))
            else change
            for change in changes[sha]
        ]
    return found


def changes_of_merges(git: IsolatedGit, parents: Mapping[str, Sequence[str]]) -> dict[str, list[list[FileChange]]]:
    """Return what merges changed compared with each parent, in the order of parents.

    Renamed files are looked for where no parent has a file as the merge has it, and one parent has none of that name.

    Args:
        git: Reads the repository.
        parents: Object names of the parents of each merge.

    Raises:
        GitCommandError: A tree is missing or damaged.
    """
    comparisons = [(merge, number) for merge, each in parents.items() for number in range(len(each))]
    lines = [f"{merge} {parents[merge][number]}" for merge, number in comparisons]
    compared = deque(changes for _, changes in _read(git, lines, "--no-renames"))
    found = {merge: [compared.popleft() for _ in each] for merge, each in parents.items()}
    unsure = [(merge, number) for merge in found for number in _may_be_renamed(found[merge])]
    lines = [f"{merge} {parents[merge][number]}" for merge, number in unsure]
    for (merge, number), (_, changes) in zip(unsure, _read(git, lines, "-M"), strict=True):
        renamed = {change.path: change for change in changes if change.old_path != change.path}
        found[merge][number] = [renamed.get(change.path, change) for change in found[merge][number]]
    return found


def _may_be_renamed(changes: Sequence[Sequence[FileChange]]) -> set[int]:
    """Return the parents in which a file may have had another name."""
    everywhere = set.intersection(*({change.path for change in each if change.new_blob} for each in changes))
    return {
        number
        for number, each in enumerate(changes)
        for change in each
        if change.path in everywhere and not change.old_blob
    }


def _read(git: IsolatedGit, lines: Sequence[str], *options: str) -> Iterator[tuple[str, list[FileChange]]]:
    if not lines:
        return
    blocks = Blocks(lambda buffer: buffer.rfind(b"\0\0") + 1)
    for chunk in git.chunks(*_DIFF_TREE, *options, stdin=lines):
        if block := blocks.add(chunk):
            yield from _parse(block)
    yield from _parse(blocks.rest())


def _parse(block: bytes) -> Iterator[tuple[str, list[FileChange]]]:
    """Parse records as `achievement_pipeline.sources.git.reading.changes` describes them, without counts."""
    for record in block.split(b"\0\0"):
        fields = record.strip(b"\0").split(b"\0")
        if not fields[0]:
            continue
        yield fields[0].decode(), list(_changes(fields[1:]))


def _changes(fields: list[bytes]) -> Iterator[FileChange]:
    at = 0
    while at < len(fields) and (header := fields[at].lstrip(b"\n")):
        old_mode, new_mode, old_blob, new_blob, status = header[1:].decode().split(" ")
        renamed = status[0] in "RC"
        old_path, path = _decoded(fields[at + 1]), _decoded(fields[at + 1 + renamed])
        at += 2 + renamed
        yield file_change(path, old_path, (old_mode, new_mode), (old_blob, new_blob))


def file_change(path: str, old_path: str, modes: tuple[str, str], blobs: tuple[str, str]) -> FileChange:
    """Return a change, with contents of regular files only. A file that changed its type is a new one."""
    old, new = (blob if mode.startswith("100") else "" for mode, blob in zip(modes, blobs, strict=True))
    return FileChange(path, old_path, old, new)


def _decoded(path: bytes) -> str:
    return path.decode(errors="backslashreplace")
