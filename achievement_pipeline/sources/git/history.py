"""The history of a repository as it is now, at the cost of what is new since it was read last.

What is stored is only a cache. What is new and what is gone follow from the commits that were reachable then and are
now, never from dates: a quarter of what comes into git's own history is older, by its date, than what was there before.
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
from pydantic import BaseModel, ConfigDict

from achievement_pipeline.frames import DiffState, RawCommitFiles, RawCommits, typed
from achievement_pipeline.sources.git.changes import ProgressCallback, read_changes
from achievement_pipeline.sources.git.commits import existing_objects, revisions, true_parents, walk
from achievement_pipeline.sources.git.errors import CorruptRepositoryError
from achievement_pipeline.sources.git.processes import IsolatedGit, stderr_of
from achievement_pipeline.sources.git.repositories import Repository, referenced_commits
from achievement_pipeline.sources.git.rewrites import find_replaced

Select = Callable[[DataFrame[RawCommits]], "pd.Series[bool]"]
"""Says of each listed commit, by the frame's index, whether its changes are wanted."""

_LISTER_VERSION: Final = 2
"""Raised by hand whenever commits are listed otherwise; their changes are not read again for that."""

_READER_VERSION: Final = 1
"""Raised by hand whenever other columns, or other values, are read: nothing that was stored before is used then."""


class CloneState(BaseModel):
    """Where one clone or work tree stood.

    Attributes:
        objects: Its directory of objects.
        tips: As of its own `Repository`, like the next one.
        shallow: Where it ended.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    objects: str
    tips: tuple[str, ...]
    shallow: tuple[str, ...]


class ReadingState(BaseModel):
    """What a history was read from: kept beside its two frames, as JSON, it tells what need not be read again.

    Attributes:
        version: Of the reader.
        repository: Its key.
        tips: From where the commits were listed: those of `Repository`, and earlier ones that a branch still has.
        shallow: Where a shallow clone ended.
        mailmap: What names and addresses went through.
        objects_state: What objects there were.
        listed_by: Version of the lister.
        clones: Where each clone or work tree stood, by its location.
        lost: The same of those that were read once and are not there any more: what only they had is kept.
        all_branches: As of `Repository`; missing where it was not noted.
        rows: A digest of the two frames, which they must still have to be used.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

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
    """The commits that are reachable, before it is decided whose changes are read.

    Attributes:
        commits: Those that are new first. Changes that are not stored, and those that another try may read, are
            ``skipped``.
        new: How many were not there the time before.
        gone: Object names of those that were there the time before, and are not reachable now.
    """

    commits: DataFrame[RawCommits]
    new: int
    gone: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class History:
    """The commits of a repository and the files that they changed.

    Attributes:
        commits: All that are reachable, those that are new first.
        files: What those changed whose `diff` is ``read``.
        state: What they were read from.
        new: How many were not there the time before.
        gone: How many were there the time before, and are not reachable now.
        unread: Of those that could not be read this time, what git said.
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
    """Read a history, taking from what is stored all that still holds.

    The commits are listed; `select` sees them and says whose changes are wanted; those are read that were not yet.
    What could not be read is tried again when the objects, or the end of a shallow clone, have changed.

    Args:
        repository: As it is now.
        stored: The result of the last time, or its frames and state from where they were kept.
        select: May want more than the last time, or less: what was read stays. It is asked of merges too, which have
            no changes of their own.
        progress: Told how many commits are read, and of how many.
        elsewhere: Locations that are clones of another repository now: what only they had goes. What only a clone had
            that is not there any more is kept, for nobody took it back.

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
    """Note of new commits which of the gone ones they took the place of."""
    is_new = ~_is_in(commits["sha"], stored.commits["sha"])
    if not gone or not is_new.any():
        return commits
    lost, lost_files = (frame[_is_in(frame["sha"], gone)] for frame in (stored.commits, stored.files))
    with repository.isolated_git() as git:
        replaced = find_replaced(git, lost, lost_files, commits[is_new], files)
    named = replaced.reindex(commits["sha"]).set_axis(commits.index)
    return typed(RawCommits, commits.assign(replaces=named.fillna(commits["replaces"])))


