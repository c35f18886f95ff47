"""Reading what commits changed: a row a file, with the numbers of ``git log --numstat -M``.

One long-lived ``git diff-tree --stdin`` a core reads a contiguous stretch of the history: git keeps the contents that
it unpacked last, and neighbours share them. Eight small stretches cost a fifth more than two halves. Halves are not
equal work, the newer one takes up to twice as long: who is done with his takes half of what is left of the other.

What git prints of a commit is framed by NULs, the only byte that no path holds. A renamed file has two paths::

    NUL <commit> NUL
    LF :<old mode> <new mode> <old object> <new object> <status> NUL <path> NUL
       :<old mode> <new mode> <old object> <new object> R<similarity> NUL <old path> NUL <path> NUL
    <insertions> TAB <deletions> TAB <path> NUL
    <insertions> TAB <deletions> TAB NUL <old path> NUL <path> NUL

No field is empty, so two NULs in a row stand between two commits and nowhere else. Within a commit fields are known by
their place, as a path may look like anything.
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
from achievement_pipeline.sources.git.repositories import Repository
from achievement_pipeline.sources.git.tables import Blocks, decode_paths, split_fields, to_frame

ProgressCallback = Callable[[int, int], None]
"""Told how many commits are done, and of how many."""

_Positions = np.ndarray[tuple[int, ...], np.dtype[np.int64]]
"""Where fields stand among all those of a block."""

_DIFF_TREE: Final = (
    "diff-tree", "--stdin", "-z", "-r", "--root", "--always", "--format=%x00%H", "--raw",
    "--diff-algorithm=myers", "-l1000", "--no-ext-diff", "--no-textconv",
)  # fmt: skip
"""What another version of git could decide otherwise is said."""

_COMMITS_PER_PROCESS: Final = 1000
"""For fewer, one more process costs more than it saves."""

_AT_ONCE: Final = PIPE_BUF // (64 + 1)
"""The commits that a process is given at once: a line of up to 64 digits each."""

_NO_CONTENT: Final = frozenset({b"000000", b"160000"})
"""The modes of a file that is not there, and of a submodule."""

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
    """What was read of commits.

    Attributes:
        files: The files that they changed.
        unread: The commits that could not be read, with what git said.
    """

    files: DataFrame[RawCommitFiles]
    unread: Mapping[str, str]


def read_changes(repository: Repository, shas: Sequence[str], progress: ProgressCallback | None = None) -> Changes:
    """Read what commits changed against their first parent, roots against nothing; merges are not for here.

    It is fastest with the commits in the order that they were listed in. One with a missing or damaged object is
    reported, and so is one that a shallow clone ends at; all others are read.
    """
    unread = dict.fromkeys(set(shas).intersection(repository.shallow), "a shallow clone ends here")
    with repository.isolated_git() as git:
        reader = _Reader(git, repository, lambda done: progress(done + len(unread), len(shas)) if progress else None)
        reader.read([sha for sha in shas if sha not in unread])
    files = to_frame(_in_order(reader.batches, shas), _SCHEMA)
    return Changes(typed(RawCommitFiles, files), unread | reader.unread)


def _in_order(batches: Sequence[pa.RecordBatch], shas: Sequence[str]) -> list[pa.RecordBatch]:
    """Put files in the order of their commits: which process read which of them is chance.

    Each reads long stretches, so what is put in order are a few long slices, which is no copy.
    """
    files = pa.Table.from_batches(batches, _SCHEMA)
    order = np.argsort(pc.index_in(files["sha"], pa.array(shas, pa.large_string())), kind="stable")
    begins = np.flatnonzero(np.diff(order, prepend=-2) != 1)  # the first row follows none
    slices = (files.slice(order[begin], end - begin) for begin, end in itertools.pairwise([*begins, len(order)]))
    return [batch for each in slices for batch in each.to_batches()]


class _Reader:
    """Reads commits with as many processes as pay, and goes on after those that can't be read."""

    def __init__(self, git: IsolatedGit, repository: Repository, report: Callable[[int], None]) -> None:
        self.batches: list[pa.RecordBatch] = []
        self.unread: dict[str, str] = {}
        self._git = git
        self._repository = repository
        self._report = report
        self._done = 0

    def read(self, shas: Sequence[str]) -> None:
        """Read all commits that can be."""
        broken = self._read_side_by_side(shas)
        if broken:
            left = [sha for part in broken for sha in part.left]
            missing = _missing_contents(self._git, left, partial=self._repository.partial)
            self._give_up(missing)
            broken = self._read_side_by_side([sha for sha in left if sha not in missing])
        while broken:
            left = []
            for part in broken:
                for suspect in part.left[:2]:
                    for alone in self._read_side_by_side([suspect]):
                        self._give_up({suspect: alone.error})
                left += part.left[2:]
            broken = self._read_side_by_side(left)

    def _read_side_by_side(self, shas: Sequence[str]) -> list["_Part"]:
        """Read until all processes have ended, and return the parts whose process did not end well."""
        if not shas:
            return []
        parts = [_Part(self._repository.key) for _ in range(_processes(len(shas)))]
        stretches = _Stretches(len(shas), len(parts))

        def feed(place: int) -> bytes:
            return parts[place].give([shas[number] for number in stretches.take(place)])

        with ExitStack() as stack:
            processes = [stack.enter_context(self._git.running_fed(*_DIFF_TREE, "--numstat", "-M")) for _ in parts]
            for place, chunk in read_interleaved(processes, feed):
                self._advance(parts[place].take(chunk))
            while feed(0):  # all have broken down: what none was given is left
                pass
            for part, process in zip(parts, processes, strict=True):
                self._advance(part.end(process))
        for part in parts:
            self.batches += part.batches
            self._give_up(dict.fromkeys(part.passed_over, "the commit is missing"))
        return [part for part in parts if part.error]

    def _give_up(self, unread: Mapping[str, str]) -> None:
        self.unread |= unread
        self._advance(len(unread))

    def _advance(self, commits: int) -> None:
        if commits:
            self._done += commits
            self._report(self._done)


