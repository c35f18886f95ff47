"""Read and judge a real repository, as the assets of the git lane do, without a database."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import pandas as pd
from pandera.typing import DataFrame

from achievement_pipeline.app.collect.readings.contents import Contents, read_contents
from achievement_pipeline.frames import CommitActivities, Skills
from achievement_pipeline.judging import find_skills, judge_commits, noise_reasons, with_source_lines
from achievement_pipeline.judging.links.merges import Merges, with_merged_changes, with_merged_dependencies
from achievement_pipeline.judging.rules import Rules
from achievement_pipeline.lanes import ActivityKind
from achievement_pipeline.sources.git import open_repository, read_history
from achievement_pipeline_tests.builders import GitRepository

RULES = Rules()


class Judged(NamedTuple):
    """What was found in a repository."""

    activities: DataFrame[CommitActivities]
    skills: DataFrame[Skills]
    contents: Contents

    def lines(self, sha: str) -> int:
        """Return the lines that count of a commit."""
        own = self._activity(sha)
        return int(own["effective_insertions"] + own["effective_deletions"])

    def counts(self, sha: str) -> bool:
        """Return whether a commit is significant and not retracted."""
        own = self._activity(sha)
        return bool(own["significant"]) and not isinstance(own["retracted_by"], str)

    def reasons(self, sha: str) -> str:
        """Return the reason codes of a commit."""
        return str(self._activity(sha)["reasons"])

    def skills_of(self, *shas: str) -> set[str]:
        """Return the skills of some commits together."""
        keys = self.activities.loc[self.activities["sha"].isin(shas), "key"]
        return set(self.skills.loc[self.skills["key"].isin(keys), "skill"])

    def _activity(self, sha: str) -> "pd.Series[Any]":
        commits = self.activities[self.activities["kind"] == ActivityKind.COMMIT.value]
        return commits[commits["sha"] == sha].iloc[0]


def judge(written: GitRepository, stored: Contents | None = None, decided: Sequence[str] | None = None) -> Judged:
    """Read a repository and judge it.

    Args:
        written: The repository.
        stored: What was read of its contents the last time.
        decided: The commits that were there then.
    """
    repository = open_repository(written.path, cache=written.path)
    history = read_history(repository)
    known = None if decided is None else history.commits["sha"][history.commits["sha"].isin(decided)]
    read = read_contents(repository, history, RULES, lambda *_: None, lambda _: None, stored=stored, decided=known)
    merges = Merges(history.commits)
    files, contents = with_merged_changes(merges, history.files, read.contents)
    noise = noise_reasons(files, read.attributes, contents)
    activities = judge_commits(history.commits, files, noise, RULES, contents=contents)
    skills = find_skills(
        activities[activities["kind"] == ActivityKind.COMMIT.value],
        with_source_lines(files, contents),
        noise,
        with_merged_dependencies(merges, read.dependencies),
        attributes=read.attributes,
    )
    return Judged(activities, skills, read)
