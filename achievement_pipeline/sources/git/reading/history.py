"""Read the current history of a repository incrementally.

The stored history is only a cache. New and removed commits are found by reachability, never by date: a quarter of the
commits that enter git's own history are older, by date, than commits that were already there.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from git.exc import GitCommandError
from pandera.typing.pandas import DataFrame

from achievement_pipeline.frames import DiffState, RawCommitFiles, RawCommits, typed
from achievement_pipeline.parsing.strict_model import StrictModel
from achievement_pipeline.sources.git.errors import CorruptRepositoryError
from achievement_pipeline.sources.git.objects import existing_objects, true_parents
from achievement_pipeline.sources.git.processes import IsolatedGit, stderr_of
from achievement_pipeline.sources.git.reading.changes import ProgressCallback, read_changes
from achievement_pipeline.sources.git.reading.commits import revisions, walk
from achievement_pipeline.sources.git.reading.rewrites import find_replaced
from achievement_pipeline.sources.git.repositories import Repository, referenced_commits

Select = Callable[[DataFrame[RawCommits]], "pd.Series[bool]"]
"""Returns a mask, with the frame's index, of the commits whose changes are to be read."""

_LISTER_VERSION: Final = 2
"""Increment it when commits are listed differently. Their changes are not read again."""

_READER_VERSION: Final = 1
"""Increment it when other columns or values are read. Histories stored before are discarded."""


class CloneState(StrictModel):
    """The refs of one clone or work tree when it was read.

    Attributes:
        objects: Its object directory.
        tips: Its `Repository.tips`.
        shallow: Its `Repository.shallow`.
    """

    objects: str
    tips: tuple[str, ...]
    shallow: tuple[str, ...]


class ReadingState(StrictModel):
    """The state of a repository when its history was read, stored as JSON beside the two frames.

    Attributes:
        version: Version of the reader.
        repository: Key of the repository.
        tips: The commits that the listing started from: `Repository.tips`, and earlier tips that a branch still has.
        shallow: Its `Repository.shallow`.
        mailmap: Its `Repository.mailmap`.
        objects_state: Its `Repository.objects_state`.
        listed_by: Version of the lister.
        clones: The state of each clone or work tree by its location.
        lost: The state of clones that no longer exist. Commits that only they had are kept.
        all_branches: Its `Repository.all_branches`; None in a state stored before this field existed.
        rows: A digest of the two frames. The state is used only if the frames still match it.
    """

    version: int
    repository: str
    tips: tuple[str, ...]
    shallow: tuple[str, ...]
    mailmap: str | None
    objects_state: str
    rows: str
    listed_by: int = 0
    clones: Mapping[str, CloneState] = {}
    lost: Mapping[str, CloneState] = {}
    all_branches: bool | None = None


@dataclass(frozen=True)
class Listing:
    """The reachable commits, before any changes are read.

    Attributes:
        commits: All reachable commits, new ones first. `diff` is ``skipped`` where changes are not stored or may now be
            readable.
        new: Number of commits that the stored history lacks.
        gone: Object names of stored commits that are no longer reachable.
    """

    commits: DataFrame[RawCommits]
    new: int
    gone: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class History:
    """The commits of a repository and the files that they changed.

    Attributes:
        commits: All reachable commits, new ones first.
        files: The files changed by commits whose `diff` is ``read``.
        state: The state of the repository that they were read from.
        new: Number of commits that the stored history lacks.
        gone: Number of stored commits that are no longer reachable.
        unread: Git's error message by the object name of each commit whose changes could not be read this time.
    """

    commits: DataFrame[RawCommits]
    files: DataFrame[RawCommitFiles]
    state: ReadingState
    new: int = 0
    gone: int = 0
    unread: Mapping[str, str] = field(default_factory=dict)


def select_all(commits: DataFrame[RawCommits]) -> "pd.Series[bool]":
    """Select every commit."""
    return pd.Series(data=True, index=commits.index)


