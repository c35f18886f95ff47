"""Parse release notes and tags into entries, and match them with judged commits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandera.typing import DataFrame

from achievement_pipeline.columns.text import replace
from achievement_pipeline.frames import ChangelogEntries, DiffState, RawCommits, RawTags, typed
from achievement_pipeline.judging.announced.entries import PARSER_VERSION, Entry, read_entries, read_fragment
from achievement_pipeline.judging.announced.matching import (
    Pieces,
    ReleaseName,
    find_announced,
    not_announced,
    package_of,
    plain_version,
)
from achievement_pipeline.judging.announced.paths import are_fragments, are_release_notes
from achievement_pipeline.judging.announced.references import names_of_repositories
from achievement_pipeline.judging.announced.releases import first_releases, version_tags

_TAG: str = "refs/tags/"


class Releases(NamedTuple):
    """Tags and release notes of repositories."""

    tags: DataFrame[RawTags]
    entries: DataFrame[ChangelogEntries]


def no_releases() -> Releases:
    """Return no tags and no release notes."""
    return Releases(RawTags.empty(), ChangelogEntries.empty())


class Notes(Protocol):
    """A file with release notes."""

    @property
    def path(self) -> str: ...  # noqa: D102
    @property
    def object(self) -> str: ...  # noqa: D102
    @property
    def text(self) -> str: ...  # noqa: D102


def entries_of(repository: str, files: Iterable[Notes], tags: DataFrame[RawTags]) -> DataFrame[ChangelogEntries]:
    """Parse a repository's release notes, and the messages of its release tags."""
    files = list(files)
    owns = own_names(repository, [file.text for file in files])
    fragments = are_fragments(pd.Series([file.path for file in files], dtype="str"))
    rows: list[tuple[object, ...]] = []
    for file, is_fragment in zip(files, fragments, strict=True):
        read = read_fragment if is_fragment else read_entries
        rows += _rows(repository, file.path, file.object, read(file.path, file.text, owns), fragment=bool(is_fragment))
    releases = version_tags(tags)
    for name, object_, message in zip(releases["name"], releases["object"], releases["message"], strict=True):
        if message.strip():
            found = [one._replace(version=plain_version(name)) for one in read_entries("", message, owns)]
            rows += _rows(repository, _TAG + name, object_, found, fragment=False)
    columns = list(ChangelogEntries.to_schema().columns)
    frame = pd.DataFrame(rows, columns=columns).astype(
        {name: "str" for name in columns if name not in {"position", "fragment"}}
        | {"position": "int64", "fragment": "bool"}
    )
    return typed(ChangelogEntries, frame)


def announce(  # noqa: PLR0913, PLR0917 - one argument per input
    commits: DataFrame[RawCommits],
    headers: pd.DataFrame,
    merged: pd.Series[bool],
    merged_by: npt.NDArray[np.int64],
    notes: Releases,
    files: pd.DataFrame,
    positions: npt.NDArray[np.int64],
) -> pd.DataFrame:
    """Find where commits, and the merges that contain them, were announced and released.

    Args:
        commits: Commits of any number of repositories, with positions as index.
        headers: Their parsed messages (`peel`).
        merged: Which of them are merges of pieces of work.
        merged_by: As returned by `achievement_pipeline.judging.links.merges.find_merging_commits`.
        notes: Tags and release notes of the repositories.
        files: Changed files.
        positions: The position of each file's commit.

    Returns:
        ``announced`` (JSON) and ``prominence``, empty if not announced; ``first_release``, a tag.
    """
    tags, entries = notes
    releases = first_releases(commits, tags)
    if entries.empty:
        return _announced(not_announced(), releases)
    written = _written(files, positions)
    numbered = headers["number"].notna().to_numpy()
    is_part = (merged_by >= 0) & (~numbered | numbered[merged_by])
    whole = np.where(is_part, merged_by, np.arange(len(commits)))
    whole[((commits["diff"] == DiffState.MERGE) & ~merged).to_numpy()] = -1
    changed, noted = (np.bincount(rows, minlength=len(commits)) for rows in (positions, written["position"]))
    whole[(changed > 0) & (changed == noted)] = -1  # writing the notes is not doing the work that they announce
    pieces = Pieces(
        commits["repository"],
        commits["sha"],
        headers["title"],
        commits["subject"] + "\n\n" + commits["body"],
        commits["committed_at"],
        headers["number"].where(~is_part),
        whole,
        releases,
    )
    return _announced(find_announced(pieces, entries, written, _days(commits, tags)), releases)


