"""Read the contents of the few changes where they can alter a verdict, each once."""

import hashlib
import itertools
import operator
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import NamedTuple, Self, TypeAlias

import pandas as pd
from pandera.typing import DataFrame

from achievement_pipeline.app.collect.examiner.client import examiner
from achievement_pipeline.app.collect.examiner.limits import Request
from achievement_pipeline.app.collect.readings.progress import Progress
from achievement_pipeline.app.collect.readings.stored_frames import StoredFrames, stored_frame
from achievement_pipeline.columns.text import rows_among
from achievement_pipeline.errors import FrameError
from achievement_pipeline.frames import (
    CommitContents,
    DependencyChanges,
    DiffState,
    PathAttributes,
    RawCommitFiles,
    RawCommits,
    checked,
    typed,
)
from achievement_pipeline.judging.noise.contents import (
    EXAMINER_VERSION,
    ExaminedFile,
    ReadFile,
    content_frames,
    copies,
    examine_commit,
    may_share_lines,
    worth_reading,
)
from achievement_pipeline.judging.noise.examine import ContentVerdict
from achievement_pipeline.judging.noise.reasons import Noise
from achievement_pipeline.judging.noise.undone import find_undone
from achievement_pipeline.judging.rules import Rules
from achievement_pipeline.sources.git import History, Repository, path_attributes, read_versions

_Change: TypeAlias = tuple[str, int, str, tuple[bytes | None, bytes | None] | None, bool]
"""Commit, number, path, the contents before and after where both are there, and whether lines may be shared."""


class Contents(NamedTuple):
    """What was read of a repository beside its history."""

    attributes: DataFrame[PathAttributes]
    contents: DataFrame[CommitContents]
    dependencies: DataFrame[DependencyChanges]

    def without(self, shas: Collection[str]) -> "Contents":
        """Return what was read of the other commits."""
        contents, dependencies = (
            frame[~frame["sha"].isin(shas)].reset_index(drop=True) for frame in (self.contents, self.dependencies)
        )
        return Contents(self.attributes, typed(CommitContents, contents), typed(DependencyChanges, dependencies))

    @classmethod
    def stored(cls, frames: StoredFrames, key: str) -> Self | None:
        """Return what was stored of a repository the last time, where all of it is there and is of today's shape."""
        attributes = frames.read("path_attributes", key)
        contents = stored_frame(frames, "commit_contents", CommitContents, key)
        dependencies = stored_frame(frames, "dependency_changes", DependencyChanges, key)
        if attributes is None or contents is None or dependencies is None:
            return None
        # what an older version did not read is missing
        columns = list(PathAttributes.to_schema().columns)
        try:
            return cls(checked(PathAttributes, attributes.reindex(columns=columns)), contents, dependencies)
        except FrameError:
            return None


def examined_by(rules: Rules) -> str:
    """Return what changes when other contents have to be read, or the same ones again."""
    choosing = f"{rules.commits.model_dump_json()} {rules.bots.model_dump_json()}"
    return f"{EXAMINER_VERSION}-{hashlib.sha256(choosing.encode()).hexdigest()[:12]}"


def read_contents(  # noqa: PLR0913 - what is there, and what was known
    repository: Repository,
    history: History,
    rules: Rules,
    progress: Progress,
    warn: Callable[[str], object],
    *,
    stored: Contents | None = None,
    decided: "pd.Series[str] | None" = None,
) -> Contents:
    """Read what ``.gitattributes`` says now, and the contents of changes that are worth it and were not read yet.

    Args:
        repository: As it is now.
        history: What was read of it.
        rules: What makes a commit count.
        progress: Called with the number of changes read, and the total.
        warn: Called with each path that was not examined, and why.
        stored: The result of the last time, as far as today's examiner made it.
        decided: Names of the commits for which it was decided, by these rules, which of their changes are worth it.
    """
    attributes = path_attributes(repository, history.files["path"].unique())
    undone = find_undone(history.commits, history.files)
    if stored is not None:
        stale = _stale(undone, history, stored.contents, decided)
        decided = None if decided is None else decided[~decided.isin(stale)]
        stored = stored.without(stale)
    commits, files = _undecided(history, decided)
    worth = worth_reading(commits, files, attributes, rules, undone)
    if stored is not None:
        worth = worth[rows_among(worth, stored.contents, ["sha", "path"]) < 0]
    copied = _of(commits["sha"], copies(history.commits, history.files))
    worth = worth[rows_among(worth, copied, ["sha", "path"]) < 0]
    examined = [
        *(
            ExaminedFile(repository.key, sha, path, ContentVerdict(Noise.COPIED))
            for sha, path in zip(copied["sha"], copied["path"], strict=True)
        ),
        *_read(repository, typed(RawCommitFiles, worth), undone, progress, warn),
    ]
    contents, dependencies = content_frames(examined)
    if stored is not None:
        there = history.commits["sha"]
        contents = typed(CommitContents, pd.concat([contents, _of(there, stored.contents)], ignore_index=True))
        dependencies = typed(
            DependencyChanges, pd.concat([dependencies, _of(there, stored.dependencies)], ignore_index=True)
        )
    return Contents(attributes, contents, dependencies)