def read_history(
    repository: Repository,
    stored: History | None = None,
    select: Select = select_all,
    progress: ProgressCallback | None = None,
    *,
    elsewhere: Collection[str] = (),
) -> History:
    """Read a history, reusing the stored one where it is still valid.

    List the reachable commits, then read the changes of those that `select` returns and that are not stored. Changes
    that could not be read are retried when the objects, or the boundary of a shallow clone, have changed.

    Args:
        repository: The repository as opened now.
        stored: The result of the last call.
        select: May return more or fewer commits than last time: changes that were read stay. It receives merges too,
            which have no changes of their own.
        progress: Called with the number of commits read so far and the total.
        elsewhere: Locations that are now clones of another repository. Commits that only they had are removed. Commits
            that only a deleted clone had are kept.

    Raises:
        CorruptRepositoryError: The history can't be walked.
    """
    if stored and not _usable(stored, repository):
        stored = None
    tips, lost = _tips(repository, stored), _lost(repository, stored, elsewhere)
    listing = list_commits(replace(repository, tips=tips), stored)
    readable = len(listing.commits)
    if stored and lost:
        listing = _with_lost(listing, stored, lost)
    wanted = select(listing.commits) & (listing.commits["diff"] == DiffState.SKIPPED)
    wanted &= listing.commits.index < readable
    if stored and listing.commits is stored.commits and not wanted.any():
        return replace(stored, state=_state(repository, tips, lost, stored.state.rows), new=0, gone=0, unread={})
    changes = read_changes(repository, listing.commits["sha"][wanted].to_list(), progress)
    states = _diff_states(repository, listing.commits, wanted, changes.unread)
    commits = typed(RawCommits, listing.commits.assign(diff=states))
    files = changes.files
    if stored:
        commits = _with_replaced(repository, commits, files, stored, listing.gone)
        files = typed(RawCommitFiles, pd.concat([files, _without(stored.files, listing.gone)], ignore_index=True))
    return History(
        commits=commits,
        files=files,
        state=_state(repository, tips, lost, _digest(commits, files)),
        new=listing.new,
        gone=len(listing.gone),
        unread=changes.unread,
    )


def _with_replaced(
    repository: Repository,
    commits: DataFrame[RawCommits],
    files: DataFrame[RawCommitFiles],
    stored: History,
    gone: frozenset[str],
) -> DataFrame[RawCommits]:
    """Set `replaces` of new commits to the commits that they replaced."""
    is_new = ~_is_in(commits["sha"], stored.commits["sha"])
    if not gone or not is_new.any():
        return commits
    lost, lost_files = (frame[_is_in(frame["sha"], gone)] for frame in (stored.commits, stored.files))
    with repository.isolated_git() as git:
        replaced = find_replaced(git, lost, lost_files, commits[is_new], files)
    named = replaced.reindex(commits["sha"]).set_axis(commits.index)
    return typed(RawCommits, commits.assign(replaces=named.fillna(commits["replaces"])))


def no_history(key: str) -> History:
    """Return the empty history of a repository that no longer exists under this key."""
    commits, files = RawCommits.empty(), RawCommitFiles.empty()
    state = ReadingState(
        version=_READER_VERSION,
        repository=key,
        tips=(),
        shallow=(),
        mailmap=None,
        objects_state="",
        rows=_digest(commits, files),
    )
    return History(commits=commits, files=files, state=state)


def list_commits(repository: Repository, stored: History | None = None) -> Listing:
    """List the reachable commits, incrementally if only the tips have moved since they were stored.

    Raises:
        CorruptRepositoryError: The history can't be walked.
    """
    if stored and stored.state.objects_state != repository.objects_state:
        stored = _with_another_try(stored)
    try:
        with repository.isolated_git() as git:
            if stored and _differs_by_tips_only(stored.state, repository):
                if stored.state.tips == repository.tips:
                    return Listing(stored.commits, 0, frozenset())
                with suppress(GitCommandError):  # an old tip may have been pruned
                    return _list_difference(git, repository, stored)
            return _list_all(git, repository, stored)
    except GitCommandError as error:
        raise CorruptRepositoryError(
            f"{repository.git_dir}: the history can't be walked to its root ({stderr_of(error)}). "
            f"Run git --git-dir={repository.git_dir} fsck to find the damage. A fresh clone repairs it."
        ) from error


