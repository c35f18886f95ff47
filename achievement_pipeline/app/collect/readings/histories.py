"""Reads the histories of a run's repositories: what is stored is taken along, and a broken one stops no other."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any, NamedTuple, Self, TypeAlias

import pandas as pd
import pandera.pandas as pa
import sqlalchemy as sa
from pandera.typing import DataFrame
from pydantic import ValidationError

from achievement_pipeline.app.collect.author_hints import address_hints, other_addresses, suggest_author
from achievement_pipeline.app.collect.commit_judge import CommitJudge
from achievement_pipeline.app.collect.readings.ahead import ReadAhead, reading_ahead
from achievement_pipeline.app.collect.readings.contents import Contents, examined_by, read_contents
from achievement_pipeline.app.collect.readings.names import Names, read_names
from achievement_pipeline.app.collect.readings.progress import Reporting
from achievement_pipeline.app.collect.readings.releases import combined, read_releases, stored_releases
from achievement_pipeline.app.collect.readings.stored_frames import StoredFrames, stored_frame
from achievement_pipeline.app.collect.repositories import open_clones
from achievement_pipeline.app.me import EVERYBODY, my_addresses, unknown_me
from achievement_pipeline.errors import FrameError, SettingsError, SourceError
from achievement_pipeline.frames import (
    ChangelogEntries,
    CommitContents,
    DependencyChanges,
    DiffState,
    LineUse,
    PathAttributes,
    PublicNames,
    RawCommitFiles,
    RawCommits,
    RawRepositories,
    RawTags,
    checked,
    typed,
)
from achievement_pipeline.judging import may_count, score_commits
from achievement_pipeline.judging.announced.lane import Releases, no_releases
from achievement_pipeline.judging.noise.contents import EXAMINER_VERSION
from achievement_pipeline.judging.rules import Rules
from achievement_pipeline.settings import ALL, ME, Settings
from achievement_pipeline.sources.git import (
    CorruptRepositoryError,
    History,
    ReadingState,
    Repository,
    combine_clones,
    discard_clones,
    ignored_commits,
    no_history,
    read_history,
)
from achievement_pipeline.store.repositories import (
    find_repository,
    mark_repository_missing,
    remember_repository,
)

READ_FRAMES: Mapping[str, type[pa.DataFrameModel]] = {
    "raw_repositories": RawRepositories,
    "raw_commits": RawCommits,
    "raw_commit_files": RawCommitFiles,
    "path_attributes": PathAttributes,
    "commit_contents": CommitContents,
    "dependency_changes": DependencyChanges,
    "public_names": PublicNames,
    "raw_tags": RawTags,
    "changelog_entries": ChangelogEntries,
}
"""What reading a repository stores, by asset."""
_INCOMPLETE = (DiffState.PENDING, DiffState.FAILED)
"""Commits whose changes could not be read, and may be readable once there are other objects."""


@dataclass(frozen=True)
class Wanted:
    """The authors whose commits are read, and since when."""

    authors: tuple[str, ...]
    """Addresses, `ME` or `ALL`."""
    since: dt.date | None

    @classmethod
    def of(cls, settings: Settings, *, since: str, authors: Sequence[str]) -> Self:
        """Return the author filter of a run, else that of the settings.

        Raises:
            SettingsError: It is no day.
        """
        try:
            day = dt.date.fromisoformat(since) if since else settings.config.collect.since
        except ValueError as error:
            raise SettingsError(f"since: {since} is no day. Write it as 2026-01-31.") from error
        return cls(tuple(authors) or settings.authors, day)


_Frames: TypeAlias = tuple[
    DataFrame[RawRepositories],
    DataFrame[RawCommits],
    DataFrame[RawCommitFiles],
    DataFrame[PathAttributes],
    DataFrame[CommitContents],
    DataFrame[DependencyChanges],
    DataFrame[PublicNames],
    Releases,
]
"""What was read, in the order of `Histories`."""


@dataclass(frozen=True)
class Histories:
    """What was read of all repositories of a run."""

    repositories: DataFrame[RawRepositories]
    commits: DataFrame[RawCommits]
    files: DataFrame[RawCommitFiles]
    attributes: DataFrame[PathAttributes]
    contents: DataFrame[CommitContents]
    dependencies: DataFrame[DependencyChanges]
    names: DataFrame[PublicNames]
    releases: Releases
    counts: Mapping[str, Any]
    """How many commits are new, gone, unread and incomplete, and which repositories failed."""
    own_counts: Mapping[str, Mapping[str, Any]]
    """The same of each repository."""


@dataclass(frozen=True)
class HistoryReader:
    """Reads the histories of repositories that the database knows."""

    engine: sa.Engine
    frames: StoredFrames
    settings: Settings
    reporting: Reporting
    ahead: "ReadAhead[RepositoryHistory] | None" = None
    """The first reading of a repository that has begun already."""

    def read(self, keys: Sequence[str], wanted: Wanted) -> Histories:
        """Read the histories of some repositories.

        Raises:
            SourceError: None of them can be read. Where others can, one that can't keeps what is stored of it.
        """
        known: dict[str, RepositoryHistory] = {}
        failed: dict[str, str] = {}
        for key in keys:
            stored = _stored(self.frames, key)
            try:
                known[key] = self._read_whole(key, stored, wanted)
            except SourceError as error:
                mark_repository_missing(self.engine, key)
                failed[key] = str(error)
                self.reporting.warn(f"{key}: {error}")
                if stored:
                    known[key] = stored
        if len(failed) == len(keys):
            raise SourceError("\n".join(failed.values()))
        histories = list(known.values())
        return Histories(
            *_together(histories),
            _counts(histories, failed),
            {
                key: _counts([known[key]] if key in known else [], {key: failed[key]} if key in failed else {})
                for key in keys
            },
        )

    def _read_whole(self, key: str, stored: "RepositoryHistory | None", wanted: Wanted) -> "RepositoryHistory":
        """Read a repository; a clone of ours that is damaged is only a cache, and is made again."""
        try:
            return self._read_one(key, stored, wanted)
        except CorruptRepositoryError as error:
            locations = find_repository(self.engine, key).locations
            if not discard_clones(locations, self.settings.mirrors_path):
                raise
            self.reporting.warn(f"{key}: its clone is damaged, and made again: {error}")
        return self._read_one(key, stored, wanted)

    def _read_one(self, key: str, stored: "RepositoryHistory | None", wanted: Wanted) -> "RepositoryHistory":
        known = find_repository(self.engine, key)
        opened, unread = open_clones(known, self.settings)
        there = [repository for repository in opened if repository.key == key]
        for trouble in unread if opened else ():
            self.reporting.warn(f"{key}: {trouble}")
        if not opened:
            raise unread[0]
        if not there:
            return _renamed(key, opened[0], self.settings.rules)
        repository = combine_clones(there)
        if known.missing_since:
            remember_repository(self.engine, key, known.location, known.branches)
        elsewhere = {other.location for other in opened if other.key != key}
        ahead = self.ahead.take((repository, wanted, stored), self.reporting.warn) if self.ahead else None
        return ahead or RepositoryReader(self.settings, self.reporting).read(repository, stored, wanted, elsewhere)


@dataclass(frozen=True)
class RepositoryReader:
    """Reads one repository: its history, contents and releases."""

    settings: Settings
    reporting: Reporting

    def read(
        self,
        repository: Repository,
        stored: "RepositoryHistory | None",
        wanted: Wanted,
        elsewhere: Collection[str] = (),
    ) -> "RepositoryHistory":
        """Read a repository.

        Args:
            repository: The repository, as it is now.
            stored: What was read of it the last time.
            wanted: The authors whose commits are read, and since when.
            elsewhere: Locations that are now clones of another repository.

        Raises:
            SourceError: It can't be read.
        """
        chosen = _Chosen(None, "")

        def select(commits: DataFrame[RawCommits]) -> "pd.Series[bool]":
            nonlocal chosen
            chosen = _choose(commits, wanted, repository, self.settings)
            return may_count(commits, self.settings.rules, self.settings.people, chosen.authors, wanted.since)

        progress = self.reporting.start(repository.key)
        history = read_history(repository, stored.history if stored else None, select, progress, elsewhere=elsewhere)

        def warn(warning: str) -> None:
            self.reporting.warn(f"{repository.key}: {warning}")

        with ThreadPoolExecutor(1, "public names") as thread:  # while examiners analyse contents
            known = stored.names if stored else Names.none()
            decided = stored.read_commits if stored else pd.Series(dtype="str")
            reading = thread.submit(read_names, repository, history, known, decided, warn)
            contents = self._read_contents(repository, history, stored)
            releases = read_releases(repository, history, stored.releases if stored else no_releases(), warn)
            names = reading.result()
        return RepositoryHistory(
            _facts(repository, chosen, history, self.settings.rules, names),
            history,
            contents,
            releases,
            names,
            dict(chosen.missing),  # it is passed on to another process
        )

    def _read_contents(self, repository: Repository, history: History, stored: "RepositoryHistory | None") -> Contents:
        """Read the contents that are worth it, taking from what is stored all that today's examiner and rules made."""
        made_by = stored.facts["examined_by"].iloc[0] if stored else ""
        by_examiner = stored is not None and made_by.partition("-")[0] == EXAMINER_VERSION
        by_rules = stored is not None and made_by == examined_by(self.settings.rules)
        return read_contents(
            repository,
            history,
            self.settings.rules,
            self.reporting.start(f"{repository.key}: contents"),
            lambda warning: self.reporting.warn(f"{repository.key}: {warning}"),
            stored=stored.contents if stored and by_examiner else None,
            decided=stored.read_commits if stored and by_rules else None,
        )


