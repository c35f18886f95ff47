"""Read how long the lines of commits were in use on the default branch.

Lines belong to the commits that ``git blame -w`` names. The owners of all lines at the head are stored with the result,
so that new commits cost what they change. A branch may start at an older commit, so versions of files that were
replaced lately are stored too; of even older ones ``git blame`` itself names the owners.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from pandera.typing.pandas import DataFrame

from achievement_pipeline.frames import DiffState, LineOwners, LineUse, typed
from achievement_pipeline.sources.git.lines.commit_graph import CommitGraph
from achievement_pipeline.sources.git.lines.hunks import Hunks, read_hunks
from achievement_pipeline.sources.git.lines.line_owners import LineCounter, Numbers, Tracer, Use
from achievement_pipeline.sources.git.lines.main_versions import EarlierVersions, MainVersions, Row, owners_frame
from achievement_pipeline.sources.git.lines.tree_changes import (
    FileChange,
    changes_of_commits,
    changes_of_merges,
    file_change,
    with_shared_sources,
)
from achievement_pipeline.sources.git.processes import IsolatedGit
from achievement_pipeline.sources.git.reading.history import History
from achievement_pipeline.sources.git.repositories import Repository

_VERSION: Final = "2"
"""Change it when lines are followed or counted differently. What was stored before is discarded."""
_YEAR: Final = round(365.25 * 86_400)
_SPANS: Final = {"alive_1y": _YEAR, "alive_2y": 2 * _YEAR}
_RECENT: Final = 300
"""Commits of the default branch whose versions of files are stored. Most branches start at one of them."""


class LinesInUse(NamedTuple):
    """What is known of the lines of a repository."""

    use: DataFrame[LineUse]
    owners: DataFrame[LineOwners]


def no_lines() -> LinesInUse:
    """Return no lines."""
    return LinesInUse(LineUse.empty(), LineOwners.empty())


def read_lines_in_use(repository: Repository, history: History, stored: LinesInUse) -> LinesInUse:
    """Read how long the lines of the commits whose changes were read were in use.

    Args:
        repository: The repository as it is now.
        history: What was read of it.
        stored: The last result; it is continued where the default branch only grew.

    Returns:
        Nothing for a partial clone, in which contents are missing; `stored` while the head was not collected yet.

    Raises:
        GitCommandError: The history can't be read.
    """
    commits = history.commits
    if repository.partial or not _are_followed(commits).any():
        return no_lines()
    if not (commits["sha"] == repository.main).any():
        return stored
    graph = CommitGraph.of(commits, str(repository.main))
    known = _continued(graph, commits, stored)
    if not known:
        stored = no_lines()
    new = graph.oldest_first(graph.main[-1], known)
    if not new:
        return stored
    with repository.isolated_git() as git:
        use, owners = _Reading(repository, git, history, graph, stored).read(new)
    state = _state(commits, [*known, *new], use)
    owners = owners.assign(head=repository.main, state=state).astype({"head": "str", "state": "str"})
    return LinesInUse(use, typed(LineOwners, owners))


def _are_followed(commits: pd.DataFrame) -> pd.Series[bool]:
    return commits["diff"] == DiffState.READ


def _continued(graph: CommitGraph, commits: pd.DataFrame, stored: LinesInUse) -> list[int]:
    """Return the commits that the earlier run visited; none if history was rewritten, or others are followed now."""
    use, owners = stored
    head = graph.positions.get(owners["head"].iloc[0]) if len(owners) else None
    if head is None or head not in graph.steps:
        return []
    known = graph.oldest_first(head)
    return known if owners["state"].iloc[0] == _state(commits, known, use) else []


def _state(commits: pd.DataFrame, visited: Sequence[int], use: pd.DataFrame) -> str:
    """Return a digest of the commits whose lines are followed, and of their rows."""
    chosen = commits.iloc[list(visited)]
    followed = sorted(chosen.loc[_are_followed(chosen), "sha"])
    rows = pd.util.hash_pandas_object(use[["sha", "path"]], index=False).to_numpy().tobytes()
    return hashlib.sha256("\n".join([_VERSION, *followed]).encode() + rows).hexdigest()[:16]


class _Reading:
    """One reading of a repository."""

    def __init__(
        self, repository: Repository, git: IsolatedGit, history: History, graph: CommitGraph, stored: LinesInUse
    ) -> None:
        self._repository, self._git, self._history = repository, git, history
        self._graph, self._stored = graph, stored
        self._shas: list[str] = history.commits["sha"].tolist()
        self._rows: list[Row] = list(zip(stored.use["sha"].tolist(), stored.use["path"].tolist(), strict=True))

    def read(self, new: Sequence[int]) -> tuple[DataFrame[LineUse], pd.DataFrame]:
        """Read what new commits changed.

        Args:
            new: Their positions, parents before their children.

        Returns:
            The use of all rows, and `LineOwners` without the columns that are the same for all.
        """
        main = MainVersions(len(self._graph.main) - 1 - _RECENT)
        authors, people = pd.factorize(self._history.commits["author_email"])
        tracer = self._visit(new, main, authors.tolist())
        counter = LineCounter(self._times(), self._earlier_use(), list(_SPANS.values()))
        kept = main.kept()
        traced = tracer.count(self._hunks(tracer), counter, [each.version for each in kept])
        stored = main.still_kept(self._stored.owners)
        owners = owners_frame(self._repository.key, [(each, traced[each.version]) for each in kept])
        editors = self._editors({(row, people[author]) for row, author in tracer.edits})
        return self._use_frame(counter.use, editors), pd.concat([stored[owners.columns], owners], ignore_index=True)

    def _visit(self, new: Sequence[int], main: MainVersions, authors: Sequence[int]) -> Tracer:
        parents, steps = self._graph.parents, self._graph.steps
        earlier = self._earlier_versions()
        changes = self._changes(new)
        tracer = Tracer(
            Counter(parent for commit in new for parent in parents[commit]),
            lambda commit, path, blob: earlier.find(self._shas[commit], steps.get(commit), path, blob),
            lambda commit, path: self._add_row(self._shas[commit], path),
        )
        for commit in new:
            step = steps.get(commit)
            replaced = tracer.visit(commit, parents[commit], changes[commit], author=authors[commit], step=step)
            if step is not None:
                main.replace(step, replaced)
        return tracer

    def _earlier_versions(self) -> EarlierVersions:
        owners = self._stored.owners
        last = self._graph.steps[self._graph.positions[owners["head"].iloc[0]]] if len(owners) else 0
        return EarlierVersions(self._git, owners, self._history.files, tuple(self._rows), max(0, last - _RECENT))

    def _changes(self, new: Sequence[int]) -> Mapping[int, Sequence[Sequence[FileChange]]]:
        """Return what each commit changed, compared with each parent."""
        parents = self._graph.parents
        merges = [commit for commit in new if len(parents[commit]) > 1]
        others = set(new).difference(merges)
        found: dict[int, list[list[FileChange]]] = {commit: [[]] for commit in others}
        followed = _are_followed(self._history.commits).to_numpy()
        unread = [self._shas[commit] for commit in new if commit in others and not followed[commit]]
        for sha, changes in changes_of_commits(self._git, unread):
            found[self._graph.positions[sha]][0] += changes
        names = {self._shas[merge]: [self._shas[parent] for parent in parents[merge]] for merge in merges}
        for sha, compared in changes_of_merges(self._git, names).items():
            found[self._graph.positions[sha]] = compared
        self._add_read(found, {self._shas[commit] for commit in others if followed[commit]})
        listed = {self._shas[commit]: found[commit][0] for commit in others}
        for sha, changes in with_shared_sources(self._git, listed).items():
            found[self._graph.positions[sha]] = [changes]
        return found

    def _add_read(self, found: Mapping[int, list[list[FileChange]]], shas: set[str]) -> None:
        """Add the changes that were read. Their lines are followed."""
        files = self._history.files
        files = files[files["sha"].isin(shas)]
        lines = files["insertions"].fillna(-1).astype("int64")
        columns = [files[name] for name in ("sha", "path", "old_path", "old_mode", "new_mode", "old_blob", "new_blob")]
        rows = zip(*(column.tolist() for column in [*columns, lines]), strict=True)
        for sha, path, old_path, old_mode, new_mode, old_blob, new_blob, added in rows:
            before = old_path if isinstance(old_path, str) else path
            change = file_change(path, before, (old_mode, new_mode), (old_blob, new_blob))
            found[self._graph.positions[sha]][0].append(change._replace(lines=added, row=self._add_row(sha, path)))

    def _add_row(self, sha: str, path: str) -> int:
        self._rows.append((sha, path))
        return len(self._rows) - 1

    def _hunks(self, tracer: Tracer) -> list[Hunks | None]:
        """Compare the contents that have to be compared, path by path."""
        numbered = sorted(tracer.pairs.items(), key=lambda item: (item[1].path, item[1].number))
        found: list[Hunks | None] = [None] * len(numbered)
        for (_, use), hunks in zip(numbered, read_hunks(self._repository, [pair for pair, _ in numbered]), strict=True):
            found[use.number] = hunks
        return found

    def _times(self) -> Numbers:
        """Return the time of each step of the main line, in seconds. None is before the one before it."""
        committed = self._history.commits["committed_at"].iloc[self._graph.main]
        seconds = committed.astype("int64").where(committed.notna(), 0).to_numpy() // 1_000_000
        return np.maximum.accumulate(seconds)

    def _earlier_use(self) -> Use:
        use = self._stored.use
        nothing = Use.nothing(len(self._rows), len(_SPANS))
        landed = use["landed_at"].astype("int64").where(use["landed_at"].notna(), -1_000_000).to_numpy() // 1_000_000
        earlier = (landed, use["lines"], use["alive"], *(use[name].fillna(use["alive"]) for name in _SPANS))
        for values, own in zip((nothing.landed, nothing.lines, nothing.alive, *nothing.after), earlier, strict=True):
            values[: len(use)] = np.asarray(own, dtype="int64")
        return nothing

    def _editors(self, edits: Iterable[tuple[int, str]]) -> pd.Series[str]:
        """Return the addresses of all who changed the file that each row created."""
        known = self._stored.use["editors"].tolist()
        editors = [*known, *[""] * (len(self._rows) - len(known))]
        added: dict[int, set[str]] = {}
        for row, address in edits:
            if address:
                added.setdefault(row, set()).add(address)
        for row, addresses in added.items():
            editors[row] = "\n".join(sorted({*filter(None, editors[row].split("\n")), *addresses}))
        return pd.Series(editors, dtype="str")

    def _use_frame(self, use: Use, editors: pd.Series[str]) -> DataFrame[LineUse]:
        rows = pd.DataFrame(self._rows, columns=["sha", "path"]).astype("str")
        age = self._times()[-1] - use.landed
        landed_at = pd.to_datetime(pd.Series(use.landed).where(use.landed >= 0), unit="s", utc=True)
        frame = rows.assign(
            repository=pd.Series(self._repository.key, index=rows.index, dtype="str"),
            landed_at=landed_at.astype("datetime64[us, UTC]"),
            lines=use.lines,
            alive=use.alive,
            editors=editors,
            **{
                name: pd.Series(after, dtype="Int32").mask((use.landed < 0) | (age < span))
                for (name, span), after in zip(_SPANS.items(), use.after, strict=True)
            },
        )
        return typed(LineUse, frame)