def announce_pull_requests(
    pulls: pd.DataFrame, titles: pd.Series[str], notes: Releases, contained: pd.Series[str]
) -> pd.DataFrame:
    """Find where pull requests were announced. Their host also provides the issues that they closed.

    Args:
        pulls: `RawPullRequests` of any number of repositories, with positions as index.
        titles: Their titles.
        notes: Tags and release notes of the repositories.
        contained: The first release of commits, by object name.

    Returns:
        As `announce`.
    """
    closes = "\n\nCloses " + replace(pulls["closes"], r'[\[\]"]', "")
    merged = pulls["merge_commit"].fillna("").astype("str")
    releases = merged.map(contained).astype("str")
    pieces = Pieces(
        pulls["repository"],
        merged,
        titles,
        pulls["title"] + "\n\n" + pulls["body"] + closes,
        pulls["merged_at"],
        pulls["number"].astype("str"),
        np.arange(len(pulls)),
        releases,
    )
    nothing = pd.DataFrame({"repository": [], "path": [], "status": []}, dtype="str").assign(position=[], fragment=[])
    written = nothing.astype({"position": "int64", "fragment": "bool"})
    return _announced(find_announced(pieces, notes.entries, written, _days(pulls.head(0), notes.tags)), releases)


def _announced(found: pd.DataFrame, releases: pd.Series[str]) -> pd.DataFrame:
    found = found.reindex(releases.index).fillna("").astype("str")
    return found.assign(first_release=releases)


def _written(files: pd.DataFrame, positions: npt.NDArray[np.int64]) -> pd.DataFrame:
    """Return which commits changed which release notes or fragments."""
    number, distinct = pd.factorize(files["path"])
    paths = pd.Series(distinct, dtype="str")
    fragments, notes = are_fragments(paths), are_release_notes(paths)
    chosen = (fragments | notes)[number]
    rows = files.loc[chosen, ["repository", "path", "status"]].reset_index(drop=True)
    return rows.assign(position=positions[chosen], fragment=fragments[number[chosen]])


def _days(commits: pd.DataFrame, tags: DataFrame[RawTags]) -> Mapping[ReleaseName, pd.Timestamp]:
    """Return the release date of each version of each package, from its tags."""
    if tags.empty:
        return {}
    releases = version_tags(tags)
    times = releases["tagged_at"]
    if len(commits):
        made = pd.Series(commits["committed_at"].array, index=commits["sha"].array)
        made = made[~made.index.duplicated()]
        times = times.fillna(made.reindex(releases["commit"]).reset_index(drop=True))
    known = releases.assign(at=times, version=releases["name"].map(plain_version)).dropna(subset="at")
    known["package"] = package_of(known["name"], known["version"])
    # the package with the shortest name also stands for notes that are in no folder of a package
    known["length"] = known["name"].str.len() - known["version"].str.len()
    known = known.sort_values(["length", "at"], ascending=[True, False])
    chosen = pd.concat([known, known.assign(package="")]).drop_duplicates(["repository", "package", "version"])
    names = zip(chosen["repository"], chosen["package"], chosen["version"], strict=True)
    return dict(zip(names, chosen["at"], strict=True))


def own_names(repository: str, texts: Sequence[str]) -> list[str]:
    """Return the names of the repository, its forks, and its former name in the notes."""
    name = repository.partition("/")[2].lower()
    last = name.rpartition("/")[2]
    counts = names_of_repositories(texts)
    own = {name, *(other for other in counts if other.rpartition("/")[2] == last)}
    if counts and not own & counts.keys():  # it has moved
        own.add(max(counts, key=lambda other: (counts[other], other)))
    return sorted(own)


def _rows(
    repository: str, path: str, object_: str, entries: Iterable[Entry], *, fragment: bool
) -> list[tuple[object, ...]]:
    return [
        (
            repository,
            path,
            object_,
            position,
            entry.version,
            entry.day.isoformat() if entry.day else None,
            entry.section,
            entry.prominence.value,
            entry.sentence,
            " ".join(f"{one.kind}:{one.name}" for one in entry.references),
            fragment,
            PARSER_VERSION,
        )
        for position, entry in enumerate(entries)
    ]