def no_history(key: str) -> History:
    """Return the history of a repository that is no longer there under this key."""
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
    """List the commits that are reachable, from the stored ones where only the tips have moved since.

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
                with suppress(GitCommandError):  # a tip of then may be gone for good
                    return _list_difference(git, repository, stored)
            return _list_all(git, repository, stored)
    except GitCommandError as error:
        raise CorruptRepositoryError(
            f"{repository.git_dir}: its history can't be followed to its beginning ({stderr_of(error)}). "
            f"git --git-dir={repository.git_dir} fsck tells what is damaged; a fresh clone mends it."
        ) from error


def _tips(repository: Repository, stored: History | None) -> tuple[str, ...]:
    """The tips of a repository, and those of the last time that a branch or tag still holds.

    So to check out something else takes nothing back, while what is amended, or whose branch is deleted, goes.
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
            held = set().union(*(referenced_commits(part.git_dir) for part in repository.parts))
            return tuple(sorted({*now, *(beside - _reachable(git, beside, without=existing_objects(git, held)))}))
    return now


def _lost(repository: Repository, stored: History | None, elsewhere: Collection[str]) -> Mapping[str, CloneState]:
    """Where clones stood that were read once and are not there any more."""
    if stored is None:
        return {}
    there = {str(part.objects) for part in repository.parts}
    known = {**stored.state.lost, **stored.state.clones}
    return {
        location: clone for location, clone in known.items() if clone.objects not in there and location not in elsewhere
    }


def _with_lost(listing: Listing, stored: History, lost: Mapping[str, CloneState]) -> Listing:
    """Keep what only clones had that are not there any more."""
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
    """Forget which changes could not be read."""
    unread = stored.commits["diff"].isin([DiffState.PENDING, DiffState.FAILED])
    if not unread.any():
        return stored
    states = stored.commits["diff"].mask(unread, DiffState.SKIPPED.value)
    return replace(stored, commits=typed(RawCommits, stored.commits.assign(diff=states)))


def _list_difference(git: IsolatedGit, repository: Repository, stored: History) -> Listing:
    """List what is reachable now and was not then, and what was then and is not now.

    Where clocks went wrong git lists too much here, never too little; so both are checked.
    """
    then, now = stored.state.tips, repository.tips
    gone = _reachable(git, then, without=now)
    if gone:
        gone -= _reachable(git, now)
    new = _without(_walk(git, repository, without=then), stored.commits["sha"])
    commits = pd.concat([new, _without(stored.commits, gone)], ignore_index=True)
    return Listing(typed(RawCommits, commits), len(new), frozenset(gone))


def _list_all(git: IsolatedGit, repository: Repository, stored: History | None) -> Listing:
    """List everything again; of what is stored, only what git does not list is kept."""
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
    """List commits; those that a shallow clone ends at with the parents that it hides."""
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
    """What is known of the changes of commits after those marked by `read` were read, but for some."""
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
    """Whether it was stored whole, for this repository, by this reader."""
    state = stored.state
    return (state.version, state.repository, state.rows) == (
        _READER_VERSION,
        repository.key,
        _digest(stored.commits, stored.files),
    )


def _differs_by_tips_only(state: ReadingState, repository: Repository) -> bool:
    """Whether listing the rest again would give what was stored."""
    return (state.shallow, state.mailmap, state.listed_by) == (
        repository.shallow,
        repository.mailmap,
        _LISTER_VERSION,
    )


def _digest(*frames: pd.DataFrame) -> str:
    """How many rows each frame has, and the sum of their object names as numbers: the same in any order of rows."""
    names = ["".join(frame["sha"].to_list()).encode() for frame in frames]
    return " ".join(f"{len(name)}:{np.frombuffer(name, '<u8').sum():x}" for name in names)


def _without(frame: pd.DataFrame, shas: Iterable[str]) -> pd.DataFrame:
    return frame[~_is_in(frame["sha"], shas)]


def _is_in(names: "pd.Series[str]", among: Iterable[str]) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """What `Series.isin` says, which takes twenty times as long where `among` is large."""
    return np.asarray(pc.is_in(pa.array(names), value_set=pa.array(among, pa.large_string())))
