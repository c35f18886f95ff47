r"""Read what commits changed: one row per file, with the numbers of ``git log --numstat -M``.

Each core runs one long-lived ``git diff-tree --stdin`` over a contiguous range of the history, because git caches the
contents that it unpacked last and neighbouring commits share them. Eight small ranges cost 20% more than two halves.
The newer half takes up to twice as long, so a process that has finished takes over half of the longest remaining range.

Git separates fields by NUL, the only byte that a path can't contain. A renamed file has two paths::

    NUL <commit> NUL
    LF :<old mode> <new mode> <old object> <new object> <status> NUL <path> NUL
       :<old mode> <new mode> <old object> <new object> R<similarity> NUL <old path> NUL <path> NUL
    <insertions> TAB <deletions> TAB <path> NUL
    <insertions> TAB <deletions> TAB NUL <old path> NUL <path> NUL

For example, a commit that changes ``b.py`` and renames ``a.py`` to ``c.py`` (object names shortened, ``\n`` is the LF,
blanks around ``\0`` and ``\t`` added)::

    \0 5d41c2f \0
    \n:100644 100644 83db48f bf269f4 M \0 b.py \0
    :100644 100644 e69de29 e69de29 R100 \0 a.py \0 c.py \0
    3 \t 1 \t b.py \0
    0 \t 0 \t \0 a.py \0 c.py \0

It has 9 fields after its name: 2 + 3 for the headers, 1 + 3 for the counts. `_file_positions` returns the rows
``(0, 2, 0, 7)`` and ``(0, 4, 1, 8)``: commit 0, the position of the header, whether the file is renamed, and the
position of the counts. (Field 0 is the empty one before the first NUL, field 1 the commit.)

No field is empty, so two NULs in a row occur between two commits and nowhere else. Within a commit, fields are
identified by position, because a path may look like any other field.
"""

import itertools
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from select import PIPE_BUF
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from git.exc import GitCommandError
from pandera.typing.pandas import DataFrame

from achievement_pipeline.frames import RawCommitFiles, typed
from achievement_pipeline.sources.git.processes import GitProcess, IsolatedGit, read_interleaved, stderr_of
from achievement_pipeline.sources.git.reading.tables import Blocks, decode_paths, split_fields, to_frame
from achievement_pipeline.sources.git.repositories import Repository

ProgressCallback = Callable[[int, int], None]
"""Called with the number of commits read so far and the total."""

_Positions = np.ndarray[tuple[int, ...], np.dtype[np.int64]]
"""Indices into the fields of a block."""

_DIFF_TREE: Final = (
    "diff-tree", "--stdin", "-z", "-r", "--root", "--always", "--format=%x00%H", "--raw",
    "--diff-algorithm=myers", "-l1000", "--no-ext-diff", "--no-textconv",
)  # fmt: skip
"""Defaults that differ between versions of git are given explicitly."""

_COMMITS_PER_PROCESS: Final = 1000
"""For fewer commits, starting another process costs more than it saves."""

_AT_ONCE: Final = PIPE_BUF // (64 + 1)
"""Maximum commits written to a process at once; each is a line of up to 64 hexadecimal digits."""

_NO_CONTENT: Final = frozenset({b"000000", b"160000"})
"""The modes of a missing file and of a submodule."""

_SCHEMA: Final = pa.schema(
    [
        ("repository", pa.large_string()),
        ("sha", pa.large_string()),
        ("path", pa.large_string()),
        ("old_path", pa.large_string()),
        ("status", pa.large_string()),
        ("old_mode", pa.large_string()),
        ("new_mode", pa.large_string()),
        ("old_blob", pa.large_string()),
        ("new_blob", pa.large_string()),
        ("insertions", pa.int32()),
        ("deletions", pa.int32()),
        ("binary", pa.bool_()),
    ]
)


@dataclass(frozen=True)
class Changes:
    """The files that commits changed.

    Attributes:
        files: One row per commit and changed file.
        unread: Git's error message by the object name of each commit that could not be read.
    """

    files: DataFrame[RawCommitFiles]
    unread: Mapping[str, str]


