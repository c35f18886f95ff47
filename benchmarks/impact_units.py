"""The numbered pieces of work of a clone: squash commits and merges of pull requests, with what they changed."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
from git.exc import GitCommandError
from impact_notes import Added, find_noted, numbers_of, read_added, read_fragment, settled_headings

from achievement_pipeline.frames import DiffState, RawCommitFiles, RawCommits, typed
from achievement_pipeline.judging.announced.lane import Releases, _days, entries_of
from achievement_pipeline.judging.announced.matching import ReleaseName
from achievement_pipeline.judging.announced.paths import are_fragments, are_release_notes
from achievement_pipeline.judging.announced.releases import first_releases
from achievement_pipeline.judging.announced.words import announced_signs
from achievement_pipeline.judging.authors.bots import are_bots
from achievement_pipeline.judging.categories import messages
from achievement_pipeline.judging.categories.peel import _BORS, peel
from achievement_pipeline.judging.links.foreign_numbers import are_foreign
from achievement_pipeline.judging.links.history import oldest_first
from achievement_pipeline.judging.rules import BotRules
from achievement_pipeline.sources.git import Repository, list_commits, open_repository, read_versions
from achievement_pipeline.sources.git.reading.changes import _DIFF_TREE, _SCHEMA, _batch, _whole_commits
from achievement_pipeline.sources.git.reading.releases import read_notes, read_tags
from achievement_pipeline.sources.git.reading.tables import Blocks, to_frame

_MERGE = re.compile(
    r"^(?:Merge pull request #(\d+)\b|Auto merge of #(\d+)\b|Merge #(\d+)(?:\D|$)|Merge PR #(\d+)\b|Merged PR (\d+)\b"
    r"|Merged in .*\(pull request #(\d+)\))"
)
_GITLAB = re.compile(r"(?m)^See merge request \S*!(\d+)\s*$")
_SQUASH = re.compile(r"\(#(\d+)\)\s*$")
_CLOSES = re.compile(
    r"(?i)\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?)\b:?\s+(?:issues?\s+)?"
    r"((?:(?:[\w.-]+/[\w.-]+)?#|https?://\S+/issues/)\d+"
    r"(?:(?:,| and|,? ?(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?))* ?#\d+)*)"
)
_BRANCH = r"`?(?:upstream|master|main|develop|dev|trunk)\b`?"
_COPY = re.compile(
    r"(?i)\b(?:back|forward)[- ]?port|\bcherry[- ]?pick|\bmerge[- ]?back|#\d+\)\s*\(#\d+\)\s*$"
    rf"|^(?:merg|sync)\w*\b[^:]{{0,30}}\b{_BRANCH}|{_BRANCH} (?:in)?to {_BRANCH}"
)
"""Titles of work that is noted, if at all, under another number."""
_WRITES_NOTES = re.compile(
    r"(?i)^(?:\W|docs?\b|chore\b)*(?:(?:add|clean|consolidat|edit|fix|improv|mend|polish|prepar|tweak|updat)\w*\W+)?"
    r"(?:(?:the|missing|lingering|readme|and)\W+)*"
    r"(?:change-?logs?|release[- ]notes|news (?:entry|entries|fragments?))\b"
)
"""Titles of work on the notes themselves, with some of the documentation."""
MOST_UNITS = 1500
"""Of a project: the newest."""
LARGEST_NOTES = 4_000_000


class Clone(NamedTuple):
    """Units of a clone."""

    name: str
    head: str
    commits: pd.DataFrame
    """`RawCommits`, one row a unit, and ``number``, ``closes`` (list), ``branch_commits``, ``release``."""
    files: pd.DataFrame
    notes: Releases
    days: Mapping[ReleaseName, pd.Timestamp]
    """Release dates, from tags."""
    repository: Repository


def read_units(location: str, most: int = MOST_UNITS) -> Clone:
    """Read the numbered pieces of work of a clone, by people, releases and copies left out: the newest so many."""
    name = project_name(location)
    with TemporaryDirectory() as cache:
        repository = replace(open_repository(location, cache=Path(cache)), key=f"github.com/{name}")
    commits = list_commits(repository).commits.reset_index(drop=True)
    notes = _read_notes(repository, commits)
    units = _units(commits.assign(release=first_releases(commits, notes.tags), own=_of_own_history(commits)))
    written = peel(units["subject"], units["body"])["written"]
    project = pd.Series(name.rpartition("/")[2], index=units.index)
    release = messages.are_releases(written, project) | messages.are_autosquash(units["subject"])
    release |= units["subject"].str.contains(_COPY) | written.str.contains(_WRITES_NOTES)
    bots = are_bots(units["author_name"], units["author_email"], BotRules())
    units = units[~release & ~bots & units["own"]].sort_values(["committed_at", "sha"]).reset_index(drop=True)
    named = np.flatnonzero(units["number"].isin(numbers_of(notes.entries)))
    units = units.iloc[: named[-1] + 1 if len(named) else None].iloc[-most:].reset_index(drop=True)
    pairs = [f"{sha} {parents.split()[0]}" for sha, parents in zip(units["sha"], units["parents"], strict=True)]
    files = _read_changes(repository, pairs)
    units = units.assign(parents=units["parents"].str.split().str[0], diff=DiffState.READ.value)
    units = units.astype({"diff": "str", "parents": "str"})
    return Clone(name, repository.head or "", units, files, notes, _days(commits, notes.tags), repository)


def project_name(location: str) -> str:
    """Return owner/name of a clone, by its folder where it has no remote."""
    path = Path(location).resolve()
    part = path.parent.name if path.name in {"repo", ".git"} else path.name
    return part.replace("+", "/")


def raw_commits(units: pd.DataFrame) -> pd.DataFrame:
    """The units as commits of the pipeline."""
    return typed(RawCommits, units[list(RawCommits.to_schema().columns)])


def labels_of(clone: Clone) -> pd.DataFrame:
    """Return which units were ``noted``, and as a ``headline``; ``judged`` where not to be noted means something.

    The signs of direct evidence are there too. They are what the product finds, and no signs to learn from.
    """
    added = _added(clone)
    found = find_noted(clone.commits, clone.notes, clone.days, added["noted"])
    direct = announced_signs(found["prominence"])
    noted = direct["announced"] | added["noted"]
    headline = direct["announced as a highlight"] | added["headline"]
    return pd.DataFrame({"noted": noted, "headline": headline, "judged": found["judged"], **direct})


def _added(clone: Clone) -> pd.DataFrame:
    """Return which units added entries to the notes, or a fragment."""
    is_fragment = are_fragments(clone.files["path"])
    touched = clone.files.assign(is_fragment=is_fragment)[are_release_notes(clone.files["path"]) | is_fragment]
    touched = touched[(touched["insertions"].fillna(0) > 0) & ~touched["binary"]]
    settled = settled_headings(clone.notes.entries)
    contents = read_versions(clone.repository, zip(touched["old_blob"], touched["new_blob"], strict=True))
    found = np.zeros((len(clone.commits), 2), dtype=bool)
    row = {sha: number for number, sha in enumerate(clone.commits["sha"])}
    columns = (touched[name] for name in ("sha", "path", "status", "is_fragment"))
    for sha, path, status, fragment, versions in zip(*columns, contents, strict=True):
        if versions is None:
            continue
        before, after = ((side or b"").decode(errors="replace") for side in versions)
        added = Added(False, False)
        if fragment:
            added = read_fragment(path, after, settled) if status == "A" else added
        elif len(after) < LARGEST_NOTES:
            added = read_added(before, after, settled)
        found[row[sha]] |= added
    return pd.DataFrame(found, columns=["noted", "headline"])


def _units(commits: pd.DataFrame) -> pd.DataFrame:
    """The commits that are units, each with the title, the text and the author of what it merged or squashed."""
    history = _History.of(commits)
    claimed = history.mainline()
    rows = [row for place in range(len(commits) - 1, -1, -1) if (row := history.unit(place, claimed)) is not None]
    found = pd.DataFrame(rows, columns=["place", "number", "title", "text", "branch_commits", "author", "merge"])
    found = found[~are_foreign(found["number"], commits["committed_at"].iloc[found["place"]])]
    # a merge shows more than the squash of the same number in another branch
    found = found.sort_values("merge", kind="stable", ascending=False).drop_duplicates("number").sort_values("place")
    units = commits.iloc[found["place"]].reset_index(drop=True)
    for column in ("author_name", "author_email"):
        units[column] = commits[column].iloc[found["author"]].array
    return units.assign(
        subject=pd.array(found["title"], dtype="str"),
        body=pd.array(found["text"], dtype="str"),
        number=found["number"].array,
        branch_commits=found["branch_commits"].array,
        merge=found["merge"].array,
        closes=[_closed(f"{title}\n{text}") for title, text in zip(found["title"], found["text"], strict=True)],
    )


def _of_own_history(commits: pd.DataFrame) -> np.ndarray:
    """Return which commits descend from the first one of the main line.

    Others were imported with the history of another repository, and their numbers are those of its pull requests.
    """
    history = _History.of(commits)
    own = {min(position for position in history.mainline() if not history.parents[position])}
    for position in oldest_first(history.parents):
        if not own.isdisjoint(history.parents[position]):
            own.add(position)
    return np.isin(np.arange(len(commits)), list(own))


class _History(NamedTuple):
    """Commits, the newest first, as lists."""

    parents: list[list[int]]
    """Places; those that are not there are left out."""
    merges: list[bool]
    subjects: list[str]
    bodies: list[str]
    authors: list[str]

    @classmethod
    def of(cls, commits: pd.DataFrame) -> "_History":
        names = [row.split() for row in commits["parents"]]
        place = {sha: number for number, sha in enumerate(commits["sha"])}
        return cls(
            [[place[sha] for sha in row if sha in place] for row in names],
            [len(row) > 1 for row in names],
            commits["subject"].to_list(),
            commits["body"].to_list(),
            commits["author_email"].to_list(),
        )

    def mainline(self) -> set[int]:
        """What first parents lead to from the newest commit."""
        found, left = set[int](), [0] if self.parents else []
        while left:
            here = left.pop()
            found.add(here)
            left = self.parents[here][:1]
        return found

    def unit(self, place: int, claimed: set[int]) -> tuple[int, int, str, str, int, int, bool] | None:
        """What a commit is a unit of: its number, title, text, commits and author; None where it is none."""
        subject, body = self.subjects[place], self.bodies[place]
        if self.merges[place]:
            match = _MERGE.match(subject) or _GITLAB.search(body)
            return None if match is None else self._merge(place, int(match[match.lastindex or 0]), claimed)
        if match := _SQUASH.search(subject):
            listed = len(re.findall(r"(?m)^\* \S", body))
            return place, int(match[1]), subject, body, max(1, listed), place, False
        if match := re.match(r"^Merge pull request #(\d+)", subject):
            return place, int(match[1]), body.strip().partition("\n")[0] or subject, body, 1, place, False
        return None

    def _merge(self, place: int, number: int, claimed: set[int]) -> tuple[int, int, str, str, int, int, bool]:
        own = self._branch(place, claimed)
        title, _, rest = self.bodies[place].strip().partition("\n")
        if not title or _GITLAB.search(self.bodies[place]):
            title = self.subjects[own[-1] if own else place]
        title = re.sub(_BORS, r"\1", title)
        texts = "\n".join(f"{self.subjects[one]}\n{self.bodies[one]}" for one in own[:60])
        authors = Counter(self.authors[one] for one in own)
        main = authors.most_common(1)[0][0] if authors else ""
        author = next((one for one in own if self.authors[one] == main), place)
        return place, number, title.strip(), f"{rest.strip()}\n{texts}", len(own), author, True

    def _branch(self, place: int, claimed: set[int]) -> list[int]:
        """The commits that a merge brought, the newest first; each is claimed once."""
        found, left = [], list(self.parents[place][1:])
        while left and len(found) < 2000:
            one = left.pop()
            if one not in claimed:
                claimed.add(one)
                found.append(one)
                left += self.parents[one]
        return sorted(found)


def _closed(text: str) -> list[int]:
    return sorted(
        {
            int(number)
            for match in _CLOSES.finditer(text)
            for number in re.findall(r"\d+(?!\S*/)", re.sub(r"https?://\S*/", "#", match[1]))
        }
    )


def _read_changes(repository: Repository, pairs: Sequence[str]) -> pd.DataFrame:
    """What units changed against their first parent; one that can't be read is passed over."""
    batches: list[pa.RecordBatch] = []
    left = list(pairs)
    with repository.isolated_git() as git:
        while left:
            blocks, read = Blocks(_whole_commits), set[str]()
            try:
                for chunk in git.chunks(*_DIFF_TREE, "--numstat", "-M", stdin=left):
                    _parse(repository.key, blocks.add(chunk), batches, read)
                _parse(repository.key, blocks.rest(), batches, read)
                break
            except GitCommandError:  # contents are missing
                rest = blocks.rest()
                _parse(repository.key, rest[: _whole_commits(rest)], batches, read)
                broken = next((place for place, pair in enumerate(left) if pair.split()[0] not in read), len(left))
                left = left[broken + 1 :]
    return typed(RawCommitFiles, to_frame(batches, _SCHEMA))


def _parse(key: str, block: bytes, batches: list[pa.RecordBatch], read: set[str]) -> None:
    if block:
        shas, batch = _batch(key, block)
        read.update(shas)
        batches.append(batch)


def _read_notes(repository: Repository, commits: pd.DataFrame) -> Releases:
    """Read the notes as they are now. Messages of tags are not among them: many are lists that a tool made."""
    tags = read_tags(repository, commits)
    _, files = read_notes(repository, lambda paths: pd.Series(are_release_notes(paths), index=paths.index))
    return Releases(tags, entries_of(repository.key, files, tags.head(0)))
