"""Builders of changed files and activities: one line says what a test is about, the rest is filled in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from pandera.typing import DataFrame

from achievement_pipeline.frames import (
    CommitActivities,
    CommitContents,
    DependencyChanges,
    PathAttributes,
    RawCommitFiles,
)

REPOSITORY = "github.com/o/n"
SHA = "a" * 40


def changed(*changes: str | Mapping[str, object]) -> DataFrame[RawCommitFiles]:
    """Changed files: a path is an ordinary change of it, a mapping says what is not ordinary."""
    return RawCommitFiles.validate(_rows(RawCommitFiles, [_change(change) for change in changes]))


def attributes(*rows: dict[str, object]) -> DataFrame[PathAttributes]:
    """What .gitattributes says: each mapping has a path and what is set (True) or unset (False)."""
    unsaid = {"repository": REPOSITORY, "generated": None, "vendored": None, "documentation": None}
    return PathAttributes.validate(_rows(PathAttributes, [unsaid | row for row in rows]))


def contents(*rows: dict[str, object]) -> DataFrame[CommitContents]:
    """What a reading of contents found: each mapping has a path and what was found."""
    unsaid = {"repository": REPOSITORY, "sha": SHA, "noise": None, "insertions": None, "deletions": None}
    return CommitContents.validate(_rows(CommitContents, [unsaid | row for row in rows]))


def commits(*rows: Mapping[str, object]) -> DataFrame[CommitActivities]:
    """Significant commits: each mapping says what is not ordinary; without a sha they are one commit."""
    return CommitActivities.validate(_rows(CommitActivities, [_ordinary_commit() | dict(row) for row in rows or ({},)]))


def dependencies(*rows: Mapping[str, object]) -> DataFrame[DependencyChanges]:
    """Changes in manifests: each mapping has a package; an addition to pyproject.toml where nothing else is said."""
    ordinary = {"repository": REPOSITORY, "sha": SHA, "path": "pyproject.toml", "ecosystem": "pypi", "change": "added"}
    return DependencyChanges.validate(_rows(DependencyChanges, [ordinary | dict(row) for row in rows]))


def _ordinary_commit() -> dict[str, object]:
    texts = dict.fromkeys(
        ("title", "description", "person", "person_name", "coauthors", "category_rule", "reasons"), ""
    )
    counts = dict.fromkeys(
        (name for name in CommitActivities.to_schema().columns if name.endswith(("files", "ions"))), 0
    )
    return {
        **texts,
        **counts,
        "key": f"git:{REPOSITORY}@{SHA}",
        "kind": "git_commit",
        "source_id": f"{REPOSITORY}@{SHA}",
        "repository": REPOSITORY,
        "sha": SHA,
        "category": "feature",
        "significant": True,
        "breaking": False,
        "left_out": "{}",
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


def _rows(schema: Any, rows: list[dict[str, object]]) -> pd.DataFrame:
    columns = {name: str(column.dtype) for name, column in schema.to_schema().columns.items()}
    return pd.DataFrame(rows, columns=list(columns)).astype(columns)