def read_changes(repository: Repository, shas: Sequence[str], progress: ProgressCallback | None = None) -> Changes:
    """Diff each commit with its first parent, or with the empty tree if it has none.

    A commit with a missing or damaged object, and a boundary commit of a shallow clone, is reported as unread and does
    not prevent the others from being read.

    Args:
        repository: The repository to read.
        shas: Object names of commits that are not merges. The order in which they were listed is the fastest.
        progress: Called after each batch.
    """
    unread = dict.fromkeys(set(shas).intersection(repository.shallow), "a shallow clone ends here")
    with repository.isolated_git() as git:
        reader = _Reader(git, repository, lambda done: progress(done + len(unread), len(shas)) if progress else None)
        reader.read([sha for sha in shas if sha not in unread])
    files = to_frame(_in_order(reader.batches, shas), _SCHEMA)
    return Changes(typed(RawCommitFiles, files), unread | reader.unread)


def _in_order(batches: Sequence[pa.RecordBatch], shas: Sequence[str]) -> list[pa.RecordBatch]:
    """Sort files by the order of their commits, which depends on the scheduling of processes.

    Each process reads long ranges, so this reorders a few long slices without copying them.
    """
    files = pa.Table.from_batches(batches, _SCHEMA)
    order = np.argsort(pc.index_in(files["sha"], pa.array(shas, pa.large_string())), kind="stable")
    begins = np.flatnonzero(np.diff(order, prepend=-2) != 1)  # -2: the first row starts a slice
    slices = (files.slice(order[begin], end - begin) for begin, end in itertools.pairwise([*begins, len(order)]))
    return [batch for each in slices for batch in each.to_batches()]


class _Reader:
    """Reads commits with several processes, skipping those that can't be read."""

    def __init__(self, git: IsolatedGit, repository: Repository, report: Callable[[int], None]) -> None:
        self.batches: list[pa.RecordBatch] = []
        self.unread: dict[str, str] = {}
        self._git = git
        self._repository = repository
        self._report = report
        self._done = 0

    def read(self, shas: Sequence[str]) -> None:
        """Read all readable commits.

        When a process fails, the commits whose contents are missing are sorted out first. After that, the failing
        commit is one of the first two that the process had not finished: each of them is read alone.
        """
        broken = self._read_concurrently(shas)
        if broken:
            left = [sha for part in broken for sha in part.unfinished]
            missing = _missing_contents(self._git, left, partial=self._repository.partial)
            self._give_up(missing)
            broken = self._read_concurrently([sha for sha in left if sha not in missing])
        while broken:
            left = []
            for part in broken:
                for suspect in part.unfinished[:2]:
                    for failed in self._read_concurrently([suspect]):
                        self._give_up({suspect: failed.error})
                left += part.unfinished[2:]
            broken = self._read_concurrently(left)

    def _read_concurrently(self, shas: Sequence[str]) -> list["_Part"]:
        """Read until all processes have exited, and return the parts whose process failed."""
        if not shas:
            return []
        parts = [_Part(self._repository.key) for _ in range(_processes(len(shas)))]
        queue = _WorkQueue(len(shas), len(parts))

        def feed(index: int) -> bytes:
            return parts[index].assign([shas[position] for position in queue.take(index)])

        with ExitStack() as stack:
            processes = [stack.enter_context(self._git.running_fed(*_DIFF_TREE, "--numstat", "-M")) for _ in parts]
            for index, chunk in read_interleaved(processes, feed):
                self._advance(parts[index].add(chunk))
            while feed(0):  # all processes failed: assign the rest, so that it counts as unfinished
                pass
            for part, process in zip(parts, processes, strict=True):
                self._advance(part.end(process))
        for part in parts:
            self.batches += part.batches
            self._give_up(dict.fromkeys(part.missing, "the commit is missing"))
        return [part for part in parts if part.error]

    def _give_up(self, unread: Mapping[str, str]) -> None:
        self.unread |= unread
        self._advance(len(unread))

    def _advance(self, commits: int) -> None:
        if commits:
            self._done += commits
            self._report(self._done)


