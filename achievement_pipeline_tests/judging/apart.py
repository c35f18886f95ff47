"""Judge many small histories at once: each is in a repository of its own, and judging one takes as long as judging all.

The histories that tests of one module name in their mark ``histories`` are judged together by the fixture ``judged``,
cases of one parametrised test by a function with a cache. That repositories do not affect each other is tested in
``test_same_work.py``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

import pandas as pd
from pandera.pandas import DataFrameModel
from pandera.typing import DataFrame

from achievement_pipeline.frames import CommitActivities, RawCommits
from achievement_pipeline.judging import judge_commits, noise_reasons
from achievement_pipeline.judging.rules import Rules
from achievement_pipeline_tests.judging.file_rows import changed, written

_SchemaT = TypeVar("_SchemaT", bound=DataFrameModel)

Row = Mapping[str, object]
Judged = Sequence[DataFrame[CommitActivities]]


class History(NamedTuple):
    """The commits of a repository, as `written` takes them, and their files, as `changed` takes them."""

    commits: Sequence[Row]
    files: Sequence[Row]


def judge_apart(*histories: History) -> list[DataFrame[CommitActivities]]:
    """Return the judged commits of each history, with their positions in it as index."""
    owners = [f"github.com/o/n{number}" for number in range(len(histories))]
    commits = pd.concat(
        [
            written(*({**row, "repository": owner} for row in history.commits))
            for owner, history in zip(owners, histories, strict=True)
        ],
        ignore_index=True,
    )
    files = changed(
        *(
            {**row, "repository": owner}
            for owner, history in zip(owners, histories, strict=True)
            for row in history.files
        )
    )
    judged = judge_commits(DataFrame[RawCommits](commits), files, noise_reasons(files), Rules())
    judged = DataFrame(judged[judged["kind"] == "git_commit"])
    return [DataFrame(judged[judged["repository"] == owner].reset_index(drop=True)) for owner in owners]


def stand_in(repository: str, number: int) -> str:
    """Return a repository of another owner, of the same host and name."""
    host, _, name = repository.split("/")
    return f"{host}/n{number:03}/{name}"


def placed(repository: str, number: int, rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Return rows of a repository as rows of its stand-in."""
    return [{**row, "repository": stand_in(repository, number)} for row in rows]


def apart(repository: str, judged: DataFrame[_SchemaT], total: int) -> list[DataFrame[_SchemaT]]:
    """Return the activities of each stand-in of a repository as if they were of the repository itself."""
    owner = repository.split("/")[1]
    found: list[DataFrame[_SchemaT]] = []
    for number in range(total):
        rows = judged[judged["repository"] == stand_in(repository, number)].reset_index(drop=True)
        names = {column: rows[column].str.replace(f"n{number:03}", owner) for column in ("key", "links")}
        found.append(DataFrame(rows.assign(repository=repository, **names)))
    return found
