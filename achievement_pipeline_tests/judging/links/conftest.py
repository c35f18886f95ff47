"""Commits of one repository, judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pandera.typing import DataFrame

from achievement_pipeline.frames import CommitActivities, RawCommits
from achievement_pipeline.judging import judge_commits, noise_reasons
from achievement_pipeline.judging.rules import Rules
from achievement_pipeline_tests.judging.file_rows import REPOSITORY, changed, name


def judge(
    commits: DataFrame[RawCommits], files: Sequence[Mapping[str, object]] | None = None
) -> DataFrame[CommitActivities]:
    """Judge commits; without files each changes a hundred lines of a file of its own."""
    if files is None:
        files = [file_of(number) for number in range(len(commits))]
    frame = changed(*files)
    activities = judge_commits(commits, frame, noise_reasons(frame), Rules())
    return DataFrame(activities[activities["kind"] == "git_commit"])


def file_of(number: int, **more: object) -> dict[str, object]:
    ordinary = {"sha": name(number), "path": f"{number}.py", "insertions": 100, "deletions": 100}
    return ordinary | {"new_blob": name(number)} | more


def key(number: int) -> str:
    return f"git:{REPOSITORY}@{name(number)}"


def counting(activities: DataFrame[CommitActivities]) -> list[int]:
    """Positions of the activities that count and were not retracted."""
    return [
        int(position) for position in activities.index[activities["significant"] & activities["retracted_by"].isna()]
    ]