def _tips(repository: Repository, stored: History | None) -> tuple[str, ...]:
    """Return the tips of a repository, and the stored tips that a branch or tag still reaches.

    Checking out another branch therefore removes no commits, while an amended commit or a deleted branch does.
    """
    now = repository.tips
    if stored is None or stored.state.all_branches != repository.all_branches:
        return now
    left = set(stored.state.tips).difference(now)
    if not left:
        return now
    with (
        repository.isolated_git() as git,
        suppress(GitCommandError),
    ):  # what is damaged is named where commits are listed
        there = existing_objects(git, left)
        if beside := there & _reachable(git, there, without=now):
            named = set().union(*(referenced_commits(part.git_dir) for part in repository.parts))
            return tuple(sorted({*now, *(beside - _reachable(git, beside, without=existing_objects(git, named)))}))
    return now


def _lost(repository: Repository, stored: History | None, elsewhere: Collection[str]) -> Mapping[str, CloneState]:
    """Return the state of clones that were read once and no longer exist."""
    if stored is None:
        return {}
    there = {str(part.objects) for part in repository.parts}
    known = {**stored.state.lost, **stored.state.clones}
    return {
        location: clone for location, clone in known.items() if clone.objects not in there and location not in elsewhere
    }


def _with_lost(listing: Listing, stored: History, lost: Mapping[str, CloneState]) -> Listing:
    """Keep the commits that only deleted clones had."""
    tips = {tip for clone in lost.values() for tip in clone.tips}.difference(listing.commits["sha"])
    if not tips:
        return listing
    parents = dict(zip(stored.commits["sha"], stored.commits["parents"], strict=True))
    kept, left = set[str](), list(tips.intersection(parents))
    while left:
        sha = left.pop()
        if sha not in kept and sha in parents:
            kept.add(sha)
            left += parents[sha].split()
    rows = stored.commits[_is_in(stored.commits["sha"], kept)]
    commits = pd.concat([listing.commits, _without(rows, listing.commits["sha"])], ignore_index=True)
    return Listing(typed(RawCommits, commits), listing.new, listing.gone - kept)


def _with_another_try(stored: History) -> History:
    """Mark changes that could not be read as skipped, so that they are retried."""
    unread = stored.commits["diff"].isin([DiffState.PENDING, DiffState.FAILED])
    if not unread.any():
        return stored
    states = stored.commits["diff"].mask(unread, DiffState.SKIPPED.value)
    return replace(stored, commits=typed(RawCommits, stored.commits.assign(diff=states)))


def _list_difference(git: IsolatedGit, repository: Repository, stored: History) -> Listing:
    """List the commits that became reachable or unreachable since the history was stored.

    With wrong commit dates git lists too many commits here, never too few, so both results are filtered.
    """
    then, now = stored.state.tips, repository.tips
    gone = _reachable(git, then, without=now)
    if gone:
        gone -= _reachable(git, now)
    new = _without(_walk(git, repository, without=then), stored.commits["sha"])
    commits = pd.concat([new, _without(stored.commits, gone)], ignore_index=True)
    return Listing(typed(RawCommits, commits), len(new), frozenset(gone))