class _Part:
    """What one process is given to read, and what came of it.

    Attributes:
        shas: The commits that it is given.
        batches: The files of those that were read.
        error: What git said when it ended badly, else empty.
        left: Then, the commits that it did not come to; the first two of them are suspected.
        passed_over: The commits that it answered nothing to.
    """

    def __init__(self, key: str) -> None:
        self.shas: list[str] = []
        self.batches: list[pa.RecordBatch] = []
        self.error = ""
        self.left: Sequence[str] = ()
        self.passed_over: list[str] = []
        self._key = key
        self._read: list[str] = []
        self._blocks = Blocks(_whole_commits)

    def give(self, shas: Sequence[str]) -> bytes:
        """Note what the process is given, and return it as it reads it."""
        self.shas += shas
        return "\n".join([*shas, ""]).encode()

    def take(self, chunk: bytes) -> int:
        """Take what the process printed; return how many commits that made whole."""
        return self._parse(self._blocks.add(chunk))

    def end(self, process: GitProcess) -> int:
        """See how the process ended. Where badly, the last commit that it printed may be cut off, and is left."""
        rest = self._blocks.rest()
        came_to = len(self.shas)
        try:
            process.check()
            whole = self._parse(rest)
        except GitCommandError as error:
            self.error = stderr_of(error)
            whole = self._parse(rest[: _whole_commits(rest)])
            came_to = self.shas.index(self._read[-1]) + 1 if self._read else 0
        read = set(self._read)
        self.passed_over = [sha for sha in self.shas[:came_to] if sha not in read]
        self.left = self.shas[came_to:]
        return whole

    def _parse(self, block: bytes) -> int:
        if not block:
            return 0
        shas, batch = _batch(self._key, block)
        self._read += shas
        self.batches.append(batch)
        return len(shas)


def _whole_commits(buffer: bytes) -> int:
    """The length of the commits in a buffer that another one follows."""
    return buffer.rfind(b"\0\0") + 1


