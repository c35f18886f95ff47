"""Reads tags and release notes: again only if a tag or a text changed."""

from collections.abc import Callable, Sequence

import pandas as pd
from git.exc import GitCommandError

from achievement_pipeline.app.collect.readings.stored_frames import StoredFrames, stored_frame
from achievement_pipeline.frames import ChangelogEntries, RawTags, typed
from achievement_pipeline.judging.announced.entries import PARSER_VERSION
from achievement_pipeline.judging.announced.lane import Releases, entries_of, no_releases
from achievement_pipeline.judging.announced.paths import are_fragments, are_release_notes
from achievement_pipeline.sources.git import History, Repository
from achievement_pipeline.sources.git.reading.releases import read_notes, read_tags


def stored_releases(frames: StoredFrames, key: str) -> Releases:
    """Return the stored tags and entries of a repository; nothing if they do not have today's schema."""
    tags = stored_frame(frames, "raw_tags", RawTags, key)
    entries = stored_frame(frames, "changelog_entries", ChangelogEntries, key)
    return no_releases() if tags is None or entries is None else Releases(tags, entries)


def read_releases(
    repository: Repository, history: History, stored: Releases, warn: Callable[[str], object]
) -> Releases:
    """Read the tags and the entries of release notes. Texts that this parser has read are not read again.

    Args:
        repository: The repository as it is now.
        history: Its commits.
        stored: The last result.
        warn: Called if something can't be read; the last result is kept.
    """
    known = stored.entries[stored.entries["parsed_by"] == PARSER_VERSION]
    try:
        tags = read_tags(repository, history.commits)
        listed, files = read_notes(repository, _are_wanted, set(known["object"]))
    except GitCommandError as error:
        warn(f"its tags and release notes can't be read: {error.stderr.strip()}")
        return stored
    kept = known[(known["object"] + " " + known["path"]).isin(listed)]
    entries = pd.concat([kept, entries_of(repository.key, files, tags)], ignore_index=True)
    return Releases(tags, typed(ChangelogEntries, entries.drop_duplicates(["repository", "path", "position"])))


def combined(releases: Sequence[Releases]) -> Releases:
    """Return the releases of several repositories as one."""
    return Releases(
        typed(RawTags, pd.concat([one.tags for one in releases], ignore_index=True)),
        typed(ChangelogEntries, pd.concat([one.entries for one in releases], ignore_index=True)),
    )


def known_of_commits(frames: StoredFrames, keys: Sequence[str], column: str) -> "pd.Series[str]":
    """Return what the git lane found about commits, by object name: their ``first_release``, or how they are in use.

    Args:
        frames: Where its activities are stored.
        keys: The repositories.
        column: One of `CommitActivities`.
    """
    found = [frames.read("commit_activities", key) for key in keys]
    known = [one.set_index("sha")[column] for one in found if one is not None and column in one]
    if not known:
        return pd.Series(dtype="str")
    values: pd.Series[str] = pd.concat(known).dropna()
    return values[~values.index.duplicated()]


def _are_wanted(paths: "pd.Series[str]") -> "pd.Series[bool]":
    return pd.Series(are_release_notes(paths) | are_fragments(paths), index=paths.index)