def first_reading(
    repository: Repository, wanted: Wanted, settings: Settings
) -> "AbstractContextManager[ReadAhead[RepositoryHistory]]":
    """Begin to read and judge a repository of which nothing is stored, for a run in the block.

    Args:
        repository: The repository; one that has changed until the run is read again.
        wanted: The authors whose commits are read, and since when.
        settings: All settings.
    """
    read = partial(_read_first, repository, wanted, settings)
    return reading_ahead((repository, wanted, None), read, partial(_judge_first, settings))


def _read_first(
    repository: Repository, wanted: Wanted, settings: Settings, reporting: Reporting
) -> "RepositoryHistory":
    return RepositoryReader(settings, reporting).read(repository, None, wanted)


def _judge_first(settings: Settings, read: "RepositoryHistory") -> Iterator[tuple[str, pd.DataFrame]]:
    """Judge what was read, as the run does. Each frame is sent with the name of its asset."""
    repositories, commits, files, attributes, contents, dependencies, names, releases = _together([read])
    judge = CommitJudge(settings, commits, files, attributes, contents)
    activities = judge.activities(repositories, releases, LineUse.empty(), names)
    yield "commit_activities", activities
    rules = settings.rules
    yield "commit_scores", score_commits(activities, rules.commits, rules.impact, rules.maintenance)
    yield "commit_skills", judge.skills(activities, dependencies)