def _list_all(git: IsolatedGit, repository: Repository, stored: History | None) -> Listing:
    """List everything again, keeping only the columns of the stored history that git does not list."""
    commits = _walk(git, repository)
    if stored is None:
        return Listing(typed(RawCommits, commits), len(commits), frozenset())
    known = stored.commits.set_index("sha")[["diff", "replaces"]].reindex(commits["sha"]).reset_index(drop=True)
    gone = _without(stored.commits, commits["sha"])["sha"]
    return Listing(
        typed(
            RawCommits,
            commits.assign(
                diff=known["diff"].fillna(commits["diff"]), replaces=known["replaces"].fillna(commits["replaces"])
            ),
        ),
        int(known["diff"].isna().sum()),
        frozenset(gone),
    )


def _walk(git: IsolatedGit, repository: Repository, without: Iterable[str] = ()) -> pd.DataFrame:
    """List commits. The boundary commits of a shallow clone get the parents that git hides."""
    commits = walk(git, repository.key, repository.tips, without)
    commits["replaces"] = pd.Series("", index=commits.index, dtype="str")
    ends = commits["sha"][commits["sha"].isin(repository.shallow)]
    if ends.empty:
        return commits
    parents = ends.map(true_parents(git, ends))
    commits.loc[ends.index, "parents"] = parents
    commits.loc[ends.index[parents.str.contains(" ", regex=False)], "diff"] = DiffState.MERGE.value
    return commits


def _reachable(git: IsolatedGit, tips: Iterable[str], without: Iterable[str] = ()) -> set[str]:
    stdin = revisions(tips, without)
    return set(git.output("rev-list", "--stdin", stdin=stdin).decode().split()) if stdin else set()


def _diff_states(
    repository: Repository, commits: DataFrame[RawCommits], read: "pd.Series[bool]", unread: Mapping[str, str]
) -> "pd.Series[str]":
    """Return the `diff` column after reading the commits marked by `read`, except those in `unread`."""
    states = commits["diff"].mask(read, DiffState.READ.value)
    if not unread:
        return states
    can_come = [sha for sha in unread if repository.partial or sha in repository.shallow]
    states = states.mask(commits["sha"].isin(unread), DiffState.FAILED.value)
    return states.mask(commits["sha"].isin(can_come), DiffState.PENDING.value)


def _state(repository: Repository, tips: tuple[str, ...], lost: Mapping[str, CloneState], rows: str) -> ReadingState:
    return ReadingState(
        version=_READER_VERSION,
        repository=repository.key,
        tips=tips,
        shallow=repository.shallow,
        mailmap=repository.mailmap,
        objects_state=repository.objects_state,
        rows=rows,
        listed_by=_LISTER_VERSION,
        clones={
            part.location: CloneState(objects=str(part.objects), tips=part.tips, shallow=part.shallow)
            for part in repository.parts
        },
        lost=lost,
        all_branches=repository.all_branches,
    )


def _usable(stored: History, repository: Repository) -> bool:
    """Whether the history was stored completely, for this repository and by this version of the reader."""
    state = stored.state
    return (state.version, state.repository, state.rows) == (
        _READER_VERSION,
        repository.key,
        _digest(stored.commits, stored.files),
    )


def _differs_by_tips_only(state: ReadingState, repository: Repository) -> bool:
    """Whether only the tips can have changed, so that the stored commits are still valid."""
    return (state.shallow, state.mailmap, state.listed_by) == (
        repository.shallow,
        repository.mailmap,
        _LISTER_VERSION,
    )


def _digest(*frames: pd.DataFrame) -> str:
    """Return the size of each frame and the sum of its object names as numbers, which ignores the order of rows."""
    names = ["".join(frame["sha"].to_list()).encode() for frame in frames]
    return " ".join(f"{len(name)}:{np.frombuffer(name, '<u8').sum():x}" for name in names)


def _without(frame: pd.DataFrame, shas: Iterable[str]) -> pd.DataFrame:
    return frame[~_is_in(frame["sha"], shas)]


def _is_in(names: "pd.Series[str]", among: Iterable[str]) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """Do as `Series.isin`, 20 times faster for a large `among`."""
    return np.asarray(pc.is_in(pa.array(names), value_set=pa.array(among, pa.large_string())))
