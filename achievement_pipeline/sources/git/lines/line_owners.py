"""Follow lines through a history: which change wrote each line of each version of each file.

This is ``git blame -w`` forwards. Blame walks back from one version of one file and compares every version that it
meets with the one before. Here commits are visited oldest first, and every version of every file is compared once:
unchanged lines keep their owner, the others belong to the commit. A merge takes from its first parent the lines that
it has, then from the next. So the owners of all versions are known for the price of one reading, and with them how long
lines were in use.

`Tracer.visit` follows object names and collects the contents that have to be compared. `Tracer.count` replays the
history once they were.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from achievement_pipeline.sources.git.lines.hunks import Hunks, Pair
    from achievement_pipeline.sources.git.lines.tree_changes import FileChange

Owners: TypeAlias = "array[int]"
"""The row that owns each line of a version; `NOBODY` where no row does, as for all lines after its end."""

Numbers: TypeAlias = npt.NDArray[np.int64]

NOBODY: Final = -1
NO_VERSION: Final = -1
_COUNTED: Final = 1 << 20
"""Lines that are counted together."""


class Traced(NamedTuple):
    """A version of a file that is known already."""

    owners: Owners
    file: int
    """The row that created the file; `NOBODY` if no row did."""
    blob: str = ""
    """Object name of its content; empty if unknown."""


class Use(NamedTuple):
    """How many lines of each row were in use, and when. Times are seconds since 1970."""

    landed: Numbers
    """When its lines reached the main line; -1 if they did not."""
    lines: Numbers
    """Lines that reached it."""
    alive: Numbers
    """Lines at its last step."""
    after: tuple[Numbers, ...]
    """Lines at the end of each span since they landed."""

    @classmethod
    def nothing(cls, rows: int, spans: int) -> Use:
        """Return that no line was in use."""

        def none() -> Numbers:
            return np.zeros(rows, dtype="int64")

        return cls(np.full(rows, -1, dtype="int64"), none(), none(), tuple(none() for _ in range(spans)))


class Comparison(NamedTuple):
    """A comparison of two contents."""

    number: int
    path: str
    """A file that had both."""


class _Version(NamedTuple):
    file: int
    blob: str
    bases: tuple[tuple[int, int], ...] = ()
    """Versions of its parents, each with the number of the comparison with it."""
    row: int = NOBODY
    """Owner of the lines that no base has."""
    lines: int = 0
    """Number of lines, where there is no base."""


class _Replaced(NamedTuple):
    """On the main line, one version replaced another one."""

    step: int
    old: int
    new: int


class _Tree(NamedTuple):
    """The followed files of a commit, as the difference from a commit of an earlier run, if there is one."""

    base: int | None
    files: dict[str, int]


class Tracer:
    """Follows the lines of some rows. A row is a file that a commit changed; lines are counted by it.

    Attributes:
        pairs: Contents that have to be compared, by the object names of both.
        edits: Pairs of a row that created a file and the number of an author who changed it.
    """

    def __init__(
        self,
        children: Counter[int],
        traced: Callable[[int, str, str], Traced | None],
        add_row: Callable[[int, str], int],
    ) -> None:
        """Prepare for the commits that will be visited.

        Args:
            children: How many children of each commit will be visited.
            traced: Returns a file of a commit that an earlier run visited, by path and content; None if it has no rows.
            add_row: Returns a new row for the lines that a merge wrote in a file.
        """
        self.pairs: dict[Pair, Comparison] = {}
        self.edits: set[tuple[int, int]] = set()
        self._children = children.copy()
        self._traced = traced
        self._add_row = add_row
        self._trees: dict[int, _Tree] = {}
        self._versions: list[_Version] = []
        self._known: dict[int, Owners] = {}
        self._of_earlier: dict[tuple[int, str], int] = {}
        self._operations: list[int | _Replaced] = []

    def visit(
        self,
        commit: int,
        parents: Sequence[int],
        changes: Sequence[Sequence[FileChange]],
        *,
        author: int,
        step: int | None,
    ) -> dict[str, tuple[int, int]]:
        """Visit a commit, after its parents.

        Args:
            commit: Its number.
            parents: The numbers of its parents. Those that were not visited belong to an earlier run.
            changes: What it changed, compared with each parent, or with nothing.
            author: The number of its author.
            step: Its position on the main line; None if it is not on it.

        Returns:
            The followed files that it changed, each with its version in the first parent and here; -1 for none.
        """
        trees = [self._trees.get(parent, _Tree(parent, {})) for parent in parents] or [_Tree(None, {})]
        first = trees[0]
        written = self._written(first, changes[0], author) if len(trees) == 1 else self._merged(commit, trees, changes)
        replaced = {path: versions for path, versions in written.items() if versions[0] != versions[1]}
        if step is not None:
            self._operations += (_Replaced(step, *versions) for versions in replaced.values())
        self._children.subtract(parents)
        is_last = bool(parents) and not self._children[parents[0]]
        files = first.files if is_last else first.files.copy()
        files.update((path, new) for path, (_, new) in replaced.items())
        self._trees[commit] = _Tree(first.base, files)
        for parent in parents:
            if not self._children[parent]:
                self._trees.pop(parent, None)
        return replaced

    def _written(self, tree: _Tree, changes: Sequence[FileChange], author: int) -> dict[str, tuple[int, int]]:
        """Return the old and the new version of each file that a commit changed."""
        written: dict[str, tuple[int, int]] = {}
        for change in changes:
            old = self._version(tree, change.old_path, change.old_blob) if change.old_blob else NO_VERSION
            if old != NO_VERSION and change.new_blob and self._versions[old].file != NOBODY:
                self.edits.add((self._versions[old].file, author))
            new = self._changed(old, change)
            if change.old_path == change.path:
                written[change.path] = (old, new)
            else:  # two files may have exchanged their names
                written[change.old_path] = (old, written.get(change.old_path, (NO_VERSION, NO_VERSION))[1])
                written[change.path] = (written.get(change.path, (NO_VERSION, NO_VERSION))[0], new)
        return written

    def _changed(self, old: int, change: FileChange) -> int:
        if not change.new_blob or (old == NO_VERSION and change.row == NOBODY):
            return NO_VERSION
        if change.old_blob == change.new_blob:
            return old
        if not change.old_blob:
            if change.lines >= 0:
                return self._add(_Version(change.row, change.new_blob, row=change.row, lines=change.lines))
            return self._add(_Version(change.row, change.new_blob, ((old, self._pair(change)),), change.row))
        file = self._versions[old].file if old != NO_VERSION else NOBODY
        return self._add(_Version(file, change.new_blob, ((old, self._pair(change)),), change.row))

    def _merged(
        self, commit: int, trees: Sequence[_Tree], changes: Sequence[Sequence[FileChange]]
    ) -> dict[str, tuple[int, int]]:
        """Return the versions in the first parent and in the merge of each file in which they differ."""
        by_path = [{change.path: change for change in each} for each in changes]
        written = {}
        for path, change in by_path[0].items():
            same = next((number for number, each in enumerate(by_path) if path not in each), None)
            in_first = change.old_blob and change.old_path == path
            old = self._version(trees[0], path, change.old_blob) if in_first else NO_VERSION
            if not change.new_blob:
                new = NO_VERSION
            elif same is not None:
                new = self._version(trees[same], path, change.new_blob)
            else:
                new = self._combined(commit, path, trees, [each[path] for each in by_path])
            written[path] = (old, new)
        return written

    def _combined(self, commit: int, path: str, trees: Sequence[_Tree], changes: Sequence[FileChange]) -> int:
        before = [
            (self._version(tree, change.old_path, change.old_blob), change)
            for tree, change in zip(trees, changes, strict=True)
            if change.old_blob
        ]
        for version, change in before:
            if change.old_blob == change.new_blob:  # under another name
                return version
        if not before:  # the merge itself added it
            row = self._add_row(commit, path)
            created = changes[0]
            return self._add(_Version(row, created.new_blob, ((NO_VERSION, self._pair(created)),), row))
        bases = [(version, self._pair(change)) for version, change in before]
        files = [self._versions[version].file for version, _ in bases if version != NO_VERSION]
        if not files:
            return NO_VERSION
        file = next((file for file in files if file != NOBODY), NOBODY)
        return self._add(_Version(file, changes[0].new_blob, tuple(dict.fromkeys(bases)), self._add_row(commit, path)))

    def _version(self, tree: _Tree, path: str, blob: str = "") -> int:
        """Return the version of a file in a tree; `blob` is its content, if it is known."""
        version = tree.files.get(path)
        if version is not None:
            return version
        if tree.base is None:
            return NO_VERSION
        place = (tree.base, path)
        if place not in self._of_earlier:
            traced = self._traced(*place, blob)
            self._of_earlier[place] = NO_VERSION if traced is None else self._know(traced)
        return self._of_earlier[place]

    def _know(self, traced: Traced) -> int:
        self._known[len(self._versions)] = traced.owners
        self._versions.append(_Version(traced.file, traced.blob))
        return len(self._versions) - 1

    def _add(self, version: _Version) -> int:
        self._operations.append(len(self._versions))
        self._versions.append(version)
        return len(self._versions) - 1

    def _pair(self, change: FileChange) -> int:
        comparison = Comparison(len(self.pairs), change.path)
        return self.pairs.setdefault((change.old_blob, change.new_blob), comparison).number

    def count(
        self,
        hunks: Sequence[Hunks | None],
        counter: LineCounter,
        kept: Iterable[int],
    ) -> dict[int, Traced]:
        """Replay what was visited.

        Args:
            hunks: The comparison of each of `pairs`, by number; None where there is none.
            counter: Counts the lines that the main line gains and loses.
            kept: Versions to return.

        Returns:
            The owners of each kept version.
        """
        uses = Counter(kept)
        wanted = set(uses)
        for operation in self._operations:
            if isinstance(operation, int):
                uses.update(base for base, _ in self._versions[operation].bases)
            else:
                uses.update((operation.old, operation.new))
        owners: dict[int, Owners] = {NO_VERSION: array("i"), **self._known}
        for operation in self._operations:
            if isinstance(operation, int):
                version = self._versions[operation]
                owners[operation] = _own(version, owners, hunks)
                used = [base for base, _ in version.bases]
            else:
                counter.add(operation.step, *self._difference(operation, owners, hunks))
                used = [operation.old, operation.new]
            for number in used:
                uses[number] -= 1
                if not uses[number] and number != NO_VERSION:
                    del owners[number]
        counter.flush()
        return {number: Traced(owners[number], *self._versions[number][:2]) for number in wanted}

    def _difference(
        self, replaced: _Replaced, owners: dict[int, Owners], hunks: Sequence[Hunks | None]
    ) -> tuple[Owners, Owners]:
        """Return the owners of the lines that a file lost and gained."""
        old, new = owners[replaced.old], owners[replaced.new]
        bases = self._versions[replaced.new].bases if replaced.new != NO_VERSION else ()
        changed = hunks[bases[0][1]] if bases and bases[0][0] == replaced.old else None
        if changed is None:
            return old, new
        lost, gained = array("i"), array("i")
        for hunk in changed:
            lost += old[hunk.old : hunk.old + hunk.removed]
            gained += new[hunk.new : hunk.new + hunk.added]
        return lost, gained


def _own(version: _Version, owners: dict[int, Owners], hunks: Sequence[Hunks | None]) -> Owners:
    """Return the owners of the lines of a version."""
    if not version.bases:
        return array("i", [version.row]) * version.lines
    own: Owners | None = None
    for base, pair in reversed(version.bases):
        changed = hunks[pair]
        if changed is not None:
            own = _take_over(owners[base], changed, own, version.row)
    return array("i") if own is None else own


def _take_over(old: Owners, hunks: Hunks, otherwise: Owners | None, row: int) -> Owners:
    """Return the owners after some hunks: unchanged lines keep theirs, the others belong to `otherwise` or `row`."""
    new = array("i")
    at = 0
    for hunk in hunks:
        new += old[at : hunk.old]
        _pad(new, hunk.new)
        if otherwise is None:
            new += array("i", [row]) * hunk.added
        else:
            new += otherwise[hunk.new : hunk.new + hunk.added]
            _pad(new, hunk.new + hunk.added)
        at = hunk.old + hunk.removed
    new += old[at:]
    return new


def _pad(owners: Owners, lines: int) -> None:
    if len(owners) < lines:
        owners += array("i", [NOBODY]) * (lines - len(owners))


class LineCounter:
    """Counts the lines of each row that are in use."""

    def __init__(self, times: Numbers, use: Use, spans: Sequence[int]) -> None:
        """Continue counting.

        Args:
            times: The time of each step of the main line, not decreasing.
            use: What was counted before; it is changed.
            spans: Lengths in seconds of `Use.after`.
        """
        self.use = use
        self._times = times
        self._spans = spans
        self._landed_at = np.where(use.landed < 0, -1, -2)
        """The step at which lines landed; -2 for one of an earlier run."""
        self._lines = array("i")
        self._steps = array("i")
        self._signs = array("b")

    def add(self, step: int, lost: Owners, gained: Owners) -> None:
        """Count the lines that the main line lost and gained in one step."""
        for owners, sign in ((lost, -1), (gained, 1)):
            self._lines += owners
            self._steps += array("i", [step]) * len(owners)
            self._signs += array("b", [sign]) * len(owners)
        if len(self._lines) > _COUNTED:
            self.flush()

    def flush(self) -> None:
        """Count what was added."""
        lines, steps, signs = (np.array(each) for each in (self._lines, self._steps, self._signs))
        self._lines, self._steps, self._signs = array("i"), array("i"), array("b")
        owned = lines != NOBODY
        rows, steps, signs = lines[owned], steps[owned], signs[owned].astype("int64")
        gained = signs > 0
        landing = gained & (self._landed_at[rows] == -1)
        self._landed_at[rows[landing][::-1]] = steps[landing][::-1]
        new = self._landed_at >= 0
        self.use.landed[new] = self._times[self._landed_at[new]]
        np.add.at(self.use.lines, rows[gained & (self._landed_at[rows] == steps)], 1)
        np.add.at(self.use.alive, rows, signs)
        age = self._times[steps] - self.use.landed[rows]
        for span, after in zip(self._spans, self.use.after, strict=True):
            within = age <= span
            np.add.at(after, rows[within], signs[within])
