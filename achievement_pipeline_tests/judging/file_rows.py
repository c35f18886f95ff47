"""Builders of changed files and activities: one line says what a test is about, the rest is filled in."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import pandas as pd
from pandera.typing import DataFrame

from achievement_pipeline.frames import (
    CommitActivities,
    CommitContents,
    DependencyChanges,
    PathAttributes,
    RawCommitFiles,
    RawCommits,
)
from achievement_pipeline_tests.store.sample_pieces import frame_of

REPOSITORY = "github.com/o/n"
SHA = "a" * 40


def changed(*changes: str | Mapping[str, object]) -> DataFrame[RawCommitFiles]:
    """Changed files: a path is an ordinary change of it, a mapping says what is not ordinary."""
    return frame_of(RawCommitFiles, [_change(change) for change in changes])


def written(*rows: Mapping[str, object]) -> DataFrame[RawCommits]:
    """Raw commits, read, each an hour after the one before and its child; a mapping says what is not ordinary."""
    ordinary = {
        "repository": REPOSITORY,
        "author_name": "Ada Lovelace",
        "author_email": "ada@example.org",
        "committer_name": "GitHub",
        "committer_email": "noreply@github.com",
        "subject": "feat: work",
        "body": "",
        "trailers": "",
        "replaces": "",
        "diff": "read",
    }
    commits: list[dict[str, object]] = []
    for number, row in enumerate(rows):
        at = pd.Timestamp("2024-01-01", tz="UTC") + pd.Timedelta(number, "h")
        times = {"authored_at": at, "committed_at": at, "authored_offset": 0, "committed_offset": 0}
        parents = str(commits[-1]["sha"]) if commits else ""
        commits.append({**ordinary, **times, "sha": name(number), "parents": parents, **row})
    return frame_of(RawCommits, commits)


def name(number: int) -> str:
    """The object name of the commit with this number, counted from 0; the beginnings of names differ too."""
    return hashlib.sha1(str(number).encode()).hexdigest()


def attributes(*rows: dict[str, object]) -> DataFrame[PathAttributes]:
    """What .gitattributes says: each mapping has a path and what is set (True) or unset (False)."""
    flags = ("generated", "vendored", "documentation", "pointer", "detectable")
    unsaid = {"repository": REPOSITORY, "language": None, **dict.fromkeys(flags)}
    return frame_of(PathAttributes, [unsaid | row for row in rows])


def contents(*rows: dict[str, object]) -> DataFrame[CommitContents]:
    """What a reading of contents found: each mapping has a path and what was found."""
    unsaid = {"repository": REPOSITORY, "sha": SHA, "noise": None, "lines_noise": None}
    unsaid |= {"insertions": None, "deletions": None}
    return frame_of(CommitContents, [unsaid | row for row in rows])


def commits(*rows: Mapping[str, object]) -> DataFrame[CommitActivities]:
    """Significant commits: each mapping says what is not ordinary; without a sha they are one commit."""
    return frame_of(CommitActivities, [_ordinary_commit() | dict(row) for row in rows or ({},)])


def dependencies(*rows: Mapping[str, object]) -> DataFrame[DependencyChanges]:
    """Changes in manifests: each mapping has a package; an addition to pyproject.toml where nothing else is said."""
    ordinary = {"repository": REPOSITORY, "sha": SHA, "path": "pyproject.toml", "ecosystem": "pypi", "change": "added"}
    return frame_of(DependencyChanges, [ordinary | dict(row) for row in rows])


def _ordinary_commit() -> dict[str, object]:
    texts = dict.fromkeys(
        (
            "title",
            "description",
            "person",
            "person_name",
            "coauthors",
            "category_rule",
            "reasons",
            "signed_off_by",
            "assisted_by",
            "signs",
            "announced",
            "in_use",
            "public_names",
        ),
        "",
    )
    counts = dict.fromkeys(
        (
            name
            for name in CommitActivities.to_schema().columns
            if name.endswith(("files", "ions", "commits", "contributors", "releases"))
        ),
        0,
    )
    return {
        **texts,
        **counts,
        "key": f"git:{REPOSITORY}@{SHA}",
        "kind": "git_commit",
        "names": "[]",
        "links": "[]",
        "source_id": f"{REPOSITORY}@{SHA}",
        "repository": REPOSITORY,
        "sha": SHA,
        "category": "feature",
        "significant": True,
        "breaking": False,
        "left_out": "{}",
        "folders": "",
    }


def _change(change: str | Mapping[str, object]) -> dict[str, object]:
    ordinary: dict[str, object] = {
        "repository": REPOSITORY,
        "sha": SHA,
        "old_path": None,
        "status": "M",
        "old_mode": "100644",
        "new_mode": "100644",
        "old_blob": "1" * 40,
        "new_blob": "2" * 40,
        "insertions": 10,
        "deletions": 2,
        "binary": False,
    }
    return ordinary | ({"path": change} if isinstance(change, str) else dict(change))