class RepositoryHistory(NamedTuple):
    """What is known of one repository."""

    facts: DataFrame[RawRepositories]
    history: History
    contents: Contents
    releases: Releases
    names: Names
    missing: Mapping[str, str] = MappingProxyType({})
    """Selected authors without a commit here, each with the authors that may have been meant."""

    @property
    def read_commits(self) -> "pd.Series[str]":
        """Names of the commits whose changes were read."""
        return self.history.commits.loc[self.history.commits["diff"] == DiffState.READ, "sha"]


def stored_history(frames: StoredFrames, key: str) -> History | None:
    """Return the history of a repository as it was read the last time; None if it was not, or by another version."""
    stored = _stored(frames, key)
    return stored.history if stored else None


def _together(histories: "Sequence[RepositoryHistory]") -> _Frames:
    """Return the frames of several repositories."""
    return (
        typed(RawRepositories, pd.concat([one.facts for one in histories], ignore_index=True)),
        typed(RawCommits, pd.concat([one.history.commits for one in histories], ignore_index=True)),
        typed(RawCommitFiles, pd.concat([one.history.files for one in histories], ignore_index=True)),
        typed(PathAttributes, pd.concat([one.contents.attributes for one in histories], ignore_index=True)),
        typed(CommitContents, pd.concat([one.contents.contents for one in histories], ignore_index=True)),
        typed(DependencyChanges, pd.concat([one.contents.dependencies for one in histories], ignore_index=True)),
        typed(PublicNames, pd.concat([one.names.names for one in histories], ignore_index=True)),
        combined([one.releases for one in histories]),
    )


def _counts(histories: "Sequence[RepositoryHistory]", failed: Mapping[str, str]) -> dict[str, Any]:
    return {
        "new": sum(one.history.new for one in histories),
        "gone": sum(one.history.gone for one in histories),
        "unread": {sha: reason for one in histories for sha, reason in one.history.unread.items()},
        "incomplete": sum(int(one.history.commits["diff"].isin(_INCOMPLETE).sum()) for one in histories),
        "failed": dict(failed),
        "authors": ", ".join(dict.fromkeys(one.facts["authors"].iloc[0] for one in histories)),
        "missing_authors": {author: hint for one in histories for author, hint in one.missing.items()},
        "remarks": "\n".join(one.facts["remarks"].iloc[0] for one in histories),
    }