class _Part:
    """The commits assigned to one process, and the result.

    Attributes:
        shas: The commits assigned to the process.
        batches: The files of the commits that were read.
        error: Git's standard error if the process failed, else empty.
        unfinished: The commits that were not read because the process failed. One of the first two made it fail.
        missing: The commits for which the process printed nothing.
    """

    def __init__(self, key: str) -> None:
        self.shas: list[str] = []
        self.batches: list[pa.RecordBatch] = []
        self.error = ""
        self.unfinished: Sequence[str] = ()
        self.missing: list[str] = []
        self._key = key
        self._read: list[str] = []
        self._blocks = Blocks(_whole_commits)

    def assign(self, shas: Sequence[str]) -> bytes:
        """Assign commits to the process, and return the lines to write to its standard input."""
        self.shas += shas
        return "\n".join([*shas, ""]).encode()

    def add(self, chunk: bytes) -> int:
        """Add a chunk of output, and return the number of commits that it completed."""
        return self._parse(self._blocks.add(chunk))

    def end(self, process: GitProcess) -> int:
        """Parse the rest of the output. If the process failed, its last commit may be cut off and is unfinished."""
        rest = self._blocks.rest()
        finished = len(self.shas)
        try:
            process.check()
            whole = self._parse(rest)
        except GitCommandError as error:
            self.error = stderr_of(error)
            whole = self._parse(rest[: _whole_commits(rest)])
            finished = self.shas.index(self._read[-1]) + 1 if self._read else 0
        read = set(self._read)
        self.missing = [sha for sha in self.shas[:finished] if sha not in read]
        self.unfinished = self.shas[finished:]
        return whole

    def _parse(self, block: bytes) -> int:
        if not block:
            return 0
        shas, batch = _batch(self._key, block)
        self._read += shas
        self.batches.append(batch)
        return len(shas)


def _whole_commits(buffer: bytes) -> int:
    """Return the length of the complete commits in a buffer: those that are followed by another one."""
    return buffer.rfind(b"\0\0") + 1


