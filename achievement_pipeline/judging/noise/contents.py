"""Analyse the contents of changed files: layout changes, generated code, moved lines, new dependencies.

Reading contents is slow, so `needs_contents` selects the few files for which it can change the result. `examine`
analyses one file from bytes, without state. `examine_commit` also compares the files of a commit with each other; it
holds one file at a time, so that callers can stream them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, TypeAlias, TypeVar

import pandas as pd
import pandera.pandas as pa
from pandera.typing import DataFrame

from achievement_pipeline.columns.text import rows_among
from achievement_pipeline.frames import (
    CommitContents,
    DependencyChanges,
    PathAttributes,
    RawCommitFiles,
    RawCommits,
    typed,
)
from achievement_pipeline.judging.categories.clues import are_code
from achievement_pipeline.judging.lanes.commits import could_count
from achievement_pipeline.judging.links.commit_names import positions_of
from achievement_pipeline.judging.noise.changed_lines import (
    ChangedLines,
    changed_lines,
    without_swept,
    without_undone,
)
from achievement_pipeline.judging.noise.examine import ContentVerdict, examine
from achievement_pipeline.judging.noise.files import are_wide, noise_reasons
from achievement_pipeline.judging.noise.net_lines import net_change, without_moved_comments, without_repeated
from achievement_pipeline.judging.noise.reasons import Noise
from achievement_pipeline.judging.paths import matches
from achievement_pipeline.judging.rules import Rules
from achievement_pipeline.judging.skills.imports import SOURCE_FILES
from achievement_pipeline.judging.skills.manifests.paths import manifest_paths

EXAMINER_VERSION = "8"
"""Increase by hand when results of `examine_commit` or `needs_contents` change. All contents are then read again."""

_LAID_OUT_LINES = 60
"""A file with this many changed lines is checked for a mere layout change, ..."""
_LAID_OUT_BALANCE = 0.7
"""... if its added and removed lines have at least this ratio."""
_SAME_LINES = 3
"""A file that gained as many lines as it lost is checked likewise from this number on: commenting out keeps lines."""
_SWEEP_LINES = 100
"""A commit with this many changed lines is checked likewise, however few lines each file has, ..."""
_SWEEP_BALANCE = 0.6
"""... if its added and removed lines, and those of its files, have at least this ratio."""
_SWEEP_FILES = 5
"""Minimum number of files of work in a sweep."""
_HEADER_FILES = 15
"""A commit with this many files of work is checked for a licence header sweep, ..."""
_HEADER_SHARE = 0.3
"""... if this share of its files has the same line counts, ..."""
_HEADER_LINES = 3
"""... of at least this many lines."""
_WRITTEN_LINES = 200
"""A file with this many added lines is checked for generated code."""
_IMPORT_LINES = 20
"""Source with this many added lines is read for its imports; new source always, also for its copyright."""
_MOVED_LINES = 50
"""If one file of a commit lost this many lines and another gained as many, they are checked for moved lines."""
_COPIED_LINES = 20
"""Minimum number of lines of a copy; shorter files may be equal by chance."""
_SWEPT_FILES = 100
"""A commit that changes this many files of work is checked for a repeated change."""


class ReadFile(NamedTuple):
    """The contents of a changed file."""

    path: str
    """Path after the change."""
    before: bytes | None
    """None if the file was added."""
    after: bytes | None
    """None if the file was deleted."""
    may_share_lines: bool = False
    """Whether its changed lines may also have changed in other files of the commit."""
    counterparts: tuple[tuple[bytes | None, bytes | None], ...] = ()
    """Contents before and after other changes of the file that may take this one back."""


class ExaminedFile(NamedTuple):
    """A changed file and the result of its analysis."""

    repository: str
    sha: str
    path: str
    verdict: ContentVerdict


def content_frames(
    examined: Iterable[ExaminedFile],
) -> tuple[DataFrame[CommitContents], DataFrame[DependencyChanges]]:
    """Convert results to the two frames that the other parts of judging take."""
    verdicts, changes = [], []
    for repository, sha, path, verdict in examined:
        counted = (verdict.noise, verdict.insertions, verdict.deletions, verdict.lines_noise, verdict.holder)
        verdicts.append((repository, sha, path, *counted))
        changes += [(repository, sha, path, *change) for change in verdict.dependencies]
    return _frame(CommitContents, verdicts), _frame(DependencyChanges, changes)


Examine: TypeAlias = Callable[[str, bytes | None, bytes | None], ContentVerdict]
"""Analyses a path and its contents before and after the change."""

Schema = TypeVar("Schema", bound=pa.DataFrameModel)


def _frame(schema: type[Schema], rows: list[tuple[Any, ...]]) -> DataFrame[Schema]:
    columns = {name: column.dtype.type for name, column in schema.to_schema().columns.items()}
    return typed(schema, pd.DataFrame(rows, columns=list(columns)).astype(columns))


def worth_reading(
    commits: DataFrame[RawCommits],
    files: DataFrame[RawCommitFiles],
    attributes: DataFrame[PathAttributes],
    rules: Rules,
    undone: pd.DataFrame | None = None,
) -> DataFrame[RawCommitFiles]:
    """Select the changed files whose contents must be read: those picked by `needs_contents` in significant commits.

    Args:
        commits: Commits with a diff.
        files: Their changed files.
        attributes: Attributes of paths in ``.gitattributes``.
        rules: What makes a commit significant.
        undone: Changes that may have been undone, from `achievement_pipeline.judging.noise.undone.find_undone`.
    """
    reasons = noise_reasons(files, attributes)
    counting = could_count(commits, files, reasons, rules)
    chosen = positions_of(files, commits[counting.to_numpy()]) >= 0
    files, reasons = typed(RawCommitFiles, files[chosen]), reasons[chosen]
    needed = needs_contents(files, reasons)
    if undone is not None:
        needed |= reasons.isna() & (rows_among(files, undone, ["sha", "path"]) >= 0)
    return typed(RawCommitFiles, files[needed])


def needs_contents(files: DataFrame[RawCommitFiles], reasons: pd.Series[str]) -> pd.Series[bool]:
    """Select the changed files whose contents can change the result. Pass the files of commits that may be significant.

    Args:
        files: All changed files of each commit, because a sweep shows in the number of similar files.
        reasons: Why a file is not work, by its path (`achievement_pipeline.judging.noise.files.noise_reasons`).

    Returns:
        Booleans with the index of ``files``: manifests, notebooks, files with a possible layout or licence header
        change, files that may share lines with others of their commit, files large enough to be generated, and source
        files with new imports.
    """
    work = reasons.isna()
    insertions = files["insertions"].fillna(0).astype("int64")
    deletions = files["deletions"].fillna(0).astype("int64")
    commit = files.groupby(["repository", "sha"], sort=False).ngroup()
    in_commit = work.groupby(commit).transform("sum")
    kept = work & files["status"].isin(["M", "R"])

    lines, balance = insertions + deletions, _balance(insertions, deletions)
    all_insertions, all_deletions = (
        lines.where(kept, 0).groupby(commit).transform("sum") for lines in (insertions, deletions)
    )
    laid_out = (lines >= _LAID_OUT_LINES) & (balance >= _LAID_OUT_BALANCE)
    laid_out |= (insertions == deletions) & (insertions >= _SAME_LINES)
    sweep = (
        (all_insertions + all_deletions >= _SWEEP_LINES)
        & (_balance(all_insertions, all_deletions) >= _SWEEP_BALANCE)
        & (in_commit >= _SWEEP_FILES)
        & (balance >= _SWEEP_BALANCE)
    )
    alike = kept.groupby([commit, insertions, deletions]).transform("sum")
    header = (
        (in_commit >= _HEADER_FILES)
        & (alike >= _HEADER_SHARE * in_commit)
        & (lines >= _HEADER_LINES)
        & (insertions != deletions)
    )
    written = work & (insertions >= _WRITTEN_LINES)
    imports = work & matches(files["path"], SOURCE_FILES) & (insertions >= _IMPORT_LINES)
    new_code = work & (files["status"] == "A") & are_code(files["path"])
    manifests = work & manifest_paths(files["path"])
    notebooks = reasons == Noise.NOTEBOOK_OUTPUT
    shared = may_share_lines(files[work]).reindex(files.index, fill_value=False)
    wide = (reasons == Noise.BINARY) & are_wide(files)
    return manifests | notebooks | wide | written | imports | new_code | shared | (kept & (laid_out | sweep | header))


def copies(commits: DataFrame[RawCommits], files: DataFrame[RawCommitFiles]) -> pd.DataFrame:
    """Find added files whose content already existed at another path.

    Args:
        commits: All commits of a repository, newest first.
        files: Their changed files, in the same order.

    Returns:
        ``sha`` and ``path`` of each copy.
    """
    large = files[(files["insertions"].fillna(0) >= _COPIED_LINES) & ~files["binary"]]
    blobs = large[large["new_blob"].duplicated(keep=False)]
    moments = commits.set_index("sha")["committed_at"].reindex(blobs["sha"]).to_numpy()
    # newest first, as git lists them
    ordered = blobs.assign(at=moments).iloc[::-1].sort_values("at", kind="stable")
    first = ordered.drop_duplicates("new_blob").set_index("new_blob")["path"]
    is_copy = (first.reindex(blobs["new_blob"]).to_numpy() != blobs["path"]) & blobs["status"].isin(["A", "C"])
    found: pd.DataFrame = blobs.loc[is_copy, ["sha", "path"]]
    return found


def may_share_lines(files: pd.DataFrame) -> pd.Series[bool]:
    """Select the files that may share changed lines: one file of a commit lost many and another gained many.

    Also selects all files of commits that change very many files.

    Args:
        files: All changed files of each commit that are work.

    Returns:
        Booleans with the index of ``files``.
    """
    commit = files.groupby(["repository", "sha"], sort=False).ngroup()
    gave, took = ((files[name].fillna(0) >= _MOVED_LINES).astype(bool) for name in ("deletions", "insertions"))
    givers, takers, both = (some.groupby(commit).transform("sum") for some in (gave, took, gave | took))
    kept = files["status"].isin(["M", "R"])
    swept = kept & (kept.groupby(commit).transform("sum") >= _SWEPT_FILES)
    return swept | ((gave | took) & (givers > 0) & (takers > 0) & (both > 1))


def _balance(insertions: pd.Series[int], deletions: pd.Series[int]) -> pd.Series[float]:
    smaller, larger = insertions.clip(upper=deletions), insertions.clip(lower=deletions)
    return smaller / larger.clip(lower=1)


def examine_commit(files: Iterable[ReadFile], examine: Examine = examine) -> list[tuple[str, ContentVerdict]]:
    """Analyse the changed files of one commit, and subtract lines that moved between them or were swept.

    Args:
        files: Each file is released before the next one is read.
        examine: Analyses one file.

    Returns:
        The path and result of each file, in the same order.
    """
    paths, verdicts, owns, shared, others = [], [], [], [], []
    for path, before, after, shares, counterparts in files:
        verdict = examine(path, before, after)
        # the lines of notebooks are already counted
        is_open = verdict.noise is None and verdict.insertions is None
        paths.append(path)
        verdicts.append(verdict)
        compares = shares or bool(counterparts)
        owns.append(_own_lines(path, before or b"", after or b"", compares) if is_open else _NOTHING)
        shared.append(shares)
        others.append([changed_lines(old or b"", new or b"") for old, new in counterparts if is_open])
    stayed = _of_shared(without_moved_comments, [lines for lines, _ in owns], shared)
    unswept = without_repeated(_of_shared(without_swept, stayed, shared))
    kept = [without_undone(lines, of_file) for lines, of_file in zip(unswept, others, strict=True)]
    judged = (
        _judged(verdict, own, steps) for verdict, own, *steps in zip(verdicts, owns, stayed, unswept, kept, strict=True)
    )
    return list(zip(paths, judged, strict=True))


def _own_lines(path: str, before: bytes, after: bytes, compares: bool) -> tuple[ChangedLines, Noise | None]:
    if before and after:
        return net_change(path, before, after)
    return (changed_lines(before, after), None) if compares else _NOTHING


def _of_shared(
    without: Callable[[Sequence[ChangedLines]], list[ChangedLines]], files: list[ChangedLines], shared: list[bool]
) -> list[ChangedLines]:
    """Apply `without` to the files that may share lines only."""
    left = iter(without([lines for lines, shares in zip(files, shared, strict=True) if shares]))
    return [next(left) if shares else lines for lines, shares in zip(files, shared, strict=True)]


def _judged(
    verdict: ContentVerdict, own: tuple[ChangedLines, Noise | None], steps: Sequence[ChangedLines]
) -> ContentVerdict:
    """Return the verdict with the lines that are left, and the reason of the first step that removed some."""
    lines, reason = own
    changed = (step for step, left in zip(_STEPS, steps, strict=True) if left != lines)
    reason = next(changed, reason)
    return verdict if reason is None else _counted(verdict, steps[-1], reason)


_STEPS = (Noise.MOVED, Noise.SWEPT, Noise.UNDONE)
"""Why each step of `examine_commit` removes lines."""

_NOTHING: tuple[ChangedLines, Noise | None] = (ChangedLines(Counter(), Counter()), None)


def _counted(verdict: ContentVerdict, rest: ChangedLines, reason: Noise) -> ContentVerdict:
    insertions, deletions = rest.added.total(), rest.removed.total()
    noise = None if insertions or deletions else reason
    return verdict._replace(noise=noise, insertions=insertions, deletions=deletions, lines_noise=reason)