class _Chosen(NamedTuple):
    """The authors whose commits of one repository are read."""

    authors: tuple[str, ...] | None
    """Addresses; None for everybody."""
    label: str
    """The same, to be shown."""
    remarks: tuple[str, ...] = ()
    missing: Mapping[str, str] = MappingProxyType({})
    """As in `RepositoryHistory`."""


def _choose(commits: DataFrame[RawCommits], wanted: Wanted, repository: Repository, settings: Settings) -> _Chosen:
    """Choose the authors whose commits are read. If they have none here, nothing is added."""
    if ALL in wanted.authors:
        return _Chosen(None, str(EVERYBODY))
    me = my_addresses(settings, [str(repository.git_dir)]) if ME in wanted.authors else ()
    named = [author for author in wanted.authors if author != ME]
    authors = (*me, *named)
    if not authors:
        return _Chosen((), "nobody", (unknown_me(settings),))
    my_label = [f"{settings.me.name} <{', '.join(me)}>" if settings.me.name else ", ".join(me)] if me else []
    by_author = Counter(zip(commits["author_name"].fillna(""), commits["author_email"].fillna(""), strict=True))
    others = other_addresses(by_author, me, [settings.me.name]) if me else {}
    remarks = tuple(address_hints(others, me, str(settings.config_location)))
    if me and not may_count(commits, settings.rules, settings.people, me).any():
        remarks = (f"no commits by {my_label[0]}; --author all adds everybody's", *remarks)
    missing = {
        author: suggest_author(by_author, author)
        for author in named
        if not may_count(commits, settings.rules, settings.people, (author,)).any()
    }
    return _Chosen(authors, ", ".join([*my_label, *named]), remarks, missing)


def _renamed(key: str, repository: Repository, rules: Rules) -> RepositoryHistory:
    """Return an empty history: the repository changed its name and is collected under the new one."""
    history = no_history(key)
    facts = _facts(repository, _Chosen((), ""), history, rules, Names.none()).assign(
        repository=key, remarks=f"It is {repository.key} now, and is collected under that name."
    )
    nothing = Contents(PathAttributes.empty(), CommitContents.empty(), DependencyChanges.empty())
    return RepositoryHistory(typed(RawRepositories, facts), history, nothing, no_releases(), Names.none())


def _facts(
    repository: Repository, chosen: _Chosen, history: History, rules: Rules, names: Names
) -> DataFrame[RawRepositories]:
    facts = {
        "repository": repository.key,
        "branch": repository.branch,
        "commit_url": repository.commit_url(""),
        "shallow": bool(repository.shallow),
        "partial": repository.partial,
        "authors": chosen.label,
        "remarks": "\n".join([*repository.remarks, *chosen.remarks]),
        "state": history.state.model_dump_json(),
        "examined_by": examined_by(rules),
        "named_by": names.read_by,
        "ignored": "\n".join(ignored_commits(repository)),
    }
    return typed(RawRepositories, pd.DataFrame([facts]).astype({"branch": "str", "commit_url": "str"}))


def _stored(frames: StoredFrames, key: str) -> RepositoryHistory | None:
    """Return what was stored of a repository the last time, where all of it is there and is of today's shape."""
    facts = frames.read("raw_repositories", key)
    commits = stored_frame(frames, "raw_commits", RawCommits, key)
    files = stored_frame(frames, "raw_commit_files", RawCommitFiles, key)
    contents = Contents.stored(frames, key)
    if facts is None or commits is None or files is None or contents is None:
        return None
    if facts.empty:  # it could not be read, beside others that could
        return None
    try:
        known = checked(
            RawRepositories, facts.assign(ignored=facts.get("ignored", ""), named_by=facts.get("named_by", ""))
        )
        state = ReadingState.model_validate_json(known["state"].iloc[0])
    except (FrameError, ValidationError):
        return None
    history = History(commits=commits, files=files, state=state)
    names = Names.stored(frames, key, known["named_by"].iloc[0])
    return RepositoryHistory(known, history, contents, stored_releases(frames, key), names)