class _WorkQueue:
    """Distributes the positions of a list among processes.

    Each process has a contiguous range. A process that has finished its range takes over half of the longest one.
    """

    def __init__(self, size: int, processes: int) -> None:
        ends = [size * number // processes for number in range(processes + 1)]
        self._left = [range(*stretch) for stretch in itertools.pairwise(ends)]

    def take(self, process: int) -> range:
        """Return the next positions for a process, or an empty range when all are taken."""
        if not self._left[process]:
            longest = max(range(len(self._left)), key=lambda other: len(self._left[other]))
            middle = len(self._left[longest]) // 2
            self._left[process], self._left[longest] = self._left[longest][middle:], self._left[longest][:middle]
        taken, self._left[process] = self._left[process][:_AT_ONCE], self._left[process][_AT_ONCE:]
        return taken


def _processes(commits: int) -> int:
    """Return the number of processes: one per core, fewer for few commits."""
    return max(1, min(_cores(), commits // _COMMITS_PER_PROCESS))


def _cores() -> int:
    """Return the number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _batch(key: str, block: bytes) -> tuple[list[str], pa.RecordBatch]:
    """Parse a block into the object names of its commits and one row per changed file."""
    fields, names = _records(block)
    commits = fields.take(names).cast(pa.large_string())
    commit, header, renamed, numbers = _file_positions(fields, names).T
    shas = commits.to_pylist()
    headers = pc.ascii_ltrim(fields.take(header).cast(pa.large_string()), "\n").cast(pa.large_binary())
    name = len(shas[0])
    counts = pc.split_pattern(fields.take(numbers), b"\t", max_splits=2)
    inserted, deleted = (_counts(pc.list_element(counts, index)) for index in (0, 1))
    return shas, pa.record_batch(
        [
            pa.repeat(pa.scalar(key, pa.large_string()), len(commit)),
            commits.take(commit),
            decode_paths(fields.take(header + 1 + renamed)),
            decode_paths(fields.take(pa.array(header + 1, mask=renamed == 0))),
            _cut(headers, 17 + 2 * name, 18 + 2 * name),
            _cut(headers, 1, 7),
            _cut(headers, 8, 14),
            _cut(headers, 15, 15 + name),
            _cut(headers, 16 + name, 16 + 2 * name),
            inserted,
            deleted,
            pc.is_null(inserted),
        ],
        schema=_SCHEMA,
    )


def _records(block: bytes) -> tuple[pa.LargeBinaryArray, _Positions]:
    """Split a block into fields, and return the indices of its commit names too: each follows an empty field."""
    fields = split_fields(block)
    return fields, np.flatnonzero(pc.equal(pc.binary_length(fields), 0)) + 1


def _file_positions(fields: pa.LargeBinaryArray, names: _Positions) -> _Positions:
    """Locate the fields of each changed file; see the example in the module's docstring.

    The counts of a renamed file end with a tab. A commit without such a field has exactly three fields per file, so all
    of its positions follow by arithmetic; only commits with renamed files are parsed field by field.

    Returns:
        One row per file: the index of its commit in `names`, the index of its header, 1 if it is renamed, else 0, and
        the index of its counts.
    """
    ends = np.append(names[1:] - 1, len(fields))
    renaming = np.zeros(len(names), bool)
    renaming[np.searchsorted(names, np.flatnonzero(pc.ends_with(fields, b"\t")), "right") - 1] = True
    files = np.where(renaming, 0, ends - names - 1) // 3
    commit = np.repeat(np.arange(len(names)), files)
    nth = np.arange(len(commit)) - np.repeat(np.cumsum(files) - files, files)
    first = names[commit] + 1
    header, counts = first + 2 * nth, first + 2 * files[commit] + nth
    plain = np.column_stack([commit, header, np.zeros_like(header), counts])
    others = [
        _file_positions_of_commit(fields, each, range(names[each] + 1, ends[each]))
        for each in np.flatnonzero(renaming).tolist()
    ]
    rows = np.concatenate([plain, *others])
    return rows[np.argsort(rows[:, 0], kind="stable")]


def _file_positions_of_commit(fields: pa.LargeBinaryArray, commit: int, positions: range) -> _Positions:
    """Return the rows of `_file_positions` for one commit, which may have renamed files."""
    texts = fields[positions.start : positions.stop].to_pylist()
    texts[0] = texts[0].removeprefix(b"\n")
    headers, renamed = [], []
    at = 0
    while at < len(texts) and texts[at][:1] == b":":  # counts begin with a digit or "-"
        headers.append(positions[at])
        renamed.append(texts[at][-1:].isdigit())
        at += 2 + renamed[-1]
    sizes = 1 + 2 * np.array(renamed)
    counts = positions[at] + np.cumsum(sizes) - sizes
    return np.column_stack([np.full_like(counts, commit), headers, renamed, counts])


def _cut(headers: pa.LargeBinaryArray, start: int, stop: int) -> pa.LargeStringArray:
    return pc.binary_slice(headers, start, stop).cast(pa.large_string())


def _counts(values: pa.Array) -> pa.Array:
    """Parse numbers of lines. Git prints "-" for a binary file."""
    texts = values.cast(pa.large_string())
    return pc.if_else(pc.equal(texts, "-"), None, texts).cast(pa.int32())


def _missing_contents(git: IsolatedGit, shas: Sequence[str], *, partial: bool) -> dict[str, str]:
    """Return an error message for each commit whose diff needs missing contents, by reading object names only.

    In a partial clone whole trees can be missing, at which git stops. All commits after that one count as missing.
    """
    needed: dict[str, set[bytes]] = {}
    missing: dict[str, str] = {}
    blocks = Blocks(_whole_commits)
    try:
        for chunk in git.chunks(*_DIFF_TREE, "--no-renames", stdin=shas):
            if block := blocks.add(chunk):
                needed |= _needed_contents(block)
        needed |= _needed_contents(blocks.rest())
    except GitCommandError as error:
        if partial:
            missing = dict.fromkeys((sha for sha in shas if sha not in needed), stderr_of(error))
    names = set().union(*needed.values())
    answers = git.output("cat-file", "--batch-check=", "--buffer", stdin=(name.decode() for name in names))
    absent = {line.removesuffix(b" missing") for line in answers.splitlines() if line.endswith(b" missing")}
    for sha, contents in needed.items():
        if lost := contents & absent:
            missing[sha] = f"{len(lost)} of its contents are missing, such as {min(lost).decode()}"
    return missing


def _needed_contents(block: bytes) -> dict[str, set[bytes]]:
    """Return the contents that git reads to count the lines of each commit.

    Submodules have none, and contents that occur on both sides are not compared.
    """
    fields, names = _records(block)
    needed = {}
    for first, end in itertools.pairwise([*names, len(fields) + 1]):
        sha, *headers_and_paths = fields[first : end - 1].to_pylist()
        sides: tuple[set[bytes], set[bytes]] = (set(), set())
        for header in headers_and_paths[::2]:
            modes_and_names = header.strip(b"\n:").split(b" ")
            for side, mode, name in zip(sides, modes_and_names[:2], modes_and_names[2:4], strict=True):
                if mode not in _NO_CONTENT:
                    side.add(name)
        needed[sha.decode()] = sides[0] ^ sides[1]
    return needed
