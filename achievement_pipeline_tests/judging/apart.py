"""Judge many small histories at once: each is in a repository of its own, and judging one takes as long as judging all.

The histories that tests of one module name in their mark ``histories`` are judged together by the fixture ``judged``,
cases of one parametrised test by a function with a cache. That repositories do not affect each other is tested in
``test_same_work.py``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pandas as pd
from pandera.typing import DataFrame

from achievement_pipeline.frames import CommitActivities, RawCommits
from achievement_pipeline.judging import judge_commits, noise_reasons
from achievement_pipeline.judging.rules import Rules
from achievement_pipeline_tests.judging.file_rows import changed, written

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