class _Stretches:
    """Shares the places of a list out among processes.

    Each has a contiguous stretch; one that is done with its own goes on with half of the longest that is left.
    """

    def __init__(self, size: int, processes: int) -> None:
        ends = [size * number // processes for number in range(processes + 1)]
        self._left = [range(*stretch) for stretch in itertools.pairwise(ends)]

    def take(self, process: int) -> range:
        """Return the next places for a process, none when all are taken."""
        if not self._left[process]:
            longest = max(range(len(self._left)), key=lambda other: len(self._left[other]))
            middle = len(self._left[longest]) // 2
            self._left[process], self._left[longest] = self._left[longest][middle:], self._left[longest][:middle]
        taken, self._left[process] = self._left[process][:_AT_ONCE], self._left[process][_AT_ONCE:]
        return taken


def _processes(commits: int) -> int:
    """As many as there are cores, fewer where each would read few commits."""
    return max(1, min(_cores(), commits // _COMMITS_PER_PROCESS))


def _cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _batch(key: str, block: bytes) -> tuple[list[str], pa.RecordBatch]:
    """The commits in a block, and the files that they changed."""
    fields, names = _records(block)
    commits = fields.take(names).cast(pa.large_string())
    commit, header, renamed, numbers = _places(fields, names).T
    shas = commits.to_pylist()
    headers = pc.ascii_ltrim(fields.take(header).cast(pa.large_string()), "\n").cast(pa.large_binary())
    name = len(shas[0])
    counts = pc.split_pattern(fields.take(numbers), b"\t", max_splits=2)
    inserted, deleted = (_counts(pc.list_element(counts, place)) for place in (0, 1))
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
    """The fields of a block, and which of them are names of commits: those that an empty one stands before."""
    fields = split_fields(block)
    return fields, np.flatnonzero(pc.equal(pc.binary_length(fields), 0)) + 1


def _places(fields: pa.LargeBinaryArray, names: _Positions) -> _Positions:
    """A row a file: the number of its commit, the place of its header, 1 where it is renamed, the place of its counts.

    The counts of a renamed file end with a tab. Where no field of a commit does, it has three fields a file.
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
        _places_one_by_one(fields, each, range(names[each] + 1, ends[each]))
        for each in np.flatnonzero(renaming).tolist()
    ]
    rows = np.concatenate([plain, *others])
    return rows[np.argsort(rows[:, 0], kind="stable")]


def _places_one_by_one(fields: pa.LargeBinaryArray, commit: int, places: range) -> _Positions:
    """What `_places` says of one commit, where files may be renamed."""
    texts = fields[places.start : places.stop].to_pylist()
    texts[0] = texts[0].removeprefix(b"\n")
    headers, renamed = [], []
    at = 0
    while at < len(texts) and texts[at][:1] == b":":  # a count begins with a digit, or it is "-"
        headers.append(places[at])
        renamed.append(texts[at][-1:].isdigit())
        at += 2 + renamed[-1]
    sizes = 1 + 2 * np.array(renamed)
    counts = places[at] + np.cumsum(sizes) - sizes
    return np.column_stack([np.full_like(counts, commit), headers, renamed, counts])


def _cut(headers: pa.LargeBinaryArray, start: int, stop: int) -> pa.LargeStringArray:
    return pc.binary_slice(headers, start, stop).cast(pa.large_string())


def _counts(values: pa.Array) -> pa.Array:
    """Numbers of lines; "-" is git's word for a binary file."""
    texts = values.cast(pa.large_string())
    return pc.if_else(pc.equal(texts, "-"), None, texts).cast(pa.int32())


def _missing_contents(git: IsolatedGit, shas: Sequence[str], *, partial: bool) -> dict[str, str]:
    """The commits whose changes need contents that are not here, by asking for names only.

    In a partial clone this may end early, as whole trees can be missing; then it holds for all commits that it did not
    come to.
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
        if lacks := contents & absent:
            missing[sha] = f"{len(lacks)} of its contents are missing, such as {min(lacks).decode()}"
    return missing


def _needed_contents(block: bytes) -> dict[str, set[bytes]]:
    """What is read to count the lines of each commit: not submodules, and not what is on both sides alike."""
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
