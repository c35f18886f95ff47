"""Judges commits by what was read of their repositories."""

import pandas as pd
from pandera.typing import DataFrame

from achievement_pipeline.app.collect.scope import scope_of
from achievement_pipeline.frames import (
    CommitActivities,
    CommitContents,
    DependencyChanges,
    LineUse,
    PathAttributes,
    PublicNames,
    RawCommitFiles,
    RawCommits,
    RawRepositories,
    Skills,
    typed,
)
from achievement_pipeline.judging import find_skills, judge_commits, noise_reasons, with_source_lines
from achievement_pipeline.judging.announced.lane import Releases
from achievement_pipeline.judging.links.merges import Merges, with_merged_changes, with_merged_dependencies
from achievement_pipeline.lanes import ActivityKind
from achievement_pipeline.settings import Settings


class CommitJudge:
    """Judges commits of any number of repositories, with the merges of pull requests that are found in them.

    Args:
        settings: All settings.
        commits: The commits.
        files: The files that each changed.
        attributes: What ``.gitattributes`` says of their paths.
        contents: What was read of their contents.
    """

    def __init__(
        self,
        settings: Settings,
        commits: DataFrame[RawCommits],
        files: DataFrame[RawCommitFiles],
        attributes: DataFrame[PathAttributes],
        contents: DataFrame[CommitContents],
    ) -> None:
        self._settings = settings
        self._scope = scope_of(settings)
        self._commits = commits
        self._attributes = attributes
        self._merges = Merges(commits)
        self._files, self._contents = with_merged_changes(self._merges, files, contents)
        self._noise = noise_reasons(self._files, attributes, self._contents, self._scope)

    def activities(
        self,
        repositories: DataFrame[RawRepositories],
        releases: Releases,
        line_use: DataFrame[LineUse],
        names: DataFrame[PublicNames],
    ) -> DataFrame[CommitActivities]:
        """Return each commit as an activity: its author, category, effective lines and significance."""
        return judge_commits(
            self._commits,
            self._files,
            self._noise,
            self._settings.rules,
            merges=self._merges,
            people=self._settings.people,
            contents=self._contents,
            commit_urls=_commit_urls(repositories),
            mechanical=set(repositories["ignored"].str.split("\n").explode()),
            releases=releases,
            line_use=line_use,
            names=names,
            scope=self._scope,
        )

    def skills(
        self, activities: DataFrame[CommitActivities], dependencies: DataFrame[DependencyChanges]
    ) -> DataFrame[Skills]:
        """Return the skills that commits show; those of pull requests known from git are those of their commits."""
        commits = activities[activities["kind"] == ActivityKind.COMMIT.value]
        dependencies = with_merged_dependencies(self._merges, dependencies)
        return find_skills(
            typed(CommitActivities, commits),
            with_source_lines(self._files, self._contents),
            self._noise,
            typed(DependencyChanges, dependencies[~self._scope.leaves_out(dependencies)]),
            self._settings.rules.skills,
            attributes=self._attributes,
        )


def _commit_urls(repositories: DataFrame[RawRepositories]) -> dict[str, str]:
    known: pd.DataFrame = repositories.dropna(subset="commit_url")
    return dict(zip(known["repository"], known["commit_url"], strict=True))