def _stale(
    undone: pd.DataFrame, history: History, contents: DataFrame[CommitContents], decided: "pd.Series[str] | None"
) -> set[str]:
    """Return the commits whose changes were undone since they were read, or no longer are."""
    if decided is None:
        return set(undone["sha"])
    was_undone = contents[(contents["noise"] == Noise.UNDONE) | (contents["lines_noise"] == Noise.UNDONE)]
    no_longer = was_undone["sha"][rows_among(was_undone, undone, ["sha", "path"]) < 0]
    new = history.files[~history.files["sha"].isin(set(decided))]
    now = undone["sha"][rows_among(undone, new, ["path", "old_blob", "new_blob"]) >= 0]
    return {*no_longer, *now, *(was_undone["sha"] if history.gone else ())}


def _undecided(
    history: History, decided: "pd.Series[str] | None"
) -> tuple[DataFrame[RawCommits], DataFrame[RawCommitFiles]]:
    commits = history.commits[history.commits["diff"] == DiffState.READ]
    if decided is not None:
        commits = commits[~commits["sha"].isin(decided)]
    files: pd.DataFrame = history.files
    if len(commits) < len(history.commits):
        files = _of(commits["sha"], files)
    return typed(RawCommits, commits.reset_index(drop=True)), typed(RawCommitFiles, files.reset_index(drop=True))


def _read(
    repository: Repository,
    worth: DataFrame[RawCommitFiles],
    undone: pd.DataFrame,
    progress: Progress,
    warn: Callable[[str], object],
) -> list[ExaminedFile]:
    examined: list[ExaminedFile] = []
    if worth.empty:
        return examined
    wanted = _with_counterparts(worth, undone)
    read = read_versions(repository, zip(wanted["old_blob"], wanted["new_blob"], strict=True))
    changes = zip(wanted["sha"], wanted["number"], wanted["path"], read, wanted["shares"], strict=True)
    files, sent = itertools.tee(_read_files(_counted(changes, len(wanted), progress)))
    with examiner(warn) as limited:
        verdicts = limited.examine_all(Request(*file[:3]) for _, file in sent)
        for sha, of_commit in itertools.groupby(files, key=operator.itemgetter(0)):
            # the verdicts come in the order of the files
            judged = examine_commit((file for _, file in of_commit), lambda *_: next(verdicts))
            examined += [ExaminedFile(repository.key, sha, *verdict) for verdict in judged]
    return examined


def _with_counterparts(worth: DataFrame[RawCommitFiles], undone: pd.DataFrame) -> pd.DataFrame:
    """Return the changes to read, each with its ``number``, followed by its counterparts."""
    own = worth[["sha", "path", "old_blob", "new_blob"]].assign(number=range(len(worth)), shares=may_share_lines(worth))
    numbers = rows_among(undone, own, ["sha", "path"])
    others = undone[numbers >= 0].assign(number=numbers[numbers >= 0], shares=False)
    return pd.concat([own, others], ignore_index=True).sort_values("number", kind="stable", ignore_index=True)


def _read_files(changes: Iterable[_Change]) -> Iterator[tuple[str, ReadFile]]:
    """Yield the commit and the contents of each change whose contents are there, with its counterparts."""
    for _, of_file in itertools.groupby(changes, key=operator.itemgetter(1)):
        (sha, _, path, pair, shares), *others = of_file
        if pair is not None:
            counterparts = tuple(other for *_, other, _ in others if other is not None)
            yield sha, ReadFile(path, *pair, shares, counterparts)


def _counted(changes: Iterable[_Change], total: int, progress: Progress) -> Iterator[_Change]:
    for number, change in enumerate(changes, start=1):
        progress(number, total)
        yield change


def _of(shas: "pd.Series[str]", frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame["sha"].isin(set(shas))]
